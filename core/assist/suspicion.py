"""Which labels are probably wrong: confident learning (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068).

The threshold of a class is the mean probability that photos labelled so have of it, out of sample. A photo counts
for the class of which it passes the threshold (of several the likeliest). Where that is another than its label, the
label is suspected. Suspects are ranked by how far the label's probability lies behind the likeliest other's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.assist.space import Floats
from core.assist.suggest import Labels

FEWEST_OF_A_CLASS = 2


@dataclass(frozen=True)
class Suspect:
    """Photo number `row`, labelled `given`, is probably `likely`; `lead` (0-1) by how much the one is likelier."""

    row: int
    given: int
    likely: int
    lead: float


def confident_joint(probabilities: Floats, labels: Labels) -> tuple[NDArray[np.intp], Labels]:
    """Of out-of-sample probabilities `(L, C)` and labels `(L,)`: the counts `(C, C)` by label and confident class,
    and each photo's confident class, -1 where it passes no threshold."""
    classes = probabilities.shape[1]
    given = np.eye(classes, dtype=bool)[labels]
    counts = given.sum(axis=0)
    sums = np.where(given, probabilities, 0.0).sum(axis=0)
    # Of a class with hardly any labels nothing can be said: its threshold is out of reach.
    thresholds = np.where(counts >= FEWEST_OF_A_CLASS, sums / np.maximum(counts, 1), np.inf)
    passed = probabilities >= thresholds
    confident = np.where(passed, probabilities, -1.0).argmax(axis=1)
    confident[~passed.any(axis=1)] = -1
    joint = np.zeros((classes, classes), dtype=np.intp)
    sure = confident >= 0
    np.add.at(joint, (labels[sure], confident[sure]), 1)
    return joint, confident


def suspects(probabilities: Floats, labels: Labels) -> tuple[Suspect, ...]:
    """The suspected labels, the most suspicious first; `labels` `(N,)` may have photos without one."""
    rows = np.flatnonzero(labels >= 0)
    if not len(rows):
        return ()
    _, confident = confident_joint(probabilities[rows], labels[rows])
    found = [
        Suspect(
            int(row),
            int(labels[row]),
            int(likely),
            float(probabilities[row, likely] - probabilities[row, labels[row]]),
        )
        for row, likely in zip(rows, confident, strict=True)
        if likely >= 0 and likely != labels[row]
    ]
    return tuple(sorted((each for each in found if each.lead > 0), key=lambda each: (-each.lead, each.row)))
