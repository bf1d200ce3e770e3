"""One photo's answer as it is kept, told and sent: the same few facts for every output."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_core import from_json

from core.tasks.texts import TextTask
from core.training.events import WrittenPart


class Verdict(StrEnum):
    """What follows for the piece. Only OK lets it pass.

    UNSURE: a person decides. UNKNOWN: nobody said whether that class is OK or NG. UNREADABLE: no picture.
    """

    OK = "ok"
    NG = "ng"
    UNSURE = "unsure"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


class Outcome(BaseModel):
    """A photo and what became of it. `id` is its own: who gets the same id twice got the same outcome twice.

    Where the photo could not be opened, `problem` is the code of the reason, `message` its words. `verdict` None: a text
    says nothing about whether the piece passes.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str
    time: AwareDatetime
    photo: str
    unsure: bool = False
    verdict: Verdict | None
    moved_to: str = ""
    problem: str = ""
    message: str = ""
    seconds: float = 0.0

    def as_facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return self.model_dump(mode="json", by_alias=True)

    def as_json(self) -> str:
        """One line of JSON."""
        return self.model_dump_json(by_alias=True)


class Result(Outcome):
    """A photo with the class it was taken for; there is none where it could not be judged."""

    class_name: str = Field(default="", alias="class")
    probability: float | None = None
    verdict: Verdict
    ranking: tuple[tuple[str, float], ...] = ()
    _features: bytes = PrivateAttr(default=b"")

    @property
    def features(self) -> bytes:
        """Unit features in half precision, for the monitor alone: no output tells them. b"" where there are none."""
        return self._features

    def with_features(self, features: bytes) -> "Result":
        """The result with its features."""
        self._features = features
        return self


class Written(Outcome):
    """A photo with what was written about it: of the task caption `text`, `confidence`, whether it is `complete` and the
    `record` that is kept of it; of vqa `answers`, one for each question. `sha256` is that of the photo's file."""

    task: TextTask
    sha256: str = ""
    text: str = ""
    confidence: float | None = None
    complete: bool = True
    record: str = ""
    answers: tuple[WrittenPart, ...] = ()

    @property
    def parts(self) -> tuple[WrittenPart, ...]:
        """What was written, whatever the task."""
        if self.task == "vqa" or self.confidence is None:
            return self.answers
        return (
            WrittenPart(
                text=self.text,
                confidence=self.confidence,
                unsure=self.unsure,
                complete=self.complete,
                record=self.record,
            ),
        )

    def as_facts(self) -> dict[str, Any]:
        """Only what belongs to the task."""
        return self.model_dump(mode="json", by_alias=True, exclude=self._foreign)

    def as_json(self) -> str:
        """One line of JSON."""
        return self.model_dump_json(by_alias=True, exclude=self._foreign)

    @property
    def _foreign(self) -> set[str]:
        return {"text", "confidence", "complete", "record"} if self.task == "vqa" else {"answers"}


def decode_outcome(line: str) -> Outcome:
    """What `as_json` gave. Raises ValueError."""
    return (Written if "task" in from_json(line) else Result).model_validate_json(line)
