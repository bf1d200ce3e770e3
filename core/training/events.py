"""What the engine tells while it works: one JSON line an event, marked by a prefix, versioned, typed."""

import json
import time as clock
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.insight.findings import Distances

PREFIX = "@hikidashi "
EVENTS_SCHEMA = 1


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = EVENTS_SCHEMA
    time: float = Field(default_factory=clock.time)


class Stage(_Event):
    """A stage began. Names: search, prepare, features, zero_shot, train, evaluate, save, verify, load, alone, write."""

    type: Literal["stage"] = "stage"
    stage: str
    index: int
    of: int


class Progress(_Event):
    """How far the present stage is; `seconds_left` None while it cannot be told yet."""

    type: Literal["progress"] = "progress"
    done: int
    total: int
    seconds_left: float | None = None


class Step(_Event):
    """One optimiser step (throttled): total loss and its weighted terms by name."""

    type: Literal["step"] = "step"
    step: int
    epoch: int
    loss: float
    terms: dict[str, float] = Field(default_factory=dict)
    learning_rate: float


class Epoch(_Event):
    """One pass over the photos; accuracies (0-1) on validation photos, None where there are none."""

    type: Literal["epoch"] = "epoch"
    epoch: int
    epochs: int
    loss: float
    base: float | None
    new: float | None
    union_h: float | None
    zero_shot_base: float | None
    zero_shot_new: float | None
    seconds_left: float | None = None


class TextEpoch(_Event):
    """One pass over the texts: the mean loss of the round, and on the checking texts (None where there are none) the
    share that would be written word for word, with their loss. `stage` is prefix or tune; rounds count through both."""

    type: Literal["text_epoch"] = "text_epoch"
    epoch: int
    epochs: int
    stage: str
    loss: float
    right: float | None
    check_loss: float | None
    seconds_left: float | None = None


class Collapse(_Event):
    """How far classes are from neural collapse after a round, 0 before the first: those that are learned, and the
    others; by the validation photos. None where there are fewer than two classes."""

    type: Literal["collapse"] = "collapse"
    epoch: int
    base: Distances | None
    new: Distances | None


class Resources(_Event):
    """What the worker uses: percent of all cores, bytes of memory; joules that the PC's sensors counted since the
    worker began, None where there are none that can be read."""

    type: Literal["resources"] = "resources"
    cpu_percent: float
    memory_bytes: int
    gpu_memory_bytes: int | None = None
    energy_joules: float | None = None
    energy_sensors: tuple[str, ...] = ()


class StateChanged(_Event):
    """The worker runs, or has paused."""

    type: Literal["state"] = "state"
    state: Literal["running", "paused"]


class Warned(_Event):
    """Something worth telling that does not stop the work; words under `code`."""

    type: Literal["warning"] = "warning"
    code: str
    data: dict[str, Any] = Field(default_factory=dict)


class Decided(_Event):
    """The engine took a decision of its own, such as to leave a stage out; words under `code`."""

    type: Literal["decision"] = "decision"
    code: str
    data: dict[str, Any] = Field(default_factory=dict)


class Checkpoint(_Event):
    """From here training can go on after a crash."""

    type: Literal["checkpoint"] = "checkpoint"
    epoch: int
    step: int


class Way(BaseModel):
    """One way to train that a search tries: a preset, with the settings that were `changed` in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    preset: str
    composition: str
    changed: dict[str, bool | int | float | str] = Field(default_factory=dict)


class Tried(_Event):
    """A search began a try, or ended it: judged to its end, given up as it fell behind, or impossible here. `score` is
    0-1, below 0 where what was wished for is broken."""

    type: Literal["tried"] = "tried"
    number: int
    way: Way
    state: Literal["started", "finished", "pruned", "failed"]
    score: float | None = None


class RankedWay(BaseModel):
    """A way with its score and 95 % interval over `photos` inner photos; `base` and `new` are the two accuracies that
    the score is made of, None where there was no class to hold back."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    way: Way
    score: float
    low: float
    high: float
    base: float
    new: float | None
    photos: int


