"""One judged photo as it is kept, told and sent: the same few facts for every output."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr


class Verdict(StrEnum):
    """What follows for the piece. Only OK lets it pass.

    UNSURE: a person decides. UNKNOWN: nobody said whether that class is OK or NG. UNREADABLE: no picture.
    """

    OK = "ok"
    NG = "ng"
    UNSURE = "unsure"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


class Result(BaseModel):
    """A photo and what became of it. `id` is its own: who gets the same id twice got the same result twice.

    Where the photo could not be judged there is no class; `problem` is the code of the reason, `message` its words.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str
    time: AwareDatetime
    photo: str
    class_name: str = Field(default="", alias="class")
    probability: float | None = None
    unsure: bool = False
    verdict: Verdict
    ranking: tuple[tuple[str, float], ...] = ()
    moved_to: str = ""
    problem: str = ""
    message: str = ""
    seconds: float = 0.0
    _features: bytes = PrivateAttr(default=b"")

    @property
    def features(self) -> bytes:
        """Unit features in half precision, for the monitor alone: no output tells them. b"" where there are none."""
        return self._features

    def with_features(self, features: bytes) -> "Result":
        """The result with its features."""
        self._features = features
        return self

    def as_json(self) -> str:
        """One line of JSON."""
        return self.model_dump_json(by_alias=True)
