"""Below which probability a person decides: the one threshold, chosen on base validation photos for a wished error rate.

The wish is of the photos that pass without a person: of so many at most one wrong. A threshold *promises* it when the
exact (Clopper and Pearson) upper bound of the error among the validation photos that pass is within the wish. Looking
at many thresholds and taking the best would break the promise more often than 1 time in 20; so, as in "Learn then
test" (Angelopoulos et al., arXiv 2110.01052, multi-start fixed sequence), tests start where half, three quarters and
all of the photos pass, each at a third of the 5 %, and go on to lower thresholds until one fails.

Without a promise the threshold is the lowest at which the validation photos themselves keep the wish, and no lower than
the best that a laxer wish is promised. So a stricter wish never lets more pass. Needs numpy only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.methods.classifier import Array
from core.problems import Problem
from core.training.job import WISHED_ERROR
from core.training.result import Interval, UnsureThreshold, Validated

CONFIDENCE = 0.95
_STARTS = (1 / 2, 3 / 4, 1)
_LEVEL = (1 - CONFIDENCE) / len(_STARTS)


def validated(probabilities: Array, labels: Sequence[int]) -> tuple[Validated, ...]:
    """Validation photos judged with probabilities `(N, C)`, as a threshold is chosen on them."""
    right = probabilities.argmax(axis=1) == np.asarray(labels)
    return tuple(
        Validated(probability=float(probability), right=bool(is_right))
        for probability, is_right in zip(probabilities.max(axis=1, initial=0), right, strict=True)
    )


class Checked(Protocol):
    """A result with what a threshold is chosen on."""

    @property
    def unsure(self) -> UnsureThreshold | None:
        """The threshold for the wish that it was trained with."""
        ...

    @property
    def validated(self) -> tuple[Validated, ...]:
        """What was judged for checking."""
        ...


def threshold_for(result: Checked, wished_error: float | None = None) -> UnsureThreshold | None:
    """The threshold of a result for a wish, by default the one it was trained with; None where no photos were judged.

    Raises:
        Problem: `evaluation.wish_not_kept` when an older program made the result and asked for another wish.
    """
    made = result.unsure
    if made is None or wished_error is None or math.isclose(wished_error, made.wished_error):
        return made
    if not result.validated:
        raise Problem("evaluation.wish_not_kept")
    return choose_threshold(result.validated, wished_error)


def choose_threshold(
    photos: Sequence[Validated], wished_error: float = WISHED_ERROR
) -> UnsureThreshold | None:
    """The threshold for a wish, chosen on validation photos; None without photos."""
    if not photos:
        return None
    ladder = _Ladder.of(photos)
    reached = ladder.promised(wished_error)
    promised = reached is not None
    if reached is None:
        reached = min(ladder.kept(wished_error), ladder.safest())
    passed, wrong = (int(ladder.passed[reached]), int(ladder.wrong[reached])) if reached >= 0 else (0, 0)
    return UnsureThreshold(
        probability=ladder.threshold(reached),
        wished_error=wished_error,
        sent_to_person=1 - passed / len(photos),
        promised=promised,
        n=len(photos),
        error=exact(wrong, passed) if passed else None,
    )


def photos_needed(wished_error: float) -> int:
    """How many validation photos must pass, none of them wrong, for the wish to be promised."""
    return math.ceil(math.log(_LEVEL) / math.log1p(-wished_error))


def exact(count: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """The share count/n with its exact two-sided interval (Clopper and Pearson)."""
    side = (1 + confidence) / 2
    low, high = 1 - upper_bound(n - count, n, side), upper_bound(count, n, side)
    return Interval(mean=count / n, low=low, high=high, n=n)


def upper_bound(wrong: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The error rate that would give so few wrong of n only with probability 1−confidence, by bisection."""
    if wrong >= n:
        return 1.0
    low, high = wrong / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(wrong, n, middle) > 1 - confidence else (low, middle)
    return high


def at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for X ~ Binomial(n, p), 0 < p < 1."""
    i = np.arange(k + 1)
    steps = np.log(n - i[:-1]) - np.log(i[:-1] + 1)
    ways = np.concatenate([[0.0], steps.cumsum()])
    return float(np.exp(ways + i * np.log(p) + (n - i) * np.log1p(-p)).sum())


@dataclass(frozen=True, eq=False)
class _Ladder:
    """Steps from strict to lax: at each so many photos have passed, of which so many wrong; equal probabilities pass
    together. `sure` `(N,)` are all probabilities, the highest first."""

    sure: NDArray[np.float64]
    passed: NDArray[np.intp]
    wrong: NDArray[np.intp]

    @classmethod
    def of(cls, photos: Sequence[Validated]) -> "_Ladder":
        ordered = sorted(photos, key=lambda photo: -photo.probability)
        sure = np.array([photo.probability for photo in ordered])
        wrong = np.cumsum([not photo.right for photo in ordered])
        last_of_equal = np.flatnonzero(np.append(sure[1:] < sure[:-1], True))
        return cls(sure, last_of_equal + 1, wrong[last_of_equal])

    def promised(self, wish: float) -> int | None:
        """The laxest step that some start reaches without a step that fails; None when all starts fail."""
        reached = [step for start in self._starts() if (step := self._walk(start, wish)) is not None]
        return max(reached, default=None)

    def kept(self, wish: float) -> int:
        """The laxest step at which the photos keep the wish; −1 when there is none."""
        steps = np.flatnonzero(self.wrong <= wish * self.passed)
        return int(steps[-1]) if steps.size else -1

    def safest(self) -> int:
        """The laxest step that the strictest wish is promised at which anything can be promised at all."""
        bounds = [upper_bound(*self._at(start), 1 - _LEVEL) for start in self._starts()]
        reached = self.promised(min(bounds))
        return len(self.passed) - 1 if reached is None else reached

    def threshold(self, step: int) -> float:
        """Halfway to the first photo that does not pass, so that a photo like the last one that does passes on site."""
        if step < 0:
            return 1.0
        passed = int(self.passed[step])
        return 0.0 if passed == len(self.sure) else float(self.sure[passed - 1] + self.sure[passed]) / 2

    def _starts(self) -> list[int]:
        """The first steps at which these shares of the photos have passed."""
        wanted = [share * len(self.sure) for share in _STARTS]
        return [int(np.argmax(self.passed >= count)) for count in wanted]

    def _walk(self, start: int, wish: float) -> int | None:
        for step in range(start, len(self.passed)):
            more_wrong = step == start or self.wrong[step] > self.wrong[step - 1]
            # With no more wrong ones among more photos the bound only falls.
            if more_wrong and not self._holds(step, wish):
                return step - 1 if step > start else None
        return len(self.passed) - 1

    def _holds(self, step: int, wish: float) -> bool:
        wrong, passed = self._at(step)
        return wrong < passed and 0 < wish < 1 and at_most(wrong, passed, wish) <= _LEVEL

    def _at(self, step: int) -> tuple[int, int]:
        return int(self.wrong[step]), int(self.passed[step])
