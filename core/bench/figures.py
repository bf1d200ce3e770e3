"""Means over seeds with their intervals, 95 %, by bootstrap over seeds and over the photos of each.

H is that of the seeds' means (methods.md §1.4).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Judged, harmonic_mean, metrics_of
from core.evaluation.union import SeenUnseen
from core.training.result import Interval, Metrics, TrainResult

DRAWS = 4000
AREA_DRAWS = 300
_SEED = 20260901
_PARTS = ("base", "new", "union_base", "union_new")
_MEANS = {"h": ("base", "new"), "union_h": ("union_base", "union_new")}
Floats = NDArray[np.float64]


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

    @classmethod
    def judged(cls, judged: Judged) -> "SeedResult":
        """Of photos judged."""
        base = int(judged.is_base.sum())
        return cls(metrics_of(judged), base, len(judged.labels) - base)


@dataclass(frozen=True, eq=False)
class _Figure:
    """A mean, `(draws,)` of what it might have been, and on how many photos."""

    mean: float
    drawn: Floats
    photos: int

    def interval(self) -> Interval:
        low, high = (float(end) for end in np.quantile(self.drawn, (0.025, 0.975)))
        return Interval(mean=self.mean, low=min(low, self.mean), high=max(high, self.mean), n=self.photos)


def summarise(runs: Sequence[SeedResult], draws: int = DRAWS) -> dict[str, Interval]:
    """The seeds' means with their intervals; H of the means. What cannot be measured is absent."""
    return average([runs], draws)


def average(sets: Sequence[Sequence[SeedResult]], draws: int = DRAWS) -> dict[str, Interval]:
    """The same averaged over sets, H of the averages; a figure that one of them lacks is absent."""
    rng = np.random.default_rng(_SEED)
    each = [_parts(runs, rng, draws) for runs in sets]
    found = {name: _mean([parts[name] for parts in each]) for name in _PARTS if all(name in p for p in each)}
    for name, (base, new) in _MEANS.items():
        if base in found and new in found:
            found[name] = _harmonic(found[base], found[new])
    return {name: figure.interval() for name, figure in found.items()}


def share(flags: Sequence[NDArray[np.bool_]], draws: int = DRAWS) -> Interval:
    """The share of photos judged right, by seed."""
    rng = np.random.default_rng(_SEED)
    values, counts = [float(each.mean()) for each in flags], [len(each) for each in flags]
    return _of_shares(values, counts, rng, _chosen(rng, len(flags), draws)).interval()


def by_class(seeds: Sequence[Judged], draws: int = DRAWS) -> dict[str, Interval]:
    """Of base photos among base classes: the mean of the classes' accuracies, and the worst class's."""
    rng = np.random.default_rng(_SEED)
    chosen = _chosen(rng, len(seeds), draws)
    of_seeds = [_classes(judged) for judged in seeds]
    photos = sum(int(counts.sum()) for _, counts in of_seeds)
    drawn = [rng.binomial(n, right / n, size=(draws, len(n))) / n for right, n in of_seeds]

    def figure(fold: Callable[..., Floats]) -> Interval:
        mean = float(np.mean([fold(right / n) for right, n in of_seeds]))
        each = np.stack([fold(values, axis=1) for values in drawn])
        return _Figure(mean, each[chosen.T, np.arange(draws)].mean(axis=0), photos).interval()

    return {"per_class_mean": figure(np.mean), "worst_class": figure(np.min)}


def area(seeds: Sequence[SeenUnseen], draws: int = AREA_DRAWS) -> Interval:
    """AUSUC."""
    rng = np.random.default_rng(_SEED)
    chosen = _chosen(rng, len(seeds), draws)
    drawn = np.array([np.mean([seeds[seed].resampled(rng) for seed in row]) for row in chosen])
    mean = float(np.mean([each.area() for each in seeds]))
    return _Figure(mean, drawn, sum(len(each.lead) for each in seeds)).interval()


