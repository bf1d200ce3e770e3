"""The protocols by which methods are compared: several seeds on several sets, whatever the method (evaluation.md).

Base-to-new: the first half of a set's classes is learned, the rest is new; accuracy on base test photos among base
classes, on new ones among new classes, and both with all classes offered (union). H is the harmonic mean *of the
seeds' means* (methods.md §1.4). Intervals are 95 %, by bootstrap over seeds and over the photos of each.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.backbones.clip import Backbone
from core.evaluation.judged import harmonic_mean
from core.methods.presets import Preset, resolve_preset
from core.project.folder import revision_from_folder
from core.project.probe import SAMPLE
from core.project.revision import DataRevision
from core.training.commands import Emit
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.loop import train
from core.training.result import Interval, Metrics, TrainResult

PARTS_WORLD = "parts-world"
DRAWS = 4000
_SEED = 20260901
_PARTS = ("base", "new", "union_base", "union_new")
_MEANS = {"h": ("base", "new"), "union_h": ("union_base", "union_new")}


@dataclass(frozen=True)
class SeedResult:
    """Accuracies of one run, and on how many base and new photos."""

    metrics: Metrics
    base_photos: int
    new_photos: int

    @classmethod
    def of(cls, result: TrainResult, which: str, is_base: Sequence[bool]) -> "SeedResult":
        """`which`: "tuned" or "zero_shot"; `is_base` for each class of the run's revision."""
        base = sum(is_base[photo.label] for photo in result.predictions)
        return cls(result.metrics[which], base, len(result.predictions) - base)  # type: ignore[index]


@dataclass(frozen=True)
class Request:
    """What to compare: sets by name and folder, presets, seeds; `None` shots are all training photos."""

    sets: tuple[tuple[str, Path], ...]
    presets: tuple[Preset, ...]
    seeds: tuple[int, ...]
    shots: int | None


def set_named(text: str) -> tuple[str, Path]:
    """A set by its folder, or `parts-world`: the sample that comes along."""
    return (text, SAMPLE) if text == PARTS_WORLD else (Path(text).name, Path(text))


def base_to_new(
    request: Request, backbone: Backbone, cache: Path, emit: Emit, tell: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """For each set and preset `{"set", "preset", "composition", "metrics", "zero_shot", "gain", …}`, as they come.

    `cache` keeps image features between runs; `tell` hears which run is under way.

    Raises:
        Problem: as reading the set and training raise.
    """
    for name, folder in request.sets:
        revisions = {seed: revision_from_folder(folder, seed) for seed in request.seeds}
        for preset in request.presets:
            results = []
            for seed, revision in revisions.items():
                tell(f"{name}  {preset.name}  seed {seed}")
                results.append(_run(preset, revision, seed, request.shots, backbone, cache / name, emit))
            base = [entry.role == "base" for entry in next(iter(revisions.values())).classes]
            yield {"set": name, "preset": preset.name, "composition": preset.composition} | _summary(
                results, base
            )


def summarise(runs: Sequence[SeedResult], draws: int = DRAWS) -> dict[str, Interval]:
    """The seeds' means with their intervals; H of the means. What cannot be measured is absent."""
    rng = np.random.default_rng(_SEED)
    chosen = rng.integers(len(runs), size=(draws, len(runs)))
    drawn, means, photos = {}, {}, {}
    for part in _PARTS:
        values = [getattr(run.metrics, part) for run in runs]
        counts = [run.base_photos if part.endswith("base") else run.new_photos for run in runs]
        if None not in values:
            p, n = np.array(values)[chosen], np.array(counts)[chosen]
            drawn[part], means[part], photos[part] = (
                (rng.binomial(n, p) / n).mean(axis=1),
                float(np.mean(values)),
                sum(counts),
            )
    for name, (base, new) in _MEANS.items():
        if base in drawn and new in drawn:
            drawn[name] = _harmonic(drawn[base], drawn[new])
            means[name] = harmonic_mean(means[base], means[new]) or 0.0
            photos[name] = photos[base] + photos[new]
    return {name: _interval(means[name], draw, photos[name]) for name, draw in drawn.items()}


def _run(
    preset: Preset,
    revision: DataRevision,
    seed: int,
    shots: int | None,
    backbone: Backbone,
    cache: Path,
    emit: Emit,
) -> TrainResult:
    folder = Path(tempfile.mkdtemp(prefix="hikidashi-bench-"))
    try:
        revision.save(folder / DATA_FILE)
        job = TrainJob(
            run=str(folder),
            preset=preset.name,
            composition=preset.composition,
            hyper=preset.hyper,
            backbone=backbone.card.name,
            seed=seed,
            shots=shots,
            device="cuda" if backbone.device.type == "cuda" else "cpu",
        )
        save_job(job)
        return train(folder, emit, backbone=backbone, cache=cache)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _summary(results: Sequence[TrainResult], base: Sequence[bool]) -> dict[str, Any]:
    tuned, before = (
        summarise([SeedResult.of(result, which, base) for result in results])
        for which in ("tuned", "zero_shot")
    )
    return {
        "metrics": {name: interval.model_dump() for name, interval in tuned.items()},
        "zero_shot": {name: interval.model_dump() for name, interval in before.items()},
        "per_seed": [result.metrics["tuned"].model_dump() for result in results],
        "train_s": [result.stages_s.get("train", 0.0) for result in results],
        "trained_parameters": results[0].trained_parameters,
        "steps": [result.steps for result in results],
        "samples": [result.sample for result in results],
        "paper": None,
    }


def _harmonic(base: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    total = base + new
    return np.divide(2 * base * new, total, out=np.zeros_like(total), where=total > 0)


def _interval(mean: float, draws: NDArray[np.float64], photos: int) -> Interval:
    low, high = (float(end) for end in np.quantile(draws, (0.025, 0.975)))
    return Interval(mean=mean, low=min(low, mean), high=max(high, mean), n=photos)


def presets_named(names: Sequence[str]) -> tuple[Preset, ...]:
    """Presets or compositions by name. Raises Problem as `resolve_preset`."""
    return tuple(resolve_preset(name) for name in names)
