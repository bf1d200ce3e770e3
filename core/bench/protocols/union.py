"""Union: base and new classes offered together, on one scale that is fitted on base validation photos only.

`union_base`, `union_new` and `union_h` are as the product judges, with both kinds of scores brought to one scale; the
same with `uncalibrated_` are with the scores as they are. `ausuc` is the area under the seen/unseen curve of the
calibrated scores; there is a curve for each seed. How it is done: core/evaluation/union.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.bench.figures import SeedResult, area, summarise
from core.bench.protocol import Line, Request, SeedRun, line_of
from core.bench.runs import Engine, TrainedRun
from core.evaluation.judged import harmonic_mean
from core.evaluation.union import SeenUnseen, seen_unseen, union_scores
from core.methods.classifier import Array, Classifier
from core.problems import Problem
from core.training.result import Calibration, Interval, Metrics


@dataclass(frozen=True, eq=False)
class _Together:
    """Test photos of one seed, calibrated and as scored."""

    photos: SeenUnseen
    uncalibrated: SeenUnseen


def union(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set and preset. Raises Problem as reading the set and training raise."""
    for bench_set in request.sets:
        revisions = {seed: bench_set.learnable(seed, request.shots) for seed in request.seeds}
        first = None
        for preset in request.presets:
            runs, tuned, untouched, temperatures = [], [], [], []
            for seed, revision in revisions.items():
                with engine.trained(bench_set, preset, revision, seed) as run:
                    runs.append(SeedRun.of(run))
                    before, after = _together(run)
                    tuned.append(after)
                    untouched.append(before)
                    temperatures.append(run.result.temperatures.model_dump())
            first = first or runs
            line = line_of(
                bench_set,
                preset,
                runs,
                {"shots": request.shots},
                _figures(tuned),
                _figures(untouched),
                first=first,
            )
            curves = {"tuned": _curves(tuned), "zero_shot": _curves(untouched)}
            yield line | {"calibration": temperatures, "curves": curves}


def _together(run: TrainedRun) -> tuple[_Together, _Together]:
    """All test photos by the untouched backbone, whose scores have one scale already, and by what was learned.

    Raises:
        Problem: `bench.one_side_only` when there are no test photos of base, or of new classes.
    """
    revision, base = run.revision, run.revision.base
    if not revision.of("test", revision.new) or not revision.of("test", base):
        raise Problem("bench.one_side_only", name=run.bench_set.name)
    zero_shot, tuned = run.classifiers(revision)
    test = run.sight(revision, revision.of("test"))

    def placed(classifier: Classifier, features: Array, temperatures: Calibration) -> _Together:
        return _Together(
            *(
                seen_unseen(union_scores(classifier, features, base, each), test.labels, base)
                for each in (temperatures, Calibration())
            )
        )

    return placed(zero_shot, test.untouched, Calibration()), placed(
        tuned, test.tuned, run.result.temperatures
    )


def _figures(seeds: Sequence[_Together]) -> dict[str, Interval]:
    scored = summarise([_unbiased(each.uncalibrated) for each in seeds])
    return {f"uncalibrated_{name}": interval for name, interval in scored.items()} | {
        "ausuc": area([each.photos for each in seeds])
    }


def _unbiased(photos: SeenUnseen) -> SeedResult:
    seen, unseen = photos.accuracies(0.0)
    union_h = harmonic_mean(seen, unseen)
    metrics = Metrics(base=None, new=None, h=None, union_base=seen, union_new=unseen, union_h=union_h)
    return SeedResult(metrics, int(photos.seen.sum()), int((~photos.seen).sum()))


def _curves(seeds: Sequence[_Together]) -> list[list[tuple[float, float]]]:
    return [each.photos.curve() for each in seeds]
