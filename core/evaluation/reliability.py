"""Are probabilities what they say? Expected calibration error over bins, and what chance alone would show.

ECE = Σ n_b/N · |right_b − probability_b| over bins of equal width (Guo et al., arXiv 1706.04599, eq. 3). It is never
zero on finitely many photos, so beside it stands the gap that honest probabilities stay below in 95 of 100 cases.
Needs numpy only.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Flags, Judged, metrics_of
from core.methods.classifier import Array, Classifier
from core.training.result import Bin, Calibrated, Calibration, Reliability

BINS = 10
DRAWS = 1000
_SEED = 20260901
Floats = NDArray[np.floating]


def calibrated_by(
    temperatures: Calibration, uncalibrated: Classifier, features: Array, judged: Judged
) -> Calibrated | None:
    """What temperatures did to the test photos `judged` at them, of image features `(N, D)`; None without photos."""
    if not len(judged.labels):
        return None
    plain = uncalibrated.probabilities(features)
    # No temperature changes who is best within learned or within other classes.
    before = replace(judged, probabilities=plain, union_right=plain.argmax(axis=1) == judged.labels)
    without = metrics_of(before)
    return Calibrated(
        temperatures=temperatures,
        before=reliability_of(before),
        after=reliability_of(judged),
        without={name: getattr(without, name) for name in ("union_base", "union_new", "union_h")},
    )


def reliability_of(judged: Judged) -> Reliability:
    """Of photos judged with all classes offered."""
    return reliability(judged.probabilities.max(axis=1), judged.union_right)


def reliability(probabilities: Floats, right: Flags) -> Reliability:
    """Of the probability `(N,)` of the class that each photo was taken for, and whether that was right; N ≥ 1."""
    said = probabilities.astype(np.float64)
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    sums = np.bincount(place, weights=said, minlength=BINS).astype(np.float64)
    hits = np.bincount(place, weights=right, minlength=BINS)
    bins = tuple(
        Bin(photos=int(n), probability=float(p / n), right=float(k / n))
        for n, p, k in zip(counts, sums, hits, strict=True)
        if n
    )
    ece = float(np.abs(hits - sums).sum() / len(said))
    return Reliability(ece=ece, by_chance=_by_chance(said, place, sums), n=len(said), bins=bins)


def _by_chance(said: NDArray[np.float64], place: NDArray[np.intp], sums: NDArray[np.float64]) -> float:
    """The 95 % quantile of ECE when each photo is right with just the probability that was said."""
    rng = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(DRAWS):
        hits = np.bincount(place, weights=rng.random(len(said)) < said, minlength=BINS)
        drawn.append(np.abs(hits - sums).sum() / len(said))
    return float(np.quantile(drawn, 0.95))
