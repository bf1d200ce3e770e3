"""What a person costs and what it saves: of test photos, on which no threshold was chosen. Needs numpy only."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Flags, Judged
from core.evaluation.unsure import exact
from core.training.result import Interval, PhotoPrediction, UnsureThreshold

POINTS = 41


@dataclass(frozen=True)
class Stand:
    """At a threshold: the share of photos sent to a person, and the wrong ones among those that pass (None: none do)."""

    threshold: float
    to_person: float
    error: Interval | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"error": self.error.model_dump() if self.error else None}


def abstention_curve(probabilities: NDArray[np.floating], right: Flags, points: int = POINTS) -> list[Stand]:
    """From no photo to (nearly) all sent to a person, in at most so many steps, of photos `(N,)`."""
    order = np.argsort(-probabilities, kind="stable")
    sure, wrong = probabilities[order].astype(np.float64), np.cumsum(~right[order])
    last_of_equal = np.flatnonzero(np.append(sure[1:] < sure[:-1], True)) if len(sure) else np.zeros(0, int)
    places = np.linspace(len(last_of_equal) - 1, 0, min(points, len(last_of_equal))).round().astype(int)
    return [
        Stand(float(sure[row]), 1 - (row + 1) / len(sure), exact(int(wrong[row]), row + 1))
        for row in map(int, last_of_equal[places])
    ]


def curve_of(predictions: Sequence[PhotoPrediction]) -> list[Stand]:
    """Of the test photos of a run."""
    right = np.array([photo.predicted == photo.label for photo in predictions], dtype=bool)
    return abstention_curve(np.array([photo.probability for photo in predictions]), right)


def stand_at(probabilities: NDArray[np.floating], right: Flags, threshold: float) -> Stand:
    """The same at one threshold; a threshold of 1 sends every photo to a person."""
    passes = probabilities >= threshold
    passed = int(passes.sum())
    error = exact(int((passes & ~right).sum()), passed) if passed else None
    return Stand(threshold, 1 - passed / len(right), error)


def told(judged: Judged, unsure: UnsureThreshold | None) -> dict[str, Any]:
    """The threshold, what it does to photos judged, and the curve around it, for JSON."""
    probabilities, right = judged.probabilities.max(axis=1), judged.union_right
    curve = [stand.as_dict() for stand in abstention_curve(probabilities, right)]
    if unsure is None:
        return {"unsure": None, "abstention": curve}
    here = stand_at(probabilities, right, unsure.probability).as_dict()
    return {"unsure": unsure.model_dump() | {"test": here}, "abstention": curve}
