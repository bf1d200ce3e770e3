"""Photos without a label that look alike and are suggested the same class, to be accepted at once.

A suggestion is offered only where it is more likely right than not: below that, taking the wrong ones out costs more
than it saves. A group is no larger than what is looked over at a glance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.assist.space import Vectors
from core.assist.suggest import Labels, Suggestions

OFFERED_FROM = 0.5
MOST_IN_GROUP = 24
MOST_GROUPS = 40
# A photo that is surer of its class may be a little less alike.
_SURENESS = 2.0

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of photos that look alike, the surest first, and the class that is suggested for all of them."""

    rows: Rows
    suggested: int


def offered(suggestions: Suggestions, labels: Labels) -> NDArray[np.bool_]:
    """Which photos have a suggestion worth showing `(N,)`."""
    return (labels < 0) & (suggestions.confidence > OFFERED_FROM)


def groups_of(
    places: Vectors, suggestions: Suggestions, labels: Labels, most: int = MOST_GROUPS
) -> Iterator[Group]:
    """The groups, those first that spare the most work; at most so many, since all change with the next labels."""
    left, best, confidence = offered(suggestions, labels), suggestions.best, suggestions.confidence
    waiting: dict[int, tuple[float, Rows]] = {}
    for _ in range(most):
        for number in np.unique(best[left]):
            if int(number) not in waiting:
                rows = _around_surest(places, confidence, np.flatnonzero(left & (best == number)))
                waiting[int(number)] = (float((confidence[rows] - OFFERED_FROM).sum()), rows)
        if not waiting:
            return
        number = max(waiting, key=lambda each: waiting[each][0])
        _, rows = waiting.pop(number)
        left[rows] = False
        yield Group(rows, number)


def like_this(places: Vectors, suggestions: Suggestions, labels: Labels, row: int) -> Group:
    """The group around one photo: those with its suggestion that look most like it."""
    rows = np.flatnonzero(offered(suggestions, labels) & (suggestions.best == suggestions.best[row]))
    near = rows[np.argsort(-(places[rows] @ places[row]), kind="stable")][:MOST_IN_GROUP]
    return Group(near, int(suggestions.best[row]))


def _around_surest(places: Vectors, confidence: NDArray[np.float64], rows: Rows) -> Rows:
    middle = rows[int(confidence[rows].argmax())]
    fits = places[rows] @ places[middle] + _SURENESS * confidence[rows]
    chosen = rows[np.argsort(-fits, kind="stable")[:MOST_IN_GROUP]]
    return np.asarray(chosen[np.argsort(-confidence[chosen], kind="stable")])
