"""Judging photos with a package from the window: the engine loads it once; answers come as they are ready."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.site_work import Phase, SiteWork, write_job
from core.onsite.added import AddedClass, load_added, save_added
from core.onsite.log import Decision, append_decisions
from core.onsite.monitor.book import MonitorBook
from core.onsite.monitor.limits import load_limits
from core.onsite.monitor.monitor import WINDOW, Status, book_path, status_of
from core.onsite.new_photos import NewPhotos, Note, new_photos_of
from core.onsite.okng import OkNg, load_ok_ng, save_ok_ng
from core.onsite.result import Verdict
from core.package.archive import Package, open_package
from core.problems import Problem
from core.settings import locations
from core.training.events import (
    ClassAdded,
    Event,
    MonitorLooked,
    Predicted,
)

_LOOK_EVERY = 10  # photos between two looks at how the monitor stands


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


class OnSite(SiteWork):
    """A package that tells classes apart, at work. `judged` tells each answer; `added` the name of a class that is offered
    from now on; `overseen` that the monitor has something to say; `writes` that this is a package for `SiteTexts`, with the
    photos that wait for it."""

    judged = Signal(object)
    added = Signal(str)
    overseen = Signal()
    writes = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.package: Package | None = None
        self.ok_ng = OkNg()
        self.added_classes: tuple[AddedClass, ...] = ()
        self.counts: Counter[Verdict] = Counter()
        self.counting_since: datetime | None = None
        self.undecided: list[Judged] = []
        self.status: Status | None = None
        self.photos: NewPhotos | None = None
        self.book: MonitorBook | None = None
        self._copies: dict[Path, Path] = {}  # of the thread that works in order alone
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
        self.to(Phase.LOADING)
        self._opening = run_in_background(
            self,
            lambda _cancel: _open(path),
            success=self._start,
            failure=lambda error: self._not_opened(path, error),
        )

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
            failure=self.troubled,
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
            failure=self.troubled,
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
        self.ask({"add_class": {"name": name, "description": description}})

    def set_ok_ng(self, setting: OkNg) -> None:
        """Say which classes are OK and which NG; kept for this list of classes."""
        self.ok_ng = setting
        if self.package is not None:
            names = self.package.manifest.class_names
            run_in_background(
                self, lambda _cancel: save_ok_ng(names, setting), success=lambda _: None, in_order=True
            )
        self.changed.emit()

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
        self.package, self.status = None, None
        self.undecided, self.added_classes, self.ok_ng = [], (), OkNg()
        self.counts, self.counting_since = Counter(), None
        book, self.book = self.book, None
        if book is not None:
            # Behind the decisions that are still being written.
            run_in_background(self, lambda _cancel: book.close(), success=lambda _: None, in_order=True)
        super().close()

    def _start(self, opened: "_Opened") -> None:
        self.package, self.problem = opened.package, opened.problem
        self.book, self.photos = opened.book, opened.photos
        self.ok_ng, self.added_classes = opened.ok_ng, opened.added
        self.begin(opened.job)
        self.changed.emit()
        self.look_again()

    def _not_opened(self, path: Path, error: Exception) -> None:
        if isinstance(error, Problem) and error.code == "package.of_texts":
            waiting = list(self._waiting)
            self.close()
            self.writes.emit(path, waiting)
        else:
            self.broke(error)

    def take_answer(self, event: Event) -> None:
        match event:
            case Predicted():
                judged = Judged(Path(event.photo), datetime.now(), event.ranking, event.unsure)
                self._answer(judged, event.request)
            case ClassAdded():
                self._class_added(AddedClass(name=event.name, description=event.description))
            case MonitorLooked():
                self.look_again()

    def not_judged(self, photo: Path, request: int, problem: Problem) -> None:
        self._answer(Judged(photo, datetime.now(), problem=problem), request)

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

    def _not_overseen(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error

    def _answer(self, judged: Judged, request: int = 1) -> None:
        self.count_answer(request)
        self._count(judged, 1)
        if judged.unsure and judged.problem is None:
            self.undecided.append(judged)
        probability = judged.ranking[0][1] if judged.ranking else None
        unsure = judged.unsure or judged.problem is not None
        self._record(Decision(judged.time, str(judged.photo), judged.class_name, probability, unsure))
        self.judged.emit(judged)
        self.ask_more()
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
        self.troubled(error)


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
        job=write_job(path, added),
        ok_ng=load_ok_ng(described, words),
        added=added,
        photos=new_photos_of(names, path.name, list(words)),
        book=book,
        problem=problem,
    )
