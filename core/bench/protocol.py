"""What every protocol is given, what it keeps of each run, and the line that it tells (evaluation.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.bench.figures import SeedResult, dumped, summarise
from core.bench.papers import paper_figures
from core.bench.runs import Engine, TrainedRun, Verdict
from core.bench.sets import BenchSet
from core.methods.presets import Preset, resolve_preset
from core.project.revision import DataRevision
from core.training.result import Interval, TrainResult
from core.training.sampling import Sample, few_shot


@dataclass(frozen=True)
class Request:
    """What to compare: sets, presets, seeds; `None` shots are all training photos."""

    sets: tuple[BenchSet, ...]
    presets: tuple[Preset, ...]
    seeds: tuple[int, ...]
    shots: int | None


Line = dict[str, Any]
Protocol = Callable[[Request, Engine], Iterator[Line]]


@dataclass(frozen=True, eq=False)
class SeedRun:
    """What is kept of one seed's run: its result, its test photos judged, and what it learned from."""

    seed: int
    result: TrainResult
    verdict: Verdict
    learned: Sample

    @classmethod
    def of(cls, run: TrainedRun, verdict: Verdict | None = None) -> "SeedRun":
        """Of a run that still stands; its own test photos are judged where no verdict is given."""
        learned = few_shot(run.revision, None, run.seed)
        return cls(run.seed, run.result, (verdict or run.judge()).without_probabilities(), learned)

    @property
    def tuned(self) -> SeedResult:
        """Accuracies of what was learned."""
        return SeedResult.judged(self.verdict.tuned)

    @property
    def untouched(self) -> SeedResult:
        """Accuracies of the untouched backbone."""
        return SeedResult.judged(self.verdict.zero_shot)


def presets_named(names: Sequence[str]) -> tuple[Preset, ...]:
    """Presets or compositions by name. Raises Problem as `resolve_preset`."""
    return tuple(resolve_preset(name) for name in names)


def over_seeds(
    engine: Engine,
    bench_set: BenchSet,
    preset: Preset,
    revisions: Mapping[int, DataRevision],
    about: str = "",
) -> list[SeedRun]:
    """The preset trained and judged once for each seed. Raises Problem as training raises."""
    runs = []
    for seed, revision in revisions.items():
        with engine.trained(bench_set, preset, revision, seed, about) as run:
            runs.append(SeedRun.of(run))
    return runs


def line_of(
    bench_set: BenchSet,
    preset: Preset,
    runs: Sequence[SeedRun],
    condition: Mapping[str, Any] | None = None,
    tuned: Mapping[str, Interval] | None = None,
    untouched: Mapping[str, Interval] | None = None,
    paper: Mapping[str, Any] | None = None,
) -> Line:
    """One line of a protocol. `condition` says what was varied; `tuned` and `untouched` are figures in place of, or
    beside, base, new, their H, and the same under the union."""
    results = [run.result for run in runs]
    return {
        "set": bench_set.name,
        "preset": preset.name,
        "composition": preset.composition,
        "condition": dict(condition or {}),
        "metrics": dumped(summarise([run.tuned for run in runs]) | dict(tuned or {})),
        "zero_shot": dumped(summarise([run.untouched for run in runs]) | dict(untouched or {})),
        "per_seed": [run.tuned.metrics.model_dump() for run in runs],
        "learned": [
            {"seed": run.seed, "photos": len(run.learned.photos), "sha256": run.learned.id} for run in runs
        ],
        "train_s": [result.stages_s.get("train", 0.0) for result in results],
        "trained_parameters": results[0].trained_parameters,
        "hyper": results[0].hyper,
        "steps": [result.steps for result in results],
        "paper": paper,
    }


def paper_of(
    protocol: str, bench_set: BenchSet, preset: Preset, shots: int | None, learned_on: str | None = None
) -> dict[str, Any] | None:
    """The papers' figures where the set is one of theirs."""
    if bench_set.public is None:
        return None
    return paper_figures(protocol, bench_set.name, preset, shots, learned_on)
