"""The tests behind the monitor's signs; numpy only, each with a seed of its own, so that a look can be repeated.

Drift compares photos with the reference photos that were *judged the same*: a line that makes more bad parts than the
training photos showed is a change of mix, not of how parts look. Within each judged class the kernel two-sample test
(MMD, Gretton et al., JMLR 13, 2012, unbiased estimate, Gaussian kernel at the median distance), permuted within
classes only, so that its p-value is exact whatever the mix.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.methods.classifier import Array
from core.package.reference import ReferenceSample

PERMUTATIONS = 499  # the smallest p-value is 1 in 500
USUAL_UNLIKE = 0.05  # so many of the reference photos themselves count as unlike the others
_FEWEST = 5  # photos of a class, on both sides, below which nothing is compared
_FEWEST_IN_ALL = 20
_MOST = 200  # photos of a class that are compared: the kernel grows with the square
_SEED = 20261130

Judged = NDArray[np.int64]


@dataclass(frozen=True)
class Drift:
    """How photos differ from the reference: `p_value` of the two-sample test, and the share `unlike` any of them."""

    p_value: float
    unlike: float
    photos: int


def drift(features: Array, judged: Judged, reference: ReferenceSample) -> Drift | None:
    """Unit features `(N, D)` and the columns `(N,)` they were taken for; None where too few can be compared."""
    strata = _comparable(judged, reference)
    photos = sum(int((judged == column).sum()) for column in strata)
    if photos < _FEWEST_IN_ALL:
        return None
    rng = np.random.default_rng(_SEED)
    found = np.zeros(PERMUTATIONS + 1)
    for column in strata:
        new = features[judged == column][:_MOST]
        known = reference.unit_features[reference.judged == column][:_MOST]
        found += len(new) * _permuted_mmd(new, known, rng)
    p_value = float((found >= found[0] - 1e-12).sum()) / (PERMUTATIONS + 1)
    inside = np.isin(judged, strata)
    unlike = unlikeness(features[inside], judged[inside], reference) > 1
    return Drift(p_value, float(unlike.mean()), photos)


def unlikeness(features: Array, judged: Judged, reference: ReferenceSample) -> Array:
    """How far each photo `(N, D)` lies from the nearest reference photo judged the same, in units of what is usual
    among those: above 1 lie 5 % of them. 0 where a class has too few reference photos to tell."""
    found = np.zeros(len(features), np.float32)
    for column in np.unique(judged):
        known = reference.unit_features[reference.judged == column]
        if len(known) < _FEWEST:
            continue
        rows = judged == column
        nearest = 1 - (features[rows] @ known.T).max(axis=1)
        found[rows] = nearest / max(_usual_distance(known), 1e-9)
    return found


def higher(count: int, n: int, usual_count: int, usual_n: int) -> float:
    """The chance of `count` or more of n, were the share what it was in `usual_count` of `usual_n`: Fisher's exact
    test, one-sided; 1 where there is nothing to compare."""
    if not n or not usual_n:
        return 1.0
    total, marked = n + usual_n, count + usual_count
    ways = [_log_choose(n, k) + _log_choose(usual_n, marked - k) for k in range(count, min(n, marked) + 1)]
    return min(1.0, sum(math.exp(way - _log_choose(total, marked)) for way in ways))


def mix_change(counts: Mapping[str, int], usual: Mapping[str, int]) -> tuple[float, float]:
    """p-value of a change of the class mix, and the total variation distance between the two (0-1).

    Pearson's statistic of the two rows, against tables drawn with the same margins: right for rare classes, too.
    """
    names = sorted(name for name in {*counts, *usual} if counts.get(name, 0) + usual.get(name, 0))
    rows = np.array([[side.get(name, 0) for name in names] for side in (counts, usual)], np.int64)
    if len(names) < 2 or not rows.sum(axis=1).all():
        return 1.0, 0.0
    rng = np.random.default_rng(_SEED)
    drawn = rng.multivariate_hypergeometric(rows.sum(axis=0), int(rows[0].sum()), size=PERMUTATIONS)
    tables = np.concatenate([rows[:1], drawn])
    expected = rows.sum(axis=0) * rows[0].sum() / rows.sum()
    statistic = ((tables - expected) ** 2 / expected).sum(axis=1)
    p_value = float((statistic >= statistic[0] - 1e-9).sum()) / (PERMUTATIONS + 1)
    shares = rows / rows.sum(axis=1, keepdims=True)
    return p_value, float(np.abs(shares[0] - shares[1]).sum() / 2)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 without values."""
    return float(np.quantile(values, share, method="inverted_cdf")) if len(values) else 0.0


def _comparable(judged: Judged, reference: ReferenceSample) -> list[int]:
    return [
        int(column)
        for column in np.unique(judged)
        if (judged == column).sum() >= _FEWEST and (reference.judged == column).sum() >= _FEWEST
    ]


def _permuted_mmd(new: Array, known: Array, rng: np.random.Generator) -> NDArray[np.float64]:
    """The unbiased squared MMD of two samples, first as they are, then with rows exchanged at random `(1 + P,)`."""
    pooled = np.concatenate([new, known]).astype(np.float64)
    squared = np.maximum(0.0, _squares(pooled) + _squares(pooled).T - 2 * pooled @ pooled.T)
    apart = squared[~np.eye(len(pooled), dtype=bool)]
    width = float(np.median(apart)) or 1.0
    kernel = np.exp(-squared / width)
    np.fill_diagonal(kernel, 0.0)
    n, m = len(new), len(known)
    first = np.zeros((PERMUTATIONS + 1, n + m))
    first[0, :n] = 1
    for row in range(1, PERMUTATIONS + 1):
        first[row, rng.permutation(n + m)[:n]] = 1
    with_first = first @ kernel
    inside = (with_first * first).sum(axis=1)
    across = (with_first * (1 - first)).sum(axis=1)
    outside = kernel.sum() - inside - 2 * across
    return np.asarray(inside / (n * (n - 1)) + outside / (m * (m - 1)) - 2 * across / (n * m))


def _squares(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((rows**2).sum(axis=1, keepdims=True))


def _usual_distance(known: Array) -> float:
    """The distance to the nearest other reference photo that 95 % of them do not exceed, counted so that a further one
    like them exceeds it with a chance of at most 5 %; the largest where there are too few for that."""
    alike = known @ known.T
    np.fill_diagonal(alike, -np.inf)
    nearest = np.sort(1 - alike.max(axis=1))
    place = math.ceil((1 - USUAL_UNLIKE) * (len(known) + 1))
    return float(nearest[min(place, len(known)) - 1])


def _log_choose(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
