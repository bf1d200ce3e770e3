"""Predictions counted: which class was taken for which, and what an unsure threshold would do.

Needs numpy only. Classes are indices as in the run's revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.training.result import PhotoPrediction, Validated


@dataclass(frozen=True)
class ClassTally:
    """One class: its photos, those taken for another class (missed), and others taken for it (false alarms)."""

    label: int
    photos: int
    missed: int
    false_alarms: int


@dataclass(frozen=True)
class Consequence:
    """What happens to the photos under a threshold: judged right, judged wrong, or sent to a person.

    `saved` are those sent to a person that would have been judged wrong.
    """

    right: int
    wrong: int
    to_person: int
    saved: int

    @property
    def photos(self) -> int:
        """All photos."""
        return self.right + self.wrong + self.to_person


def confusion(predictions: Sequence[PhotoPrediction], classes: int) -> NDArray[np.int64]:
    """Photos by true class (row) and predicted class (column), `(classes, classes)`."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    for prediction in predictions:
        counts[prediction.label, prediction.predicted] += 1
    return counts


def class_tallies(predictions: Sequence[PhotoPrediction], classes: int) -> list[ClassTally]:
    """Missed and false alarms of every class that has test photos, in class order."""
    counts = confusion(predictions, classes)
    right, by_label, by_guess = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    return [
        ClassTally(i, int(by_label[i]), int(by_label[i] - right[i]), int(by_guess[i] - right[i]))
        for i in range(classes)
        if by_label[i]
    ]


def mistakes(predictions: Sequence[PhotoPrediction]) -> list[PhotoPrediction]:
    """The wrongly judged photos, the gravest (largest loss) first."""
    wrong = (p for p in predictions if p.predicted != p.label)
    return sorted(wrong, key=lambda p: (-p.loss, p.photo))


def consequence(predictions: Sequence[PhotoPrediction], threshold: float) -> Consequence:
    """Send every photo judged with less than `threshold` probability to a person."""
    judged = [Validated(probability=p.probability, right=p.predicted == p.label) for p in predictions]
    return consequence_of(judged, threshold)


def consequence_of(judged: Sequence[Validated], threshold: float) -> Consequence:
    """The same of whatever was judged: photos, or answers."""
    sure = [each for each in judged if each.probability >= threshold]
    right = sum(each.right for each in sure)
    unsure = [each for each in judged if each.probability < threshold]
    saved = sum(not each.right for each in unsure)
    return Consequence(right=right, wrong=len(sure) - right, to_person=len(unsure), saved=saved)
