"""Everything the report says, as figures: gathered once, told in any language, laid out as HTML and as PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation.compare import Comparison
from core.evaluation.tally import ClassTally, Consequence
from core.report.assumptions import Assumptions
from core.report.groups import Grouping
from core.report.payback import Effort, Payback, Rates
from core.training.result import Choice, Interval, Metrics, UnsureThreshold

Moment = Literal["zero_shot", "tuned"]
Headline = Literal["practice", "unmeasured", "worse", "unclear", "costly", "go", "go_with_care"]


@dataclass(frozen=True)
class Risk:
    """A danger that was found in this data; its words are in assets/report under `risk_<code>`."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class ClassFigures:
    """A class of the operator's: photos in the three parts, and its test photos judged; `tally` None without any."""

    name: str
    words: str
    role: Literal["base", "new"]
    is_good: bool
    train: int
    val: int
    test: int
    tally: ClassTally | None


@dataclass(frozen=True)
class Model:
    """What judges: the backbone, the method, how it was trained; `decisions` are those that the engine took itself."""

    backbone: str
    backbone_sha256: str
    licence: str
    preset: str
    composition: str
    parameters: int
    judges_new: bool
    seed: int
    shots: int | None
    steps: int
    epochs: int
    kept_epoch: int
    stopped_because: str
    device: str
    hyper: dict[str, Any]
    stages_s: dict[str, float]
    decisions: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where the figures come from: enough to make them again."""

    project: str
    run: str
    revision: str
    sample: str
    features_only: bool
    made: datetime
    program: str
    platform: str
    versions: dict[str, str]


@dataclass(frozen=True)
class PocReport:
    """The whole report.

    `base` compares tuned and untouched on the test photos of learned classes, all classes offered; `new` on own
    classes that were held back. `confusion` `(C, C)` is over the own classes, true × judged. None, or empty, is what
    was not measured.
    """

    origin: Origin
    model: Model
    classes: tuple[ClassFigures, ...]
    base: Comparison | None
    new: Comparison | None
    new_on_probe: bool
    metrics: Mapping[Moment, Metrics]
    intervals: Mapping[Moment, Mapping[str, Interval]]
    confusion: NDArray[np.int64]
    unsure: UnsureThreshold | None
    consequence: Consequence | None
    rates: Rates
    effort: Effort
    assumed: Assumptions
    payback: Payback | None
    groupings: tuple[Grouping, ...]
    risks: tuple[Risk, ...]
    headline: Headline
