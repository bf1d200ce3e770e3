"""Judging photos with a package from the window: the engine loads it once; answers come as they are ready."""

import shutil
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from core.onsite.log import Decision, append_decisions
from core.package.archive import Package, open_package
from core.photos.walk import FoundFile, walk
from core.problems import Problem
from core.settings import locations
from core.training.events import Event, Failed, Predicted, PredictionFailed, Progress
from core.training.job import JOB_FILE, PredictJob, save_job

_AT_ONCE = 32
_GONE_MS = 15_000  # by then a worker that was told to end is gone, and its pipes are hung up


class Phase(StrEnum):
    """Where the package is."""

    CLOSED = "closed"
    LOADING = "loading"
    READY = "ready"
    BROKEN = "broken"


@dataclass(frozen=True)
class Judged:
    """One photo and its answer, best class first; a photo that could not be judged has a problem instead."""

    photo: Path
    time: datetime
    ranking: tuple[tuple[str, float], ...] = ()
    unsure: bool = False
    problem: Problem | None = None
    decided_by: str = ""

    @property
    def class_name(self) -> str:
        """The class it was taken for, "" where there is none."""
        return self.ranking[0][0] if self.ranking else ""


class OnSite(QObject):
    """A package at work. `judged` tells each answer; `changed` that phase, counts or problem are others."""

    judged = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.phase = Phase.CLOSED
        self.package: Package | None = None
        self.problem: Problem | None = None
        self.asked = 0
        self.answered = 0
        self._waiting: deque[Path] = deque()
        self._open_requests = 0
        self._request = 0
        self._engine: EngineProcess | None = None
        self._unwritten: deque[Decision] = deque()
        self._writing = False

    @property
    def log_path(self) -> Path:
        """Where answers are recorded: one file per package and day."""
        name = self.package.path.stem if self.package else "log"
        return locations().data / "onsite" / f"{name}-{datetime.now():%Y%m%d}.csv"

    def open(self, path: Path) -> None:
        """Open a package; the one before is put away, its photos that wait are forgotten."""
        self.close()
        self._to(Phase.LOADING)
        run_in_background(
            self,
            lambda _cancel: (open_package(path), _write_job(path)),
            success=self._start,
            failure=self._broke,
        )

    def judge(self, paths: Iterable[Path]) -> None:
        """Judge photos and all photos below folders, in their order, once the package is loaded."""
        listed = tuple(paths)
        run_in_background(self, lambda _cancel: _photos_in(listed), success=self._judge)

    def give_up_waiting(self) -> None:
        """Forget the photos that still wait."""
        self.asked -= len(self._waiting)
        self._waiting.clear()
        self.changed.emit()

    def decide(self, judged: Judged, class_name: str, person: str) -> Judged:
        """Record what a person decided on an unsure photo."""
        decided = Judged(judged.photo, datetime.now(), ((class_name, 1.0),), decided_by=person)
        probability = dict(judged.ranking).get(class_name)
        self._record(Decision(decided.time, str(judged.photo), class_name, probability, False, person))
        return decided

    def close(self) -> None:
        """Put the package away and end its worker."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.told.disconnect(self._take)
            engine.ended.disconnect(self._ended)
            engine.kill()
            QTimer.singleShot(_GONE_MS, engine, engine.deleteLater)
        self._waiting.clear()
        self.asked = self.answered = self._open_requests = 0
        self.package, self.problem = None, None
        self._to(Phase.CLOSED)

    def _start(self, opened: tuple[Package, Path]) -> None:
        self.package, job = opened
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._ended)
        engine.start(job)
        self.changed.emit()

    def _broke(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.problem = error
        self._to(Phase.BROKEN)

    def _take(self, event: Event) -> None:
        match event:
            case Progress() if self.phase is Phase.LOADING:
                self._to(Phase.READY)
                self._ask_more()
            case Predicted():
                self._answer(Judged(Path(event.photo), datetime.now(), event.ranking, event.unsure))
            case PredictionFailed(photo=photo) if photo:
                problem = Problem(event.code, **event.data)
                self._answer(Judged(Path(photo), datetime.now(), problem=problem))
            case Failed():
                self.problem = Problem(event.code, **event.data)

    def _ended(self, _state: object) -> None:
        self._engine = None
        self.problem = self.problem or Problem("app.judging_cut_off")
        self._to(Phase.BROKEN)

    def _judge(self, photos: list[Path]) -> None:
        self._waiting.extend(photos)
        self.asked += len(photos)
        self._ask_more()
        self.changed.emit()

    def _ask_more(self) -> None:
        """A few photos at a time, so that the rest can still be given up."""
        if self.phase is not Phase.READY or self._open_requests or self._engine is None or not self._waiting:
            return
        some = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        self._request += 1
        self._open_requests = len(some)
        self._engine.request({"request": self._request, "photos": [str(path) for path in some]})

    def _answer(self, judged: Judged) -> None:
        self.answered += 1
        self._open_requests -= 1
        probability = judged.ranking[0][1] if judged.ranking else None
        unsure = judged.unsure or judged.problem is not None
        self._record(Decision(judged.time, str(judged.photo), judged.class_name, probability, unsure))
        self.judged.emit(judged)
        self._ask_more()
        self.changed.emit()

    def _record(self, decision: Decision) -> None:
        self._unwritten.append(decision)
        self._write()

    def _write(self) -> None:
        """One writer at a time, so that the lines stand in the order of the answers."""
        if self._writing or not self._unwritten:
            return
        self._writing = True
        some = list(self._unwritten)
        self._unwritten.clear()
        path = self.log_path
        run_in_background(
            self,
            lambda _cancel: append_decisions(path, some),
            success=self._written,
            failure=self._not_written,
        )

    def _written(self, _: None) -> None:
        self._writing = False
        self._write()

    def _not_written(self, error: Exception) -> None:
        self._writing = False
        if not isinstance(error, Problem):
            raise error
        self.problem = error
        self.changed.emit()

    def _to(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()


def _write_job(package: Path) -> Path:
    # A folder of its own: the worker of the package before may still be ending in the last one.
    place = locations().cache / "onsite"
    shutil.rmtree(place, ignore_errors=True)
    folder = place / str(time.time_ns())
    save_job(PredictJob(run=str(folder), package=str(package)))
    return folder / JOB_FILE


def _photos_in(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [Path(entry.path) for entry in walk(path) if isinstance(entry, FoundFile)]
        else:
            found.append(path)
    return found
