"""Cross-set: all classes of the first set are learned, then the others are judged without learning anything of them.

A set whose classes are all among the learned ones, by name, is the same classes in another light (ImageNet's
variants; another line's photos): what was learned of each class serves it. Any other set is all new classes: nothing
but the matching with texts can judge it, and a class that happens to bear a learned name is still another class
(methods.md §7.3).
"""

from collections.abc import Iterator
from contextlib import ExitStack

from core.bench.datasets.catalogue import ELEVEN
from core.bench.figures import share
from core.bench.papers import AVERAGE, paper_figures
from core.bench.protocol import Line, Request, SeedRun, line_of, paper_of
from core.bench.runs import Engine, TrainedRun, Verdict
from core.bench.sets import BenchSet
from core.methods.presets import Preset
from core.problems import Problem
from core.project.revision import DataRevision

NAME = "cross-set"


def cross_set(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each preset and set, the learned set first; `accuracy` is among all classes of the set.

    Raises:
        Problem: `bench.one_set`, or as reading the sets and training raise.
    """
    if len(request.sets) < 2:
        raise Problem("bench.one_set")
    source = request.sets[0]
    revisions = {seed: source.learnable(seed, request.shots, learn_all=True) for seed in request.seeds}
    first: dict[str, list[SeedRun]] = {}
    for preset in request.presets:
        with ExitStack() as stack:
            trained = [
                stack.enter_context(engine.trained(source, preset, revision, seed))
                for seed, revision in revisions.items()
            ]
            lines = {}
            for target in request.sets:
                runs = [
                    SeedRun.of(run, None if target is source else _judged(run, target)) for run in trained
                ]
                first.setdefault(target.name, runs)
                lines[target.name] = _line(source, target, preset, runs, request.shots, first[target.name])
                yield lines[target.name]
        if source.name == ELEVEN[0].name and {entry.name for entry in ELEVEN} <= lines.keys():
            yield _average(preset, lines, request.shots)


def _line(
    source: BenchSet,
    target: BenchSet,
    preset: Preset,
    runs: list[SeedRun],
    shots: int | None,
    first: list[SeedRun],
) -> Line:
    condition = {"learned_on": source.name, "shots": shots}
    tuned, untouched = (
        {"accuracy": share([getattr(run.verdict, which).right for run in runs])}
        for which in ("tuned", "zero_shot")
    )
    paper = paper_of(NAME, target, preset, shots, source.name)
    return line_of(target, preset, runs, condition, tuned, untouched, paper, first)


def _judged(run: TrainedRun, target: BenchSet) -> Verdict:
    revision = target.judged(run.seed)
    learned = {entry.name for entry in run.revision.classes}
    if {entry.name for entry in revision.classes} <= learned:
        return run.on(target).judge(revision, range(len(revision.classes)))
    return run.on(target).judge(_named_apart(revision, target.name), ())


def _named_apart(revision: DataRevision, name: str) -> DataRevision:
    classes = tuple(
        entry.model_copy(
            update={"name": f"{entry.name} ({name})", "description": entry.description or entry.name}
        )
        for entry in revision.classes
    )
    return revision.model_copy(update={"classes": classes})


def _average(preset: Preset, lines: dict[str, Line], shots: int | None) -> Line:
    """Over the ten sets that were not learned, as papers have it; means only."""
    targets = [entry.name for entry in ELEVEN[1:]]

    def mean(which: str) -> dict[str, dict[str, float]]:
        of_sets = [lines[name][which]["accuracy"] for name in targets]
        figures = {key: sum(each[key] for each in of_sets) / len(of_sets) for key in ("mean", "low", "high")}
        return {"accuracy": figures | {"n": sum(each["n"] for each in of_sets)}}

    return {
        "set": AVERAGE,
        "preset": preset.name,
        "composition": preset.composition,
        "condition": {"learned_on": ELEVEN[0].name, "shots": shots},
        "metrics": mean("metrics"),
        "zero_shot": mean("zero_shot"),
        "paper": paper_figures(NAME, AVERAGE, preset, shots, ELEVEN[0].name),
    }
