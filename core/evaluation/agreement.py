"""How far two people agree who labelled the same photos: Cohen's kappa with an interval.

κ = (p_o - p_e) / (1 - p_e): the share on which they agree, beyond what two people with their habits would agree on by
chance (Cohen 1960, A coefficient of agreement for nominal scales). The interval takes p_e as given, as Cohen's own
standard error does, and puts Wilson's interval of p_o in; so a few photos without a difference do not claim certainty.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from core.evaluation.intervals import wilson
from core.training.result import Interval


@dataclass(frozen=True)
class Agreement:
    """Two people's labels of `n` photos, `same` of them alike. `kappa` is None where it says nothing: no photo, or both
    gave one and the same class throughout."""

    n: int
    same: int
    kappa: Interval | None


def agreement(first: Sequence[Hashable], second: Sequence[Hashable]) -> Agreement:
    """The agreement of labels in the same order of photos."""
    n = len(first)
    same = sum(one == other for one, other in zip(first, second, strict=True))
    mine, theirs = Counter(first), Counter(second)
    by_chance = sum(mine[name] * theirs[name] for name in mine)
    if n == 0 or by_chance == n * n:
        return Agreement(n, same, None)
    chance = by_chance / n**2
    mean, low, high = ((share - chance) / (1 - chance) for share in (same / n, *wilson(same, n)))
    return Agreement(n, same, Interval(mean=mean, low=low, high=high, n=n))
