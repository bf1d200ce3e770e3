"""BLEU-4 (Papineni et al. 2002) over all photos, as coco-caption has it: the closest reference's length, no smoothing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.tasks.metrics.counting import ORDERS, runs

Floats = NDArray[np.float64]


def bleu_counts(said: Sequence[str], references: Sequence[Sequence[str]]) -> list[int]:
    """What BLEU sums over photos, `(2·4 + 2,)`: runs found and runs said per order, words said, words wanted."""
    found, total = [], []
    for order in range(1, ORDERS + 1):
        most = runs((), order)
        for reference in references:
            most |= runs(reference, order)
        ours = runs(said, order)
        found.append((ours & most).total())
        total.append(ours.total())
    wanted = min((abs(len(reference) - len(said)), len(reference)) for reference in references)[1]
    return [*found, *total, len(said), wanted]


def bleu_of(sums: Floats) -> Floats:
    """BLEU-4 `(…)` of sums `(…, 10)`; 0 where no run of four words is right."""
    found, total = sums[..., :ORDERS], sums[..., ORDERS : 2 * ORDERS]
    said, wanted = sums[..., -2], sums[..., -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.exp(np.log(found / total).mean(axis=-1))
        brevity = np.exp(np.minimum(0.0, 1 - wanted / said))
    score: Floats = np.where((found > 0).all(axis=-1), precision * brevity, 0.0)
    return score
