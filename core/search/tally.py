"""Who was right in an inner examination, photo by photo, and the score that follows for each wish.

Every class counts alike, however many photos there are of it: what is rare among the training photos, as flaws are,
is not to be given up for what is common.

Scores of two ways are compared on the same photos, drawn with replacement again and again (paired bootstrap).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Flags, Judged

Wish = Literal["union", "keep-new", "apart"]
Floats = NDArray[np.float64]
DRAWS = 1000
_SEED = 20260901
_BASE, _NEW = 0, 1


@dataclass(frozen=True)
class Tally:
    """For each photo judged "1" where it was right, else "0"; a blank between classes. `base`: where no class was held back. Where some were:
    `new`, those with their own side offered, empty for one class alone, which cannot be mistaken for another;
    `union_base` and `union_new`, with all classes offered. `seconds` is what the try took."""

    base: str = ""
    new: str = ""
    union_base: str = ""
    union_new: str = ""
    seconds: float = 0.0

    @classmethod
    def of(cls, judged: Judged, apart: bool, seconds: float) -> Self:
        """Of photos judged."""
        base, new = judged.is_base, ~judged.is_base

        def signs(right: Flags, side: Flags) -> str:
            return _signs(right[side], judged.labels[side])

        if not new.any():
            return cls(base=signs(judged.right, base), seconds=seconds)
        return cls(
            new=signs(judged.right, new) if apart else "",
            union_base=signs(judged.union_right, base),
            union_new=signs(judged.union_right, new),
            seconds=seconds,
        )

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """As `kept` wrote it."""
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        """Plain values, for the records."""
        return asdict(self)


def together(tallies: Sequence[Tally]) -> Tally:
    """Several examinations as one."""
    joined = {
        entry.name: " ".join(filter(None, (getattr(tally, entry.name) for tally in tallies)))
        for entry in fields(Tally)
        if entry.name != "seconds"
    }
    return Tally(**joined, seconds=sum(tally.seconds for tally in tallies))


def score(wish: Wish, tally: Tally, untouched: Tally) -> float:
    """0–1, the more the better; below 0 where the wish is to keep the new classes and they are judged worse than by
    the untouched backbone on the same photos (by how much worse)."""
    return float(_scores(wish, tally, untouched, draws=0)[0])


def interval(wish: Wish, tally: Tally, untouched: Tally) -> tuple[float, float]:
    """95 % of the scores over photos drawn with replacement."""
    low, high = np.quantile(_scores(wish, tally, untouched, DRAWS), (0.025, 0.975))
    return float(low), float(high)


def chance_better(wish: Wish, one: Tally, other: Tally, untouched: Tally) -> float:
    """In which share of the draws `one` scores above `other`, both on the same photos; ties count half."""
    ours, theirs = (_scores(wish, each, untouched, DRAWS) for each in (one, other))
    return float(((ours > theirs) + 0.5 * (ours == theirs)).mean())


def _scores(wish: Wish, tally: Tally, untouched: Tally, draws: int) -> Floats:
    """The score, once for the photos as they are where `draws` is 0, else for each draw; the draws are the same for
    all tallies of the same photos."""
    if wish == "union" and tally.union_new:
        return _harmonic(_means(tally.union_base, draws, _BASE), _means(tally.union_new, draws, _NEW))
    base = _means(tally.base, draws, _BASE)
    if not tally.union_new:
        return base
    new, before = (_means(each.new or each.union_new, draws, _NEW) for each in (tally, untouched))
    return _harmonic(base, new) if wish == "apart" else np.where(new >= before, base, new - before)


def share(signs: str) -> float:
    """0–1: the share of right ones, the mean of all classes; 0 without photos."""
    return float(_means(signs, 0, _BASE)[0])


def _means(signs: str, draws: int, side: int) -> Floats:
    classes = signs.split()
    if not classes:
        return np.zeros(max(1, draws))
    right = np.frombuffer("".join(classes).encode(), np.uint8) == ord("1")
    weights = np.concatenate([np.full(len(each), 1 / len(each)) for each in classes])
    if not draws:
        return np.array([np.average(right, weights=weights)])
    rows = np.random.default_rng([_SEED, side]).integers(len(right), size=(draws, len(right)))
    drawn: Floats = (right * weights)[rows].sum(axis=1) / weights[rows].sum(axis=1)
    return drawn


def _harmonic(one: Floats, other: Floats) -> Floats:
    total = one + other
    return np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)


def _signs(right: Flags, labels: NDArray[np.intp]) -> str:
    return " ".join(
        "".join("1" if each else "0" for each in right[labels == label]) for label in np.unique(labels)
    )
