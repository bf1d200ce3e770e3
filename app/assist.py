"""Help on the labels page: an engine of its own looks at the photos in the background, advice is made beside the screen.

What the engine saw lies in the project's cache, so advice needs no engine; it is started while there are photos it has
not seen, or words it has not read.
"""

import shutil
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.background import Task, run_in_background
from app.engine import EngineProcess
from app.training_choice import TrainingChoice
from core.assist.advice import Advice
from core.assist.desk import Made, make
from core.assist.photo_list import save_photos
from core.problems import Problem
from core.project.store import CACHE_FOLDER, Project
from core.training.events import Event, Failed, Progress, WordsRead
from core.training.job import JOB_FILE, AssistJob, save_job

_FOLDER = "assist"


class Assistant(QObject):
    """`advised` comes with each new Advice, `looking` with how far the engine is (None: it is done), `read` once words
    that were asked for are there, `failed` with a Problem: help is missing then, labels can be given all the same."""

    advised = Signal(object)
    looking = Signal(object)
    read = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject, busy: Callable[[], bool]) -> None:
        """`busy`: whether the PC is needed for something else, a training."""
        super().__init__(parent)
        self._busy = busy
        self._project: Project | None = None
        self._engine: EngineProcess | None = None
        self._making: Task[Made] | None = None
        self._again = False
        self._last: Made | None = None
        self._tried: frozenset[str] = frozenset()
        self._asked: dict[int, tuple[str, ...]] = {}
        self._wanted: dict[str, None] = {}
        self._gave_up = False
        self.advice = Advice()

    @property
    def running(self) -> bool:
        """Whether the engine is looking or reading."""
        return self._engine is not None

    def help(self, project: Project | None) -> None:
        """Help with this project from now on; None: with none."""
        if project is not self._project:
            self.rest()
            self._project, self._last, self._tried, self._gave_up = project, None, frozenset(), False
            self.advice = Advice()
        self.look()

    @property
    def made(self) -> Made | None:
        """What the advice was made from; None before the first."""
        return self._last

    def rest(self) -> None:
        """End the engine; what it saw is kept."""
        engine, self._engine = self._engine, None
        self._asked.clear()
        if engine is not None:
            engine.let_go()

    def look(self) -> None:
        """Make advice anew from the labels as they are: behind what is made now, never beside it."""
        project = self._project
        if project is None:
            return
        if self._making is not None:
            self._again = True
            return
        last, wanted = self._last, tuple(self._wanted)
        self._making = run_in_background(
            self,
            lambda _cancel: make(project, TrainingChoice.of(project).backbone, last, wanted),
            success=lambda made: self._made(project, made, wanted),
            failure=self._not_made,
        )

    def read_words(self, words: Sequence[str]) -> None:
        """Have words read; `read` tells when they are there."""
        self._wanted |= dict.fromkeys(words)
        self._gave_up = False
        self.look()

    # Making advice

    def _made(self, project: Project, made: Made, wanted: tuple[str, ...]) -> None:
        self._making = None
        if project is self._project:
            self._last, self.advice = made, made.advice
            self._tell_read(tuple(word for word in wanted if word not in made.unread))
            self._wanted |= dict.fromkeys(made.unread)
            self.advised.emit(made.advice)
            if self._engine is not None:
                self._ask()
            elif not self._gave_up and not self._busy():
                fresh = {sha256 for sha256, _ in made.unseen} - self._tried
                if fresh or self._wanted:
                    self._tried |= fresh
                    self._start(project, made.unseen)
        if self._again:
            self._again = False
            self.look()

    def _not_made(self, error: Exception) -> None:
        self._making = None
        if not isinstance(error, Problem):
            raise error
        self.failed.emit(error)

    # The engine

    def _start(self, project: Project, photos: Sequence[tuple[str, str]]) -> None:
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._end)
        cache = project.folder / CACHE_FOLDER
        folder = cache / f"{_FOLDER}-{time.time_ns()}"
        backbone = TrainingChoice.of(project).backbone

        def prepare(_cancel: object) -> None:
            for old in cache.glob(f"{_FOLDER}-*"):
                shutil.rmtree(old, ignore_errors=True)
            folder.mkdir(parents=True)
            save_photos(folder, photos)
            save_job(AssistJob(run=str(folder), cache=str(cache), backbone=backbone))

        def begin(_: None) -> None:
            if engine is self._engine:
                engine.start(folder / JOB_FILE)
                self._ask()

        run_in_background(self, prepare, success=begin, failure=self._not_started)

    def _ask(self) -> None:
        """Give the engine what is to be read, and was not asked for yet."""
        waiting = {word for words in self._asked.values() for word in words}
        words = tuple(word for word in self._wanted if word not in waiting)
        if self._engine is not None and words:
            number = time.time_ns()
            self._asked[number] = words
            self._engine.request({"request": number, "words": words})

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self.looking.emit(event if event.done < event.total else None)
                self.look()
            case WordsRead():
                self._take_words(event)
            case Failed():
                self._gave_up = True
                self.failed.emit(Problem(event.code, **event.data))

    def _take_words(self, event: WordsRead) -> None:
        words = self._asked.pop(event.request, ())
        if event.code:
            for word in words:
                self._wanted.pop(word, None)
            self._gave_up = True
            self.failed.emit(Problem(event.code, **event.data))
            return
        self.look()

    def _tell_read(self, words: tuple[str, ...]) -> None:
        for word in words:
            self._wanted.pop(word, None)
        if words:
            self.read.emit(words)

    def _not_started(self, error: Exception) -> None:
        self._engine = None
        self._gave_up = True
        self.failed.emit(Problem("app.engine_not_started", reason=str(error)))

    def _end(self, _state: object) -> None:
        engine, self._engine = self._engine, None
        self._asked.clear()
        if engine is not None:
            engine.deleteLater()
        self.looking.emit(None)
        self.look()
