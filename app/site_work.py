"""A package at work behind the window, whatever it does: its engine, photos that wait, a folder or camera that is minded."""

import contextlib
import shutil
import time
from collections import deque
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import Task, run_in_background
from app.engine import EngineProcess
from core.onsite.added import AddedClass
from core.photos.walk import FoundFile, walk
from core.problems import Problem
from core.settings import locations
from core.training.events import Event, Failed, PredictionFailed, Progress, SourceTold, Warned
from core.training.job import JOB_FILE, PredictJob, save_job
from core.training.run import Run

_AT_ONCE = 32
_LEFT_AFTER_S = 3600.0


class Phase(StrEnum):
    """Where the package is."""

    CLOSED = "closed"
    LOADING = "loading"
    READY = "ready"
    BROKEN = "broken"


class SiteWork(QObject):
    """`changed` tells that phase, counts or problem are others. Who inherits takes the answers (`take_answer`), and photos
    that could not be judged (`not_judged`); both call `count_answer`."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.phase = Phase.CLOSED
        self.problem: Problem | None = None
        self.asked = 0
        self.answered = 0
        self.source = ""
        self.source_problem: Problem | None = None
        self._waiting: deque[Path] = deque()
        self._open: dict[int, int] = {}  # photos that are out, by request
        self._request = 0
        self._engine: EngineProcess | None = None
        self._opening: Task[Any] | None = None  # of the package that was asked for last

    # What the page asks

    def judge(self, paths: Iterable[Path]) -> None:
        """Judge photos and all photos below folders, in their order, once the package is loaded."""
        listed = tuple(paths)
        run_in_background(self, lambda _cancel: photos_in(listed), success=self._judge)

    def give_up_waiting(self) -> None:
        """Forget the photos that still wait."""
        self.asked -= len(self._waiting)
        self._waiting.clear()
        self.changed.emit()

    def mind(self, source: str, every_s: float = 1.0) -> None:
        """Have a folder watched, or a camera; "" for nothing any more."""
        self.source, self.source_problem = source, None
        self.ask({"source": source, "every_s": every_s})
        self.changed.emit()

    def forget_problems(self) -> None:
        """The operator has seen what went wrong."""
        self.problem = self.source_problem = None

    def close(self) -> None:
        """Put the package away and end its worker."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()
        if self._opening is not None:
            self._opening.cancel()
        self._waiting.clear()
        self._open.clear()
        self.asked = self.answered = 0
        self.problem, self.source, self.source_problem = None, "", None
        self.to(Phase.CLOSED)

    # For who inherits

    def take_answer(self, event: Event) -> None:
        """An event that is not about the work as such."""
        raise TypeError(f"{type(self).__name__} takes no answers")

    def not_judged(self, photo: Path, request: int, problem: Problem) -> None:
        """A photo could not be judged."""
        raise TypeError(f"{type(self).__name__} takes no answers")

    def begin(self, job: Path) -> None:
        """Start the engine on a job."""
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._ended)
        engine.start(job)

    def ask(self, content: dict[str, object]) -> None:
        """Give the engine a request of its own."""
        if self._engine is not None:
            self._request += 1
            self._engine.request({"request": self._request, **content})

    def count_answer(self, request: int) -> None:
        """One more photo has its answer. Photos of a source were asked for by nobody here; answers to a request that
        `ask` made are not counted."""
        if request == 0:
            self.asked += 1
        elif request in self._open:
            self._open[request] -= 1
            if self._open[request] <= 0:
                del self._open[request]
        else:
            return
        self.answered += 1

    def ask_more(self) -> None:
        """A few photos at a time, so that the rest can still be given up."""
        if self.phase is not Phase.READY or self._open or self._engine is None or not self._waiting:
            return
        some = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        self._request += 1
        self._open[self._request] = len(some)
        self._engine.request({"request": self._request, "photos": [str(path) for path in some]})

    def to(self, phase: Phase) -> None:
        """Be in a phase."""
        self.phase = phase
        self.changed.emit()

    def broke(self, error: Exception) -> None:
        """The package cannot be used."""
        if not isinstance(error, Problem):
            raise error
        self.problem = error
        self.to(Phase.BROKEN)

    def troubled(self, error: Exception) -> None:
        """Something beside the answers could not be done."""
        if not isinstance(error, Problem):
            raise error
        self.problem = error
        self.changed.emit()

    # What the engine tells

    def _take(self, event: Event) -> None:
        match event:
            case Progress() if self.phase is Phase.LOADING:
                self.to(Phase.READY)
                self.ask_more()
            case PredictionFailed(photo=photo):
                self._refused(photo, event.request, Problem(event.code, **event.data))
            case Warned():
                self.problem = Problem(event.code, **event.data)
                self.changed.emit()
            case SourceTold(source=source):
                if source == self.source:
                    self._source_told(event)
            case Failed():
                self.problem = Problem(event.code, **event.data)
            case _:
                self.take_answer(event)

    def _refused(self, photo: str, request: int, problem: Problem) -> None:
        """Of one photo, or of a whole request: then none of its photos is answered any more."""
        if photo:
            self.not_judged(Path(photo), request, problem)
            return
        self.asked -= self._open.pop(request, 0)
        self.problem = problem
        self.changed.emit()

    def _ended(self, _state: object) -> None:
        self._engine = None
        self.problem = self.problem or Problem("app.judging_cut_off")
        self.to(Phase.BROKEN)

    def _judge(self, photos: list[Path]) -> None:
        self._waiting.extend(photos)
        self.asked += len(photos)
        self.ask_more()
        self.changed.emit()

    def _source_told(self, event: SourceTold) -> None:
        self.source_problem = Problem(event.code, **event.data) if event.state == "trouble" else None
        if event.state == "ended":
            self.source = ""
        self.changed.emit()


def write_job(package: Path, added: Sequence[AddedClass] = ()) -> Path:
    """The job of a package at work, in a folder of its own: the worker of the package before may still be ending in the
    last one, another window may have one at work, and the next package may be opened before this one is."""
    place = locations().cache / "onsite"
    _clear(place)
    folder = place / str(time.time_ns())
    classes = tuple((entry.name, entry.description) for entry in added)
    save_job(PredictJob(run=str(folder), package=str(package), added=classes))
    return folder / JOB_FILE


def _clear(place: Path) -> None:
    """Remove what earlier work left: no worker is in it, and one that is just beginning has had its time."""
    for folder in place.glob("*"):
        with contextlib.suppress(OSError):
            left_alone = time.time() - folder.stat().st_mtime > _LEFT_AFTER_S
            if left_alone and not Run(folder).worker_alive():
                shutil.rmtree(folder, ignore_errors=True)


def photos_in(paths: tuple[Path, ...]) -> list[Path]:
    """Photos, and all photos below folders."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [Path(entry.path) for entry in walk(path) if isinstance(entry, FoundFile)]
        else:
            found.append(path)
    return found
