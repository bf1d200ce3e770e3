"""Which new photos are worth most for the next training: disagreed, unsure, unlike the known ones; and diverse."""

from collections.abc import Sequence

import numpy as np

from core.onsite.monitor.book import Row
from core.onsite.monitor.look import features_of

_DISAGREED, _DECIDED, _UNSURE = 3.0, 1.0, 1.0
_MOST_UNLIKE = 2.0  # beyond so many times the usual distance a photo counts no more
_SAME = 1e-3  # closer than this (1 − cosine) two photos show the same
CANDIDATES = 5000


def most_useful(rows: Sequence[Row], most: int) -> list[Row]:
    """At most so many photos, the most useful first; of photos that show the same, one.

    Greedy: each choice adds worth plus distance to what was chosen before (1 − cosine, by the features), so equal worth
    goes to what is least like the others.
    """
    rows = [row for row in rows if row.features]
    if not rows:
        return []
    features = features_of(rows)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    worth = np.array([worth_of(row) for row in rows])
    apart, chosen = np.full(len(rows), 1.0), list[int]()
    left = np.ones(len(rows), bool)
    while left.any() and len(chosen) < most:
        best = int(np.argmax(np.where(left, worth + apart, -np.inf)))
        chosen.append(best)
        apart = np.minimum(apart, 1 - features @ features[best])
        left &= apart > _SAME
        left[best] = False
    return [rows[at] for at in chosen]


def worth_of(row: Row) -> float:
    """What a photo is worth by itself: a person disagreed, decided, the program was unsure, it looks different."""
    worth = min(row.unlike, _MOST_UNLIKE) + _UNSURE * row.unsure
    if row.decided:
        worth += _DISAGREED if row.decided != row.class_name else _DECIDED
    return worth
