"""What methods keep of the pretrained knowledge, over seeds: PT-PEFT's, NPT's and DePT's claims held against figures.

For each set and preset a run per seed, looked into by its test photos as `hikidashi insight` looks into one run. Means
over seeds with Student's interval of 95 %; of one seed there is none, and nothing is said of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, get_args

import numpy as np

from core.bench.figures import dumped, summarise
from core.bench.protocol import Line, Request, SeedRun
from core.bench.runs import Engine, TrainedRun
from core.insight.course import Group, course_of
from core.insight.findings import CollapseOf, Insight, Spectra
from core.insight.study import Features, Studied, spread_over, study
from core.insight.texts import class_texts_of
from core.methods.presets import Preset
from core.training.events import Collapse
from core.training.run import Run

# An effective rank within so much of what it was is called kept.
ALIKE = 0.03
# Student's t for 95 % by degrees of freedom from 1; above these it is nearly the normal one's.
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_COLLAPSE = ("within_class", "image_etf", "text_etf", "duality")
Figure = dict[str, float | int | None]


@dataclass(frozen=True, eq=False)
class LookedInto:
    """What one seed's run kept, and how far its classes were from collapse round by round."""

    insight: Insight
    course: tuple[Collapse, ...]


def insight_lines(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set and preset. Raises Problem as reading the set and training raise."""
    for bench_set in request.sets:
        revisions = {seed: bench_set.learnable(seed, request.shots) for seed in request.seeds}
        for preset in request.presets:
            runs, found = [], []
            for seed, revision in revisions.items():
                with engine.trained(bench_set, preset, revision, seed) as run:
                    runs.append(SeedRun.of(run))
                    found.append(_look_into(run))
            yield _line(bench_set.name, preset, request.shots, runs, found)


def over_seeds(values: Sequence[float]) -> Figure:
    """The mean of some seeds with Student's interval; without one (None) for a single seed."""
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return {"mean": mean, "low": None, "high": None, "n": n}
    t = _STUDENT[min(n - 1, len(_STUDENT)) - 1]
    half = t * float(np.std(values, ddof=1)) / n**0.5
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": n}


def said_of_rank(kept: Figure) -> str:
    """What may be said of an effective rank, given the interval of its share that is left: "kept" (within 3 %),
    "narrowed", "widened", or "open" where the interval leaves it so."""
    low, high = kept["low"], kept["high"]
    if low is None or high is None:
        return "open"
    if low >= 1 - ALIKE and high <= 1 + ALIKE:
        return "kept"
    if high < 1:
        return "narrowed"
    return "widened" if low > 1 else "open"


def table_of(lines: Sequence[Line]) -> list[str]:
    """The lines as a table for a person, a heading first."""
    rows = [_HEADING, *(_row(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADING))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _look_into(run: TrainedRun) -> LookedInto:
    revision = run.revision
    sight = run.sight(revision, spread_over(revision.of("test")))
    before, after = run.classifiers(revision)
    studied = Studied(
        labels=np.asarray(sight.labels, dtype=np.intp),
        is_base=np.array([entry.role == "base" for entry in revision.classes]),
        before=Features(sight.untouched, class_texts_of(before, sight.untouched)),
        after=Features(sight.tuned, class_texts_of(after, sight.tuned)),
    )
    return LookedInto(study(run.preset.composition, studied), course_of(Run(run.folder).events()))


def _line(
    name: str, preset: Preset, shots: int | None, runs: Sequence[SeedRun], found: Sequence[LookedInto]
) -> Line:
    insights = [each.insight for each in found]
    return {
        "set": name,
        "preset": preset.name,
        "composition": preset.composition,
        "condition": {"shots": shots},
        "seeds": [run.seed for run in runs],
        "photos": [insight.photos for insight in insights],
        "decisions": [[choice.code for choice in run.result.decisions] for run in runs],
        "metrics": dumped(summarise([run.tuned for run in runs])),
        "zero_shot": dumped(summarise([run.untouched for run in runs])),
        "images": spectra_over_seeds([insight.images for insight in insights]),
        "texts": spectra_over_seeds([insight.texts for insight in insights]),
        "base": _collapse([insight.base for insight in insights]),
        "new": _collapse([insight.new for insight in insights]),
        "channels": _channels(insights),
        "through_training": [_course(each.course) for each in found],
    }


def spectra_over_seeds(seeds: Sequence[Spectra | None]) -> dict[str, Any] | None:
    """Means over seeds of what one side's features kept; None where a seed's could not be measured."""
    known = [each for each in seeds if each is not None]
    if not known or len(known) < len(seeds):
        return None
    kept = over_seeds([each.rank_kept for each in known])
    return {
        "effective_rank": _before_after(known, attrgetter("effective_rank")) | {"kept": kept},
        "said": said_of_rank(kept),
        "overlap": over_seeds([each.overlap for each in known]),
        "basis_share": over_seeds([each.basis_share for each in known]),
        "cka": over_seeds([each.cka for each in known]),
    }


def _collapse(seeds: Sequence[CollapseOf | None]) -> dict[str, Any] | None:
    known = [each for each in seeds if each is not None]
    if not known or len(known) < len(seeds):
        return None
    return {name: _before_after(known, attrgetter(name)) for name in _COLLAPSE}


def _channels(seeds: Sequence[Insight]) -> dict[str, Any] | None:
    pairs = [
        (each.channels["before"].share_base, each.channels["after"].share_base)
        for each in seeds
        if each.channels is not None
    ]
    return {"share_base": _pairs(pairs)} if pairs and len(pairs) == len(seeds) else None


def _before_after(seeds: Sequence[Any], pick: Callable[[Any], float]) -> dict[str, Figure]:
    return _pairs([(pick(each.before), pick(each.after)) for each in seeds])


def _pairs(pairs: Sequence[tuple[float, float]]) -> dict[str, Figure]:
    """Before, after, and the change of each seed: that is paired, and so surer than either."""
    return {
        "before": over_seeds([before for before, _ in pairs]),
        "after": over_seeds([after for _, after in pairs]),
        "change": over_seeds([after - before for before, after in pairs]),
    }


def _course(course: Sequence[Collapse]) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json", include={"epoch", *get_args(Group)}) for each in course]


_HEADING = (
    "set", "preset", "H", "rank of photos", "left", "said", "rank of texts", "left", "said",
    "NC1 base", "text ETF base", "duality base", "channels of base",
)  # fmt: skip


def _row(line: Line) -> tuple[str, ...]:
    base = line["base"] or {}
    channels = line["channels"]
    return (
        line["set"],
        line["preset"],
        _shown(line["metrics"].get("h")),
        *_rank(line["images"]),
        *_rank(line["texts"]),
        *(_arrow(base.get(name)) for name in ("within_class", "text_etf", "duality")),
        _arrow(channels and channels["share_base"]),
    )


def _rank(spectra: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if spectra is None:
        return "-", "-", "-"
    rank = spectra["effective_rank"]
    return _arrow(rank, ".1f"), _shown(rank["kept"]), spectra["said"]


def _arrow(pair: Mapping[str, Any] | None, form: str = ".3f") -> str:
    return "-" if not pair else f"{pair['before']['mean']:{form}} → {pair['after']['mean']:{form}}"


def _shown(figure: Mapping[str, Any] | None) -> str:
    if not figure:
        return "-"
    if figure["low"] is None:
        return f"{figure['mean']:.3f}"
    return f"{figure['mean']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
