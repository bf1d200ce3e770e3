"""Judging photos with a package from the window: the engine loads it once; answers come as they are ready."""

import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from core.onsite.added import AddedClass, load_added, save_added
from core.onsite.log import Decision, append_decisions
from core.onsite.monitor.book import MonitorBook
from core.onsite.monitor.limits import load_limits
from core.onsite.monitor.monitor import WINDOW, Status, book_path, status_of
from core.onsite.new_photos import NewPhotos, Note, new_photos_of
from core.onsite.okng import OkNg, load_ok_ng, save_ok_ng
from core.onsite.result import Verdict
from core.package.archive import Package, open_package
from core.photos.walk import FoundFile, walk
from core.problems import Problem
from core.settings import locations
from core.training.events import (
    ClassAdded,
    Event,
    Failed,
    MonitorLooked,
    Predicted,
    PredictionFailed,
    Progress,
    SourceTold,
    Warned,
)
from core.training.job import JOB_FILE, PredictJob, save_job

_AT_ONCE = 32
_LOOK_EVERY = 10  # photos between two looks at how the monitor stands


class Phase(StrEnum):
    """Where the package is."""

    CLOSED = "closed"
    LOADING = "loading"
    READY = "ready"
    BROKEN = "broken"


@dataclass(frozen=True)
class Judged:
    """One photo and its answer, best class first; a photo that could not be judged has a problem instead. Where a person
    decided, `answer` is what the program had said."""

    photo: Path
    time: datetime
    ranking: tuple[tuple[str, float], ...] = ()
    unsure: bool = False
    problem: Problem | None = None
    decided_by: str = ""
    answer: "Judged | None" = None

    @property
    def class_name(self) -> str:
        """The class it was taken for, "" where there is none."""
        return self.ranking[0][0] if self.ranking else ""


