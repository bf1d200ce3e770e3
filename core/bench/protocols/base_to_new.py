"""Base-to-new: the first half of a set's classes is learned, the rest is new (methods.md §1.3, §1.4).

Accuracy on base test photos among base classes, on new ones among new classes, and both with all classes offered
(union). Few-shot is the same for 1, 2, 4, 8 and 16 photos of each class.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.bench.datasets.catalogue import ELEVEN
from core.bench.figures import SeedResult, average, dumped
from core.bench.papers import AVERAGE, paper_figures
from core.bench.protocol import Line, Request, SeedRun, line_of, over_seeds, paper_of
from core.bench.runs import Engine
from core.methods.presets import Preset

NAME = "base-to-new"
SHOTS = (1, 2, 4, 8, 16)


def base_to_new(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set and preset, as they come; over all eleven sets of the papers their average too.

    Raises:
        Problem: as reading the set and training raise.
    """
    yield from _at_shots(request, engine, (request.shots,))


def few_shot_curve(request: Request, engine: Engine) -> Iterator[Line]:
    """The same for each number of shots; numbers that no learned class has photos for are left out."""
    yield from _at_shots(request, engine, SHOTS)


def _at_shots(request: Request, engine: Engine, numbers: Sequence[int | None]) -> Iterator[Line]:
    found: defaultdict[tuple[str, int | None], dict[str, list[SeedRun]]] = defaultdict(dict)
    for bench_set in request.sets:
        for shots in numbers:
            revisions = {seed: bench_set.learnable(seed, shots) for seed in request.seeds}
            if shots is not None and numbers is SHOTS:
                most = max(max(each.counts("train")[i] for i in each.base) for each in revisions.values())
                if most < shots:
                    continue
            first = None
            for preset in request.presets:
                about = "" if shots is None else f"{shots} shots"
                runs = over_seeds(engine, bench_set, preset, revisions, about)
                found[preset.name, shots][bench_set.name] = runs
                first = first or runs
                paper = paper_of(NAME, bench_set, preset, shots)
                yield line_of(bench_set, preset, runs, {"shots": shots}, paper=paper, first=first)
    yield from _averages(request.presets, found)


def _averages(
    presets: Sequence[Preset], found: dict[tuple[str, int | None], dict[str, list[SeedRun]]]
) -> Iterator[Line]:
    for (name, shots), sets in found.items():
        if not {entry.name for entry in ELEVEN} <= sets.keys():
            continue
        preset = next(each for each in presets if each.name == name)
        tuned, untouched = (
            average([[pick(run) for run in sets[entry.name]] for entry in ELEVEN])
            for pick in (_tuned, _untouched)
        )
        yield {
            "set": AVERAGE,
            "preset": name,
            "composition": preset.composition,
            "condition": {"shots": shots},
            "metrics": dumped(tuned),
            "zero_shot": dumped(untouched),
            "paper": paper_figures(NAME, AVERAGE, preset, shots),
        }


def _tuned(run: SeedRun) -> SeedResult:
    return run.tuned


def _untouched(run: SeedRun) -> SeedResult:
    return run.untouched
