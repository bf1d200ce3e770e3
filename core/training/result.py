"""What a training run found, as it lies in `result.json`: metrics, predictions, how it went."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.files import write_atomic

RESULT_SCHEMA = 1
RESULT_FILE = "result.json"
CHOICE_FILE = "choice.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Metrics(_Frozen):
    """Accuracies 0-1 on test photos; None where there is nothing to measure on.

    `base` is over base photos among base classes, `new` over new photos among new classes, `h` their
    harmonic mean; `union_…` the same photos with base and new classes offered together.
    """

    base: float | None
    new: float | None
    h: float | None
    union_base: float | None
    union_new: float | None
    union_h: float | None


class Interval(_Frozen):
    """A figure with its 95 % interval over `n` photos."""

    mean: float
    low: float
    high: float
    n: int


class PhotoPrediction(_Frozen):
    """How one test photo was judged with all classes offered, tuned and untouched.

    `loss` is −ln of the true class's tuned probability; `photo` is the path as in the revision. `own_right` says whether
    it is judged right when only its own group of classes (base or new) is offered; None in results of older programs.
    """

    photo: str
    label: int
    predicted: int
    probability: float
    loss: float
    zero_shot_predicted: int
    zero_shot_probability: float
    own_right: bool | None = None
    zero_shot_own_right: bool | None = None


class Validated(_Frozen):
    """How a validation photo was judged among the classes that are offered on site."""

    probability: float
    right: bool


class UnsureThreshold(_Frozen):
    """Below `probability` a person decides. `wished_error` was asked for: wrong ones among those that pass; `promised`
    says whether the `n` validation photos were enough to promise it. `error` is the share of wrong ones among the
    validation photos that pass, with its exact interval; None where none passes, and in results of older programs."""

    probability: float
    wished_error: float
    sent_to_person: float
    promised: bool
    n: int
    error: Interval | None = None


class Calibration(_Frozen):
    """Temperatures of matching and of the scores among learned classes, fitted on so many base validation photos; both
    1 where there were none."""

    matching: float = Field(default=1.0, gt=0, lt=1e4)
    fused: float = Field(default=1.0, gt=0, lt=1e4)
    photos: int = Field(default=0, ge=0)


class Bin(_Frozen):
    """Photos judged with about the same probability: its mean, and the share that is right."""

    photos: int
    probability: float
    right: float


class Reliability(_Frozen):
    """Whether probabilities are what they say: `ece` is the mean gap between probability and share right over the bins,
    `by_chance` the gap that honest probabilities stay below on so few photos in 95 of 100 cases."""

    ece: float
    by_chance: float
    n: int
    bins: tuple[Bin, ...]


class Calibrated(_Frozen):
    """What the temperatures do on the test photos, all classes offered: reliability before and after, and the accuracies
    as they would be `without` (`union_base`, `union_new`, `union_h`)."""

    temperatures: Calibration
    before: Reliability
    after: Reliability
    without: dict[str, float | None]


class Choice(_Frozen):
    """What the engine decided by itself during training; words under `code`."""

    code: str
    data: dict[str, Any] = Field(default_factory=dict)


class TrainResult(_Frozen):
    """The outcome of a training run. `new_judged_by` says whether classes that were never learned are judged by
    what was learned, or by the untouched backbone's texts; `sample` is the hash of the list of photos learned from. `validated`
    are the photos that any unsure threshold is chosen on; `calibration` is None in results of older programs."""

    schema_version: int = RESULT_SCHEMA
    composition: str
    preset: str
    backbone: str
    backbone_sha256: str
    revision: str
    seed: int
    shots: int | None
    sample: str = ""
    metrics: dict[Literal["zero_shot", "tuned"], Metrics]
    intervals: dict[Literal["zero_shot", "tuned"], dict[str, Interval]] = Field(default_factory=dict)
    predictions: tuple[PhotoPrediction, ...]
    unsure: UnsureThreshold | None
    validated: tuple[Validated, ...] = ()
    calibration: Calibrated | None = None
    steps: int
    epochs: int
    kept_epoch: int
    stopped_because: str
    stages_s: dict[str, float]
    device: str
    trained_parameters: int
    hyper: dict[str, Any] = Field(default_factory=dict)
    new_judged_by: Literal["method", "zero_shot"] = "method"
    decisions: tuple[Choice, ...] = ()

    @property
    def temperatures(self) -> Calibration:
        """At which its scores become probabilities."""
        return Calibration() if self.calibration is None else self.calibration.temperatures

    def save(self, run: Path) -> None:
        """Write `result.json` into the run folder, atomically."""
        write_atomic(run / RESULT_FILE, self.model_dump_json(indent=1))