class OnSite(QObject):
    """A package at work. `judged` tells each answer; `changed` that phase, counts or problem are others; `added` the name of
    a class that is offered from now on; `overseen` that the monitor has something to say."""

    judged = Signal(object)
    changed = Signal()
    added = Signal(str)
    overseen = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.phase = Phase.CLOSED
        self.package: Package | None = None
        self.problem: Problem | None = None
        self.asked = 0
        self.answered = 0
        self.ok_ng = OkNg()
        self.added_classes: tuple[AddedClass, ...] = ()
        self.counts: Counter[Verdict] = Counter()
        self.counting_since: datetime | None = None
        self.undecided: list[Judged] = []
        self.status: Status | None = None
        self.source = ""
        self.source_problem: Problem | None = None
        self.photos: NewPhotos | None = None
        self.book: MonitorBook | None = None
        self._copies: dict[Path, Path] = {}  # of the thread that works in order alone
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

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that are offered, those added here behind the others."""
        packaged = self.package.manifest.class_names if self.package else ()
        return (*packaged, *(entry.name for entry in self.added_classes))

    def verdict(self, judged: Judged) -> Verdict:
        """What an answer, or a decision, means for the piece."""
        if judged.problem is not None:
            return Verdict.UNREADABLE
        return self.ok_ng.verdict(judged.class_name, judged.unsure and not judged.decided_by)

    def open(self, path: Path) -> None:
        """Open a package; the one before is put away, its photos that wait are forgotten."""
        self.close()
        self._to(Phase.LOADING)
        run_in_background(
            self,
            lambda _cancel: _open(path),
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
        """Record what a person decided on a photo, and keep a copy of it to learn from."""
        before, judged = judged, judged.answer or judged
        time_ = datetime.now()
        decided = Judged(judged.photo, time_, ((class_name, 1.0),), decided_by=person, answer=judged)
        probability = dict(judged.ranking).get(class_name)
        self._record(Decision(time_, str(judged.photo), class_name, probability, False, person))
        self._count(before, -1)
        self._count(decided, 1)
        self.undecided = [entry for entry in self.undecided if entry != judged]
        keep = self._keeping(decided)
        run_in_background(
            self,
            lambda _cancel: keep(),
            success=lambda _: self.look_again(),
            failure=self._not_kept,
            in_order=True,
        )
        self.changed.emit()
        return decided

    def take_back(self, decided: Judged) -> Judged:
        """Take a decision back: the record says so, the copy goes, the photo waits for a person again."""
        judged = decided.answer
        assert judged is not None, "only decisions are taken back"
        withdrawn = f"withdrawn: {decided.decided_by}"
        probability = judged.ranking[0][1]
        self._record(
            Decision(
                datetime.now(), str(judged.photo), judged.class_name, probability, judged.unsure, withdrawn
            )
        )
        self._count(decided, -1)
        self._count(judged, 1)
        if judged.unsure:
            self.undecided.insert(0, judged)
        photos, book, copies = self.photos, self.book, self._copies

        def forget() -> None:
            copy = copies.pop(judged.photo, None)
            if photos is not None and copy is not None:
                photos.withdraw(copy)
            if book is not None:
                book.decide(str(judged.photo), "", "", 0.0, "")

        run_in_background(
            self,
            lambda _cancel: forget(),
            success=lambda _: self.look_again(),
            failure=self._not_kept,
            in_order=True,
        )
        self.changed.emit()
        return judged

    def count_again(self) -> None:
        """Count from 0; the record keeps everything."""
        self.counts, self.counting_since = Counter(), None
        self.changed.emit()

    def add_class(self, name: str, description: str) -> None:
        """Ask for one more class by its words; `added` tells when it is offered, `problem` why it is not."""
        self._ask({"add_class": {"name": name, "description": description}})

    def set_ok_ng(self, setting: OkNg) -> None:
        """Say which classes are OK and which NG; kept for this list of classes."""
        self.ok_ng = setting
        if self.package is not None:
            names = self.package.manifest.class_names
            run_in_background(
                self, lambda _cancel: save_ok_ng(names, setting), success=lambda _: None, in_order=True
            )
        self.changed.emit()

    def mind(self, source: str, every_s: float = 1.0) -> None:
        """Have a folder watched, or a camera; "" for nothing any more."""
        self.source, self.source_problem = source, None
        self._ask({"source": source, "every_s": every_s})
        self.changed.emit()

    def forget_problems(self) -> None:
        """The operator has seen what went wrong."""
        self.problem = self.source_problem = None

    def look_again(self) -> None:
        """Read how the monitor stands."""
        book, package = self.book, self.package
        if book is None or package is None:
            return
        known = getattr(package.manifest, "reference", None) is not None
        run_in_background(
            self,
            lambda _cancel: status_of(book, known, load_limits()),
            success=self._overseen,
            failure=self._not_overseen,
        )

    def close(self) -> None:
        """Put the package away and end its worker."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()
        self._waiting.clear()
        self.asked = self.answered = self._open_requests = 0
        self.package, self.problem, self.status = None, None, None
        self.source, self.source_problem = "", None
        self.undecided, self.added_classes, self.ok_ng = [], (), OkNg()
        self.counts, self.counting_since = Counter(), None
        book, self.book = self.book, None
        if book is not None:
            # Behind the decisions that are still being written.
            run_in_background(self, lambda _cancel: book.close(), success=lambda _: None, in_order=True)
        self._to(Phase.CLOSED)

    def _start(self, opened: "_Opened") -> None:
        self.package, job, self.problem = opened.package, opened.job, opened.problem
        self.book, self.photos = opened.book, opened.photos
        self.ok_ng, self.added_classes = opened.ok_ng, opened.added
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._ended)
        engine.start(job)
        self.changed.emit()
        self.look_again()

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
                judged = Judged(Path(event.photo), datetime.now(), event.ranking, event.unsure)
                self._answer(judged, event.request)
            case PredictionFailed(photo=photo):
                self._refused(photo, event.request, Problem(event.code, **event.data))
            case Warned():
                self.problem = Problem(event.code, **event.data)
                self.changed.emit()
            case ClassAdded():
                self._class_added(AddedClass(name=event.name, description=event.description))
            case SourceTold(source=source) if source == self.source:
                self._source_told(event)
            case MonitorLooked():
                self.look_again()
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

    def _refused(self, photo: str, request: int, problem: Problem) -> None:
        if photo:
            self._answer(Judged(Path(photo), datetime.now(), problem=problem), request)
            return
        self.problem = problem
        self.changed.emit()

    def _class_added(self, entry: AddedClass) -> None:
        self.added_classes = (*self.added_classes, entry)
        if self.package is not None:
            names, added = self.package.manifest.class_names, self.added_classes
            run_in_background(
                self, lambda _cancel: save_added(names, added), success=lambda _: None, in_order=True
            )
            self.photos = new_photos_of(names, self.package.path.name, [each.name for each in added])
        self.problem = None
        self.changed.emit()
        self.added.emit(entry.name)

    def _source_told(self, event: SourceTold) -> None:
        self.source_problem = Problem(event.code, **event.data) if event.state == "trouble" else None
        if event.state == "ended":
            self.source = ""
        self.changed.emit()

    def _ask(self, content: dict[str, object]) -> None:
        if self._engine is not None:
            self._request += 1
            self._engine.request({"request": self._request, **content})

    def _count(self, judged: Judged, by: int) -> None:
        self.counts[self.verdict(judged)] += by
        self.counting_since = self.counting_since or datetime.now()

    def _keeping(self, decided: Judged) -> "Callable[[], None]":
        """What is to be done behind the screen with a decision."""
        judged, photos, book, copies = decided.answer, self.photos, self.book, self._copies
        assert judged is not None, "a decision is on an answer"
        note = Note(
            photo=str(judged.photo),
            class_name=decided.class_name,
            person=decided.decided_by,
            time=decided.time.astimezone(),
            answer=judged.class_name,
            probability=judged.ranking[0][1] if judged.ranking else None,
            unsure=judged.unsure,
            package=self.package.path.name if self.package else "",
        )

        def keep() -> None:
            stamp = decided.time.timestamp()
            if book is not None:
                book.decide(note.photo, note.class_name, note.person, stamp, "")
            if photos is not None:
                copy = copies[judged.photo] = photos.keep(judged.photo, note)
                if book is not None:
                    book.decide(note.photo, note.class_name, note.person, stamp, str(copy))

        return keep

    def _overseen(self, status: Status) -> None:
        self.status = status
        self.overseen.emit()

    def _not_kept(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.problem = error
        self.changed.emit()

    def _not_overseen(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error

    def _answer(self, judged: Judged, request: int = 1) -> None:
        if request == 0:  # from a source: nobody asked for it here
            self.asked += 1
        else:
            self._open_requests -= 1
        self.answered += 1
        self._count(judged, 1)
        if judged.unsure and judged.problem is None:
            self.undecided.append(judged)
        probability = judged.ranking[0][1] if judged.ranking else None
        unsure = judged.unsure or judged.problem is not None
        self._record(Decision(judged.time, str(judged.photo), judged.class_name, probability, unsure))
        self.judged.emit(judged)
        self._ask_more()
        self.changed.emit()
        if self.answered % _LOOK_EVERY == 0:
            self.look_again()

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


@dataclass(frozen=True)
class _Opened:
    """A package with all that belongs to it on this PC; `problem` is why its monitor has no memory."""

    package: Package
    job: Path
    ok_ng: OkNg
    added: tuple[AddedClass, ...]
    photos: NewPhotos
    book: MonitorBook | None
    problem: Problem | None = None


def _open(path: Path) -> _Opened:
    package = open_package(path)
    names = package.manifest.class_names
    added = load_added(names)
    words = {entry.name: entry.description for entry in added}
    described = {entry.name: entry.description for entry in package.manifest.classes}
    book, problem = None, None
    try:
        book = MonitorBook(book_path(package, WINDOW))
    except Problem as found:
        problem = found
    return _Opened(
        package=package,
        job=_write_job(path, added),
        ok_ng=load_ok_ng(described, words),
        added=added,
        photos=new_photos_of(names, path.name, list(words)),
        book=book,
        problem=problem,
    )


def _write_job(package: Path, added: Sequence[AddedClass] = ()) -> Path:
    # A folder of its own: the worker of the package before may still be ending in the last one.
    place = locations().cache / "onsite"
    shutil.rmtree(place, ignore_errors=True)
    folder = place / str(time.time_ns())
    classes = tuple((entry.name, entry.description) for entry in added)
    save_job(PredictJob(run=str(folder), package=str(package), added=classes))
    return folder / JOB_FILE


def _photos_in(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [Path(entry.path) for entry in walk(path) if isinstance(entry, FoundFile)]
        else:
            found.append(path)
    return found
