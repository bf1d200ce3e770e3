"""Is the tuned model really better than the untouched one? Paired over the same photos; needs numpy only.

Two judges of the same photos differ only where one is right and the other wrong. The interval is a paired
bootstrap over photos (evaluation.md); it is too narrow on a handful of photos, so a change is called one
only when McNemar's exact test agrees.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.training.result import PhotoPrediction

DRAWS = 10_000
LEVEL = 0.05


class Change(StrEnum):
    """What may be claimed of a difference."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Comparison:
    """Photos judged right before and after, and the difference of the shares with its interval.

    `gained` were wrong before and right after, `lost` the other way round; of the intervals 1 − `level` hold the truth.
    """

    photos: int
    before: int
    after: int
    gained: int
    lost: int
    low: float
    high: float
    level: float = LEVEL

    @property
    def difference(self) -> float:
        """Of the shares judged right, after less before."""
        return (self.after - self.before) / self.photos if self.photos else 0.0

    @property
    def p(self) -> float:
        """McNemar's exact p-value."""
        return mcnemar(self.gained, self.lost)

    @property
    def change(self) -> Change:
        """Better or worse only when the interval leaves out zero and chance is an unlikely explanation."""
        return change_of(self.low, self.high, self.p, self.level)


def compare(predictions: Iterable[PhotoPrediction], *, seed: int = 0) -> Comparison:
    """Tuned against untouched on the photos of `predictions`."""
    pairs = [(p.zero_shot_predicted == p.label, p.predicted == p.label) for p in predictions]
    return compare_right(pairs, seed=seed)


def change_of(low: float, high: float, p: float, level: float = LEVEL) -> Change:
    """What an interval of a difference and an exact test allow to claim together."""
    if p >= level or low <= 0 <= high:
        return Change.UNCLEAR
    return Change.BETTER if low > 0 else Change.WORSE


def compare_right(pairs: Iterable[tuple[bool, bool]], *, seed: int = 0, level: float = LEVEL) -> Comparison:
    """The same from (right before, right after) of each photo."""
    listed = list(pairs)
    gained = sum(after and not before for before, after in listed)
    lost = sum(before and not after for before, after in listed)
    low, high = _paired_interval(len(listed), gained, lost, seed, level)
    return Comparison(
        photos=len(listed),
        before=sum(before for before, _ in listed),
        after=sum(after for _, after in listed),
        gained=gained,
        lost=lost,
        low=low,
        high=high,
        level=level,
    )


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value that gains and losses are equally likely."""
    changed = gained + lost
    if changed == 0:
        return 1.0
    at_most = sum(math.comb(changed, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * math.exp(math.log(at_most) - changed * math.log(2)))


def _paired_interval(photos: int, gained: int, lost: int, seed: int, level: float) -> tuple[float, float]:
    """Drawing photos with replacement draws gains, losses and the rest from a multinomial."""
    if photos == 0:
        return 0.0, 0.0
    shares = np.array([gained, lost, photos - gained - lost]) / photos
    draws = np.random.default_rng(seed).multinomial(photos, shares, size=DRAWS)
    low, high = np.quantile((draws[:, 0] - draws[:, 1]) / photos, [level / 2, 1 - level / 2])
    return float(low), float(high)
