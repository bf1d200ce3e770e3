"""Which photo to label next: usefulness = uncertainty × diversity.

Uncertainty is 1 less the lead of the likeliest class over the second. Diversity is how much nearer the photos would be
to one that is labelled, each counted by its own uncertainty: Σⱼ uⱼ · max(0, dⱼ − dᵢⱼ), dⱼ the distance to the nearest
labelled photo (1 less the cosine), the gain of facility location. So neither copies of what is known come first, nor
the odd one out that stands for nothing but itself.
"""

import numpy as np
from numpy.typing import NDArray

from core.assist.space import Floats, Vectors
from core.assist.suggest import Labels

Order = NDArray[np.intp]
IN_TURN = 100
# So many photos stand for all: of more, the gain is the same but for chance.
MOST_WITNESSES = 1500
_FARTHEST = 2.0


def uncertainty(probabilities: Floats) -> Floats:
    """`(N, C)` → `(N,)`, 0 (sure) to 1 (two classes are equally likely)."""
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    two = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(1.0 - (two[:, 1] - two[:, 0]))


def most_useful(places: Vectors, labels: Labels, open_: Floats, in_turn: int = IN_TURN) -> Order:
    """The photos without a label, the most useful first, of unit places `(N, P)`; `open_` `(N,)` is their uncertainty.

    The first `in_turn` are chosen one by one, as though those before them were labelled; the others follow by
    uncertainty and distance alone.
    """
    rows = np.flatnonzero(labels < 0)
    away = _away_from(places[rows], places[labels >= 0])
    plain = rows[np.argsort(-(open_[rows] * away), kind="stable")]
    witnesses = rows[:: max(1, -(-len(rows) // MOST_WITNESSES))]
    candidates = np.union1d(plain[:MOST_WITNESSES], witnesses) if len(rows) > MOST_WITNESSES else rows
    chosen = _in_turn(places, open_, candidates, witnesses, places[labels >= 0], in_turn)
    return np.concatenate([chosen, plain[~np.isin(plain, chosen)]])


def _in_turn(
    places: Vectors, open_: Floats, candidates: Order, witnesses: Order, known: Vectors, most: int
) -> Order:
    apart = np.maximum(1.0 - places[candidates] @ places[witnesses].T, 0.0)
    away = _away_from(places[witnesses], known).astype(np.float32)
    heard = open_[witnesses].astype(np.float32)
    own = open_[candidates] + 1e-6
    chosen: list[int] = []
    for _ in range(min(most, len(candidates))):
        worth = own * (np.maximum(away - apart, 0.0) @ heard + 1e-9)
        worth[chosen] = -1.0
        chosen.append(int(worth.argmax()))
        away = np.minimum(away, apart[chosen[-1]])
    return candidates[np.array(chosen, dtype=np.intp)]


def _away_from(places: Vectors, known: Vectors, at_once: int = 2048) -> Floats:
    """1 less the cosine with the nearest of `known` `(K, P)`; as far as can be where there is none."""
    away = np.full(len(places), _FARTHEST)
    for start in range(0, len(known), at_once):
        away = np.minimum(away, 1.0 - (places @ known[start : start + at_once].T).max(axis=1))
    return np.asarray(np.maximum(away, 0.0))