def paired(before: Sequence[Judged], after: Sequence[Judged], draws: int = DRAWS) -> dict[str, Interval]:
    """How much better `after` is than `before`, seed by seed on the same photos; of H, the difference of the two H."""
    rng = np.random.default_rng(_SEED)
    chosen = _chosen(rng, len(after), draws)
    pairs = list(zip(before, after, strict=True))
    found = {}
    for part in _PARTS:
        outcomes = [_outcomes(then, now, part) for then, now in pairs]
        if all(counts.sum() for counts in outcomes):
            found[part] = _both(outcomes, rng, chosen)
    for name, (base, new) in _MEANS.items():
        if base in found and new in found:
            then, now = (_harmonic(found[base][side], found[new][side]) for side in (0, 1))
            found[name] = (then, now)
    return {
        name: _Figure(now.mean - then.mean, now.drawn - then.drawn, now.photos).interval()
        for name, (then, now) in found.items()
    }


def dumped(figures: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    """Plain values, for JSON."""
    return {name: interval.model_dump() for name, interval in figures.items()}


def _parts(runs: Sequence[SeedResult], rng: np.random.Generator, draws: int) -> dict[str, _Figure]:
    chosen = _chosen(rng, len(runs), draws)
    found = {}
    for part in _PARTS:
        values = [getattr(run.metrics, part) for run in runs]
        counts = [run.base_photos if part.endswith("base") else run.new_photos for run in runs]
        if None not in values:
            found[part] = _of_shares(values, counts, rng, chosen)
    return found


def _of_shares(
    values: Sequence[float], counts: Sequence[int], rng: np.random.Generator, chosen: NDArray[np.int64]
) -> _Figure:
    p, n = np.array(values)[chosen], np.array(counts)[chosen]
    return _Figure(float(np.mean(values)), (rng.binomial(n, p) / n).mean(axis=1), sum(counts))


def _outcomes(before: Judged, after: Judged, part: str) -> NDArray[np.int64]:
    """How many photos of a part both judge right, only `before`, only `after`, neither."""
    group = after.is_base if part.endswith("base") else ~after.is_base
    kind = "union_right" if part.startswith("union") else "right"
    then, now = (getattr(judged, kind)[group] for judged in (before, after))
    return np.bincount(2 * ~then + ~now, minlength=4)


def _both(
    outcomes: Sequence[NDArray[np.int64]], rng: np.random.Generator, chosen: NDArray[np.int64]
) -> tuple[_Figure, _Figure]:
    """Both accuracies, drawn together."""
    shares = [counts / counts.sum() for counts in outcomes]
    drawn = np.stack([rng.multinomial(n.sum(), n / n.sum(), size=chosen.shape) / n.sum() for n in outcomes])
    draws, places = np.indices(chosen.shape)
    mixed = drawn[chosen, draws, places].mean(axis=1)
    photos = sum(int(counts.sum()) for counts in outcomes)
    return tuple(  # type: ignore[return-value]
        _Figure(
            float(np.mean([share[list(side)].sum() for share in shares])),
            mixed[:, list(side)].sum(axis=1),
            photos,
        )
        for side in ((0, 1), (0, 2))
    )


def _chosen(rng: np.random.Generator, seeds: int, draws: int) -> NDArray[np.int64]:
    return rng.integers(seeds, size=(draws, seeds))


def _mean(figures: Sequence[_Figure]) -> _Figure:
    return _Figure(
        float(np.mean([each.mean for each in figures])),
        np.mean([each.drawn for each in figures], axis=0),
        sum(each.photos for each in figures),
    )


def _harmonic(base: _Figure, new: _Figure) -> _Figure:
    total = base.drawn + new.drawn
    drawn = np.divide(2 * base.drawn * new.drawn, total, out=np.zeros_like(total), where=total > 0)
    return _Figure(harmonic_mean(base.mean, new.mean) or 0.0, drawn, base.photos + new.photos)


def _classes(judged: Judged) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Photos judged right and all photos of each base class that has any."""
    labels, right = judged.labels[judged.is_base], judged.right[judged.is_base]
    counts = np.bincount(labels)
    hits = np.bincount(labels, weights=right).astype(np.int64)
    return hits[counts > 0], counts[counts > 0]
