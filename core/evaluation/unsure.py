"""Below which probability a person decides: chosen on base validation photos for a wished error rate.

The threshold is the lowest at which the accepted validation photos keep the wish. Few photos cannot
*promise* it: with k wrong of n accepted, the promise holds when the 95 % upper bound of the error
(Clopper and Pearson) is within the wish; without any error that takes about 3/wish photos.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.methods.classifier import Array
from core.training.result import UnsureThreshold

WISHED_ERROR = 1 / 50


def choose_threshold(
    probabilities: Array, labels: Sequence[int], wished_error: float = WISHED_ERROR
) -> UnsureThreshold | None:
    """The threshold for photos judged with probabilities `(N, C)`; None without photos."""
    if len(labels) == 0:
        return None
    best = probabilities.max(axis=1)
    order = np.argsort(-best, kind="stable")
    wrong = (probabilities.argmax(axis=1) != np.asarray(labels))[order].cumsum()
    accepted = np.arange(1, len(order) + 1)
    confident = best[order]
    # Equal probabilities are accepted or refused together.
    last_of_equal = np.append(confident[1:] < confident[:-1], True)
    kept = np.flatnonzero((wrong <= wished_error * accepted) & last_of_equal)
    if not kept.size:
        return UnsureThreshold(
            probability=1.0, wished_error=wished_error, sent_to_person=1.0, promised=False, n=len(labels)
        )
    last = int(kept[-1])
    n, k = int(accepted[last]), int(wrong[last])
    return UnsureThreshold(
        probability=_between(confident, last),
        wished_error=wished_error,
        sent_to_person=1 - n / len(labels),
        promised=upper_bound(k, n) <= wished_error,
        n=len(labels),
    )


def upper_bound(wrong: int, n: int, confidence: float = 0.95) -> float:
    """The error rate that would give so few wrong of n only with probability 1−confidence, by bisection."""
    if wrong >= n:
        return 1.0
    low, high = wrong / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, n, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for X ~ Binomial(n, p), 0 < p < 1."""
    i = np.arange(k + 1)
    steps = np.log(n - i[:-1]) - np.log(i[:-1] + 1)
    ways = np.concatenate([[0.0], steps.cumsum()])
    return float(np.exp(ways + i * np.log(p) + (n - i) * np.log1p(-p)).sum())


def _between(confident: NDArray[np.float32], last: int) -> float:
    """Halfway to the first refused photo, so that a photo like the last accepted one is accepted on site."""
    if last + 1 == len(confident):
        return 0.0
    return float(confident[last] + confident[last + 1]) / 2
