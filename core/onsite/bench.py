"""What a predict worker does whatever its package does: requests, a source that is minded in a thread of its own."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.onsite.answers import Answer, NotJudged, Photo
from core.onsite.minding import Minding
from core.onsite.outputs.protocol import Output
from core.problems import Problem
from core.training.commands import Commands, Emit
from core.training.events import Event, PredictionFailed


class NewClass(BaseModel):
    """A class to be added by its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str


class Request(BaseModel):
    """One line of standard input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: int
    photos: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    add_class: NewClass | None = None
    source: str | None = None
    every_s: float = 1.0


class Bench(ABC):
    """A package with everything that asks it; one photo after the other, whoever asks."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._emitting, self._judging = threading.Lock(), threading.Lock()
        self._minding: Minding | None = None

    @abstractmethod
    def prepare(self, request: Request) -> None:
        """What has to be done before the photos of a request. Raises Problem where it cannot be."""

    @abstractmethod
    def predict(self, photos: Sequence[Photo], questions: Sequence[str]) -> Iterator[Answer]:
        """One answer for each photo, in their order."""

    @abstractmethod
    def tell(self, answer: Answer, request: int = 0) -> None:
        """Tell an answer, and keep what is kept of it."""

    def outputs(self) -> Sequence[Output]:
        """Where what a minded folder brings goes beside the window."""
        return ()

    def emit(self, event: Event) -> None:
        """Tell an event, whichever thread it comes from."""
        with self._emitting:
            self._emit(event)

    def answer(self, content: dict[str, Any], commands: Commands) -> None:
        """Carry out one request."""
        try:
            request = Request.model_validate(content)
        except ValidationError as error:
            number, reason = content.get("request"), error.errors(include_url=False, include_input=False)
            self.emit(
                PredictionFailed(
                    request=number if isinstance(number, int) else -1,
                    photo="",
                    code="onsite.bad_request",
                    data={"reason": str(reason[0]["msg"])},
                )
            )
            return
        try:
            with self._judging:
                self.prepare(request)
            if request.source is not None:
                self._mind(request.source, request.every_s)
        except Problem as problem:
            self.emit(failed(request.request, "", problem))
            return
        with self._judging:
            for answer in self.predict(request.photos, request.questions):
                commands.heed(self.emit)
                self.tell(answer, request.request)

    def end(self) -> None:
        """Let go of everything."""
        if self._minding is not None:
            self._minding.end()

    def _judge(self, photos: Sequence[Photo]) -> list[Answer]:
        """Answers for a source; another thread waits meanwhile."""
        with self._judging:
            return list(self.predict(photos, ()))

    def _mind(self, source: str, every_s: float) -> None:
        if self._minding is not None:
            self._minding.end()
            self._minding = None
        if source:
            self._minding = Minding(source, every_s, self._judge, self.tell, self.emit, self.outputs())

    def _tell_failed(self, answer: NotJudged, request: int) -> None:
        self.emit(failed(request, answer.photo, answer.problem))


def failed(request: int, photo: str, problem: Problem) -> PredictionFailed:
    """The event that says why there is no answer."""
    return PredictionFailed(request=request, photo=photo, code=problem.code, data=plain(problem))


def plain(problem: Problem) -> dict[str, Any]:
    """What a problem carries, for an event."""
    return {
        key: value if isinstance(value, int | float) else str(value) for key, value in problem.data.items()
    }