class Ranked(_Event):
    """The best ways so far, best first, out of `tried`; `untouched` is the score of the untouched backbone."""

    type: Literal["ranked"] = "ranked"
    ways: tuple[RankedWay, ...]
    tried: int
    untouched: float | None = None
    wish: str = "union"
    seconds_left: float | None = None


class Predicted(_Event):
    """The answer for one photo: classes with probabilities, best first."""

    type: Literal["predicted"] = "predicted"
    request: int
    photo: str
    ranking: tuple[tuple[str, float], ...]
    unsure: bool
    seconds: float


class WrittenPart(BaseModel):
    """A text about a photo: a description (`question` is ""), or the answer to a question. `record` names the record
    that is kept of it on site, where one is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str = ""
    text: str
    confidence: float
    unsure: bool = False
    complete: bool = True
    record: str = ""


class Wrote(_Event):
    """What was written about one photo: its description, or the answers to the questions that were asked."""

    type: Literal["wrote"] = "wrote"
    request: int
    photo: str
    parts: tuple[WrittenPart, ...]
    seconds: float


class PredictionFailed(_Event):
    """One photo could not be judged; the others go on."""

    type: Literal["prediction_failed"] = "prediction_failed"
    request: int
    photo: str
    code: str
    data: dict[str, Any] = Field(default_factory=dict)


class ClassAdded(_Event):
    """A class is offered from now on, by its words alone."""

    type: Literal["class_added"] = "class_added"
    request: int
    name: str
    description: str


class SourceTold(_Event):
    """A folder or camera is being minded, has trouble (words under `code`) and is tried again, or is left alone."""

    type: Literal["source"] = "source"
    source: str
    state: Literal["watching", "trouble", "ended"]
    code: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class WordsRead(_Event):
    """The answer to one request of an assist job: its words are in the cache now, or the `code` of what went wrong."""

    type: Literal["words_read"] = "words_read"
    request: int
    code: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class MonitorLooked(_Event):
    """The monitor took a look at the last photos; `level` is starting, well, watch or retrain."""

    type: Literal["monitor"] = "monitor"
    level: str


class Finished(_Event):
    """Terminal: done, and what was made has been reopened and verified."""

    type: Literal["finished"] = "finished"
    result: dict[str, Any] = Field(default_factory=dict)


class Stopped(_Event):
    """Terminal: stopped as asked, the best so far is kept."""

    type: Literal["stopped"] = "stopped"
    result: dict[str, Any] = Field(default_factory=dict)


class Failed(_Event):
    """Terminal: could not be done; `code` has words, `detail` is for the log."""

    type: Literal["failed"] = "failed"
    code: str
    data: dict[str, Any] = Field(default_factory=dict)
    detail: str = ""


class Interrupted(_Event):
    """Terminal for this process: cut off, can be resumed from the last checkpoint."""

    type: Literal["interrupted"] = "interrupted"
    reason: str = ""


Event = Annotated[
    Stage
    | Progress
    | Step
    | Epoch
    | TextEpoch
    | Collapse
    | Resources
    | StateChanged
    | Warned
    | Decided
    | Checkpoint
    | Tried
    | Ranked
    | Predicted
    | Wrote
    | PredictionFailed
    | ClassAdded
    | SourceTold
    | MonitorLooked
    | WordsRead
    | Finished
    | Stopped
    | Failed
    | Interrupted,
    Field(discriminator="type"),
]
Terminal = Finished | Stopped | Failed | Interrupted
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def encode(event: Event) -> str:
    """One line without its line end; non-ASCII is escaped, so no locale can spoil it."""
    return PREFIX + json.dumps(event.model_dump(mode="json"))


def decode(line: str) -> Event | None:
    """The event on a line; None for any other text, a spoiled line, or a type of a newer program."""
    if not line.startswith(PREFIX):
        return None
    try:
        return _ADAPTER.validate_json(line[len(PREFIX) :])
    except ValidationError:
        return None
