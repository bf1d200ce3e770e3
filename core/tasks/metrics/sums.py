"""A measure over photos as sums that can be drawn again: intervals by bootstrap over photos, paired comparisons.

Photos are the unit, also where one has several questions: answers about one photo are no independent witnesses.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.compare import Change, change_of
from core.evaluation.intervals import DRAWS, wilson
from core.training.result import Interval

Floats = NDArray[np.float64]

_SEED = 20260901
_DRAWN_AT_ONCE = 2_000_000


@dataclass(frozen=True, eq=False)
class Sums:
    """A measure of photos. `rows` `(photos, K)`: what each adds; `total`: sums `(…, K)` → the measure `(…)`.

    `of_share`: the measure is a mean of shares between 0 and 1.
    """

    rows: Floats
    total: Callable[[Floats], Floats]
    of_share: bool = False

    @property
    def value(self) -> float:
        """The measure over all photos."""
        return float(self.total(self.rows.sum(axis=0)))

    def of(self, photos: NDArray[np.bool_]) -> "Sums":
        """The measure over some of the photos."""
        return Sums(self.rows[photos], self.total, self.of_share)


@dataclass(frozen=True)
class ScoreChange:
    """A measure before and after on the same photos. `p`: how often chance alone would differ as much (two-sided)."""

    before: Interval
    after: Interval
    difference: Interval
    p: float

    @property
    def change(self) -> Change:
        """Better or worse only when the interval leaves out zero and chance is an unlikely explanation."""
        return change_of(self.difference.low, self.difference.high, self.p)


def mean_of(scores: Sequence[float], photos: Sequence[str] | None = None, *, of_share: bool = True) -> Sums:
    """The mean of scores; `photos` names each one's photo where a photo has several."""
    values = np.asarray(scores, dtype=np.float64)
    if photos is None:
        return Sums(np.stack([values, np.ones_like(values)], axis=1), _mean, of_share)
    names = {photo: place for place, photo in enumerate(dict.fromkeys(photos))}
    rows = np.zeros((len(names), 2))
    np.add.at(rows, [names[photo] for photo in photos], np.stack([values, np.ones_like(values)], axis=1))
    return Sums(rows, _mean, of_share)


def interval_of(sums: Sums) -> Interval:
    """A measure with its 95 % interval. All right or all wrong would claim certainty: then it is Wilson's.

    Raises:
        ValueError: there is no photo.
    """
    photos = len(sums.rows)
    if not photos:
        raise ValueError("no photo to measure on")
    value = sums.value
    if sums.of_share and value in (0.0, 1.0):
        low, high = wilson(round(value) * photos, photos)
    else:
        low, high = _ends(np.concatenate([sums.total(weights @ sums.rows) for weights in _draws(photos)]))
    return Interval(mean=value, low=low, high=high, n=photos)


def compare_sums(before: Sums, after: Sums) -> ScoreChange:
    """The same photos, in the same order, before and after.

    The interval is a paired bootstrap over photos; p is approximate randomisation (Noreen 1989): before and after
    exchanged photo by photo at random.

    Raises:
        ValueError: they are not as many photos.
    """
    if before.rows.shape != after.rows.shape:
        raise ValueError("before and after are not of the same photos")
    photos = len(before.rows)
    value = after.value - before.value
    drawn = [
        after.total(weights @ after.rows) - before.total(weights @ before.rows) for weights in _draws(photos)
    ]
    low, high = _ends(np.concatenate(drawn))
    difference = Interval(mean=value, low=low, high=high, n=photos)
    return ScoreChange(
        interval_of(before), interval_of(after), difference, _chance(before, after, abs(value))
    )


def _chance(before: Sums, after: Sums, observed: float) -> float:
    rng = np.random.default_rng(_SEED)
    photos, at_least = len(before.rows), 0
    for size in _sizes(photos):
        swapped = rng.integers(0, 2, (size, photos)).astype(np.float64)
        kept = 1 - swapped
        mixed = after.total(kept @ after.rows + swapped @ before.rows)
        other = before.total(kept @ before.rows + swapped @ after.rows)
        at_least += int((np.abs(mixed - other) >= observed - 1e-12).sum())
    return (at_least + 1) / (DRAWS + 1)


def _draws(photos: int) -> Iterator[Floats]:
    """How often each photo is drawn, `(draws, photos)`, in pieces."""
    rng = np.random.default_rng(_SEED)
    for size in _sizes(photos):
        yield rng.multinomial(photos, np.full(photos, 1 / photos), size=size).astype(np.float64)


def _sizes(photos: int) -> Iterator[int]:
    step = max(1, _DRAWN_AT_ONCE // photos)
    for start in range(0, DRAWS, step):
        yield min(step, DRAWS - start)


def _ends(draws: Floats) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _mean(sums: Floats) -> Floats:
    mean: Floats = sums[..., 0] / sums[..., 1]
    return mean
