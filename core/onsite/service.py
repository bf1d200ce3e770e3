"""The predict worker: loads a package once, then answers requests that come as JSON lines, and minds a source.

A request is `{"request": 3, "photos": ["…"]}`; each photo is answered by one Predicted or PredictionFailed
event with that number. With `"add_class": {"name": "…", "description": "…"}` a class is added before the
photos are judged, which a ClassAdded event tells; when it cannot be, or the request makes no sense, one
PredictionFailed with an empty `photo` answers. `"source": "…"` (a folder, `camera:0`, the address of a camera; "" for
none) has what comes from there judged, too, with request 0. The first Progress event (1 of 1) says that the
package is loaded. A monitor sees every photo; a MonitorLooked event tells that it took a look.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.onsite.alone import AddingJudge, open_adding_judge
from core.onsite.answers import NotJudged, Photo, Prediction
from core.onsite.happenings import Happening, Looked
from core.onsite.line import as_result
from core.onsite.minding import Minding
from core.onsite.monitor.monitor import WINDOW, open_monitor
from core.onsite.monitor.overseer import Overseer
from core.onsite.okng import OkNg
from core.package.trust import open_trusted
from core.problems import Problem
from core.training.commands import Commands, Emit
from core.training.events import (
    ClassAdded,
    Event,
    MonitorLooked,
    Predicted,
    PredictionFailed,
    Progress,
    Stage,
    Warned,
)
from core.training.job import PredictJob


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
    add_class: NewClass | None = None
    source: str | None = None
    every_s: float = 1.0


def run_predict(job: PredictJob, emit: Emit, commands: Commands) -> None:
    """Answer requests until told to end.

    Raises:
        Problem: as `open_adding_judge`.
        Halt: stopped, or the window is gone.
    """
    emit(Stage(stage="load", index=1, of=1))
    judge = open_adding_judge(Path(job.package), job.device)
    bench = _Bench(judge, emit)
    try:
        for name, description in job.added:
            bench.add_again(name, description)
        bench.oversee(Path(job.package))
        bench.emit(Progress(done=1, total=1))
        while True:
            commands.heed(bench.emit)
            content = commands.next_request()
            if content is not None:
                bench.answer(content, commands)
    finally:
        bench.end()


class _Bench:
    """The judge with everything that asks it: requests, and a source that is minded in a thread of its own."""

    def __init__(self, judge: AddingJudge, emit: Emit) -> None:
        self._judge, self._emit = judge, emit
        self._emitting, self._judging = threading.Lock(), threading.Lock()
        self._overseer: Overseer | None = None
        self._minding: Minding | None = None

    def emit(self, event: Event) -> None:
        """Tell an event, whichever thread it comes from."""
        with self._emitting:
            self._emit(event)

    def oversee(self, package: Path) -> None:
        """Set the monitor to work; without one photos are judged all the same."""
        try:
            self._overseer = Overseer(open_monitor(open_trusted(package), WINDOW), self._told)
        except Problem as problem:
            self.emit(Warned(code=problem.code, data=_plain(problem)))

    def add_again(self, name: str, description: str) -> None:
        """A class that was added before; one that cannot be added now is told and left out."""
        try:
            self._judge.add_class(name, description)
        except Problem as problem:
            self.emit(Warned(code=problem.code, data=_plain(problem)))

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
            if request.add_class is not None:
                added = request.add_class
                with self._judging:
                    self._judge.add_class(added.name, added.description)
                self.emit(ClassAdded(request=request.request, name=added.name, description=added.description))
            if request.source is not None:
                self._mind(request.source, request.every_s)
        except Problem as problem:
            self.emit(_failed(request.request, "", problem))
            return
        with self._judging:
            for answer in self._judge.predict(request.photos):
                commands.heed(self.emit)
                self.tell(answer, request.request)

    def judge(self, photos: Sequence[Photo]) -> list[Prediction | NotJudged]:
        """Answers to photos; another thread waits meanwhile."""
        with self._judging:
            return list(self._judge.predict(photos))

    def tell(self, answer: Prediction | NotJudged, request: int = 0) -> None:
        """Tell an answer, and let the monitor see it."""
        if self._overseer is not None:
            self._overseer.take([as_result(answer, OkNg())])
        if isinstance(answer, NotJudged):
            self.emit(_failed(request, answer.photo, answer.problem))
            return
        self.emit(
            Predicted(
                request=request,
                photo=answer.photo,
                ranking=answer.ranking,
                unsure=answer.unsure,
                seconds=answer.seconds,
            )
        )

    def end(self) -> None:
        """Let go of everything."""
        if self._minding is not None:
            self._minding.end()
        if self._overseer is not None:
            self._overseer.end()

    def _mind(self, source: str, every_s: float) -> None:
        if self._minding is not None:
            self._minding.end()
            self._minding = None
        if source:
            self._minding = Minding(source, every_s, self.judge, self.tell, self.emit)

    def _told(self, happening: Happening) -> None:
        if isinstance(happening, Looked):
            self.emit(MonitorLooked(level=happening.level))


def _failed(request: int, photo: str, problem: Problem) -> PredictionFailed:
    return PredictionFailed(request=request, photo=photo, code=problem.code, data=_plain(problem))


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        key: value if isinstance(value, int | float) else str(value) for key, value in problem.data.items()
    }
