"""Trying the tuned model of a run: the engine opens it at the first question, and stays open for the next ones."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from core.problems import Language, Problem
from core.project.store import CACHE_FOLDER, Project
from core.training.events import Event, Failed, PredictionFailed, Progress, Wrote
from core.training.job import JOB_FILE, TryOutJob, save_job
from core.training.run import Run

_KIND = "try-out"


@dataclass(frozen=True)
class Asking:
    """A photo, and the question; "" asks for a description."""

    photo: Path
    question: str


class TryOut(QObject):
    """One question at a time. `answered` carries what was asked and the written part; `failed` carries the problem."""

    answered = Signal(object, object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._engine: EngineProcess | None = None
        self._about: tuple[Path, Language, float] | None = None
        self._open = False
        self._number = 0
        self._asked: Asking | None = None

    @property
    def waiting(self) -> bool:
        """Whether something was asked and is not answered yet."""
        return self._asked is not None

    @property
    def opening(self) -> bool:
        """Whether the model is being opened."""
        return self._engine is not None and not self._open

    def ask(self, project: Project, run: Run, language: Language, threshold: float, asking: Asking) -> None:
        """Ask the tuned model of a run; another run or language opens anew. What was asked before is forgotten."""
        self._number += 1
        self._asked = asking
        about = (run.folder, language, threshold)
        if self._engine is None or self._about != about:
            self.give_up()
            self._asked, self._about = asking, about
            self._start(project, run, language, threshold)
        elif self._open:
            self._send()

    def give_up(self) -> None:
        """Close the model; nothing more is told."""
        engine, self._engine = self._engine, None
        self._open, self._asked = False, None
        if engine is not None:
            engine.let_go()

    def _start(self, project: Project, run: Run, language: Language, threshold: float) -> None:
        cache = project.folder / CACHE_FOLDER
        folder = cache / f"{_KIND}-{time.time_ns()}"
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._ended)
        job = TryOutJob(run=str(folder), source_run=str(run.folder), language=language, threshold=threshold)

        def prepare(_cancel: object) -> None:
            for old in cache.glob(f"{_KIND}-*"):
                shutil.rmtree(old, ignore_errors=True)
            folder.mkdir(parents=True)
            save_job(job)

        run_in_background(
            self,
            prepare,
            success=lambda _: engine.start(folder / JOB_FILE) if engine is self._engine else None,
            failure=lambda error: self._fail(Problem("app.engine_not_started", reason=str(error))),
        )

    def _send(self) -> None:
        if self._engine is not None and self._asked is not None:
            request: dict[str, object] = {
                "request": self._number,
                "photo": str(self._asked.photo),
                "question": self._asked.question,
            }
            self._engine.request(request)

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self._open = True
                self._send()
            case Wrote(request=number) if number == self._number and self._asked is not None:
                asked, self._asked = self._asked, None
                self.answered.emit(asked, event.parts[0])
            case PredictionFailed(request=number) if number == self._number:
                self._asked = None
                self.failed.emit(Problem(event.code, **event.data))
            case Failed():
                self._fail(Problem(event.code, **event.data))

    def _ended(self, _state: object) -> None:
        if self._engine is not None:
            self._fail(Problem("app.try_out_cut_off"))

    def _fail(self, problem: Problem) -> None:
        engine, self._engine = self._engine, None
        self._open, self._asked = False, None
        if engine is not None:
            engine.let_go()
        self.failed.emit(problem)
