"""One look at a window of photos: five figures, what is a sign, and what several looks in a row mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.evaluation.intervals import wilson
from core.methods.classifier import Array
from core.onsite.monitor.limits import MonitorLimits
from core.onsite.monitor.signs import drift, higher, mix_change, quantile
from core.package.reference import ReferenceSample, unit


class Sign(StrEnum):
    """What speaks for training anew; two of the first three, several times in a row, advise it."""

    DRIFT = "drift"
    UNSURE = "unsure"
    MIX = "mix"
    DISAGREEMENT = "disagreement"
    SLOW = "slow"


_OF_THREE = frozenset((Sign.DRIFT, Sign.UNSURE, Sign.MIX))


class Level(StrEnum):
    """The health of a line. STARTING: not enough photos yet to know what is usual."""

    STARTING = "starting"
    WELL = "well"
    WATCH = "watch"
    RETRAIN = "retrain"


@dataclass(frozen=True)
class Seen:
    """A photo that was judged: `class_name` "" where it could not be read; `features` unit, float16, b"" where unknown.
    `decided` is the class a person gave it, "" where nobody was asked."""

    time: float
    photo: str
    class_name: str
    probability: float
    unsure: bool
    seconds: float
    features: bytes = b""
    decided: str = ""


@dataclass(frozen=True)
class Expected:
    """What a package leads to expect: its classes, its reference sample if it has one, and that it sends `unsure` of
    `photos` to a person."""

    class_names: tuple[str, ...]
    reference: ReferenceSample | None
    unsure: int
    photos: int


class Window(BaseModel):
    """A look. Figures are None where they cannot be told: drift without a reference, the mix while the usual one is
    being learned, disagreement where nobody decided."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    time: float
    photos: int
    unsure: int
    unsure_expected: float | None
    unsure_p: float
    unlike: float | None
    drift_p: float | None
    mix: float | None
    mix_p: float | None
    decided: int
    disagreed: int
    seconds: float
    seconds_95: float
    classes: dict[str, int]
    signs: tuple[Sign, ...] = ()

    @property
    def two_of_three(self) -> bool:
        """Whether it speaks for training anew."""
        return len(_OF_THREE & set(self.signs)) >= 2


@dataclass(frozen=True)
class Decided:
    """How many decisions a person took, and how many of them on another class than the program's."""

    decisions: int = 0
    other: int = 0


def look(
    photos: Sequence[Seen],
    expected: Expected,
    usual: Mapping[str, int] | None,
    limits: MonitorLimits,
    decided: Decided = Decided(),
) -> Window:
    """A look at photos that could be read; `usual` is the class mix that was seen at first, `decided` what people
    decided since the look before, whenever those photos came."""
    unsure = sum(photo.unsure for photo in photos)
    moved = None if expected.reference is None else drift(*_featured(photos, expected), expected.reference)
    mixed = None if usual is None else mix_change(mix_of(photos), usual)
    window = Window(
        time=photos[-1].time,
        photos=len(photos),
        unsure=unsure,
        unsure_expected=expected.unsure / expected.photos if expected.photos else None,
        unsure_p=higher(unsure, len(photos), expected.unsure, expected.photos),
        unlike=None if moved is None else moved.unlike,
        drift_p=None if moved is None else moved.p_value,
        mix=None if mixed is None else mixed[1],
        mix_p=None if mixed is None else mixed[0],
        decided=decided.decisions,
        disagreed=decided.other,
        seconds=quantile([photo.seconds for photo in photos], 0.5),
        seconds_95=quantile([photo.seconds for photo in photos], 0.95),
        classes=mix_of(photos),
    )
    return window.model_copy(update={"signs": signs_of(window, limits)})


def signs_of(window: Window, limits: MonitorLimits) -> tuple[Sign, ...]:
    """What is a sign in these figures: unlikely by chance, and large enough to matter."""
    found = {
        Sign.DRIFT: window.drift_p is not None
        and window.drift_p < limits.chance
        and (window.unlike or 0) > limits.unlike,
        Sign.UNSURE: window.unsure_p < limits.chance
        and window.unsure / window.photos > limits.unsure_factor * (window.unsure_expected or 0),
        Sign.MIX: window.mix_p is not None
        and window.mix_p < limits.chance
        and (window.mix or 0) > limits.mix,
        Sign.DISAGREEMENT: window.decided > 0
        and wilson(window.disagreed, window.decided)[0] > limits.disagreement,
        Sign.SLOW: window.seconds_95 > limits.seconds,
    }
    return tuple(sign for sign, holds in found.items() if holds)


def level_of(windows: Sequence[Window], limits: MonitorLimits) -> Level:
    """What the looks so far, oldest first, mean."""
    if not windows:
        return Level.STARTING
    last = windows[-limits.windows :]
    if len(last) == limits.windows and all(window.two_of_three for window in last):
        return Level.RETRAIN
    return Level.WATCH if windows[-1].signs else Level.WELL


def mix_of(photos: Sequence[Seen]) -> dict[str, int]:
    """How many photos were taken for each class."""
    return dict(Counter(photo.class_name for photo in photos))


def half(features: Array | None) -> bytes:
    """Features `(D,)` as they are remembered: of length 1, in half precision."""
    return b"" if features is None else unit(features).astype(np.float16).tobytes()


def features_of(photos: Sequence[Seen]) -> Array:
    """The features `(N, D)` of photos that all have theirs."""
    return np.stack([np.frombuffer(photo.features, np.float16) for photo in photos]).astype(np.float32)


def _featured(
    photos: Sequence[Seen], expected: Expected
) -> tuple[Array, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The features of those photos that have theirs and are of a packaged class, and their columns."""
    columns = {name: column for column, name in enumerate(expected.class_names)}
    some = [photo for photo in photos if photo.features and photo.class_name in columns]
    if not some:
        return np.zeros((0, 1), np.float32), np.zeros(0, np.int64)
    return features_of(some), np.array([columns[photo.class_name] for photo in some], np.int64)
