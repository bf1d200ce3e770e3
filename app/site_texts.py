"""A package that writes, at work behind the window: what it wrote comes photo by photo; records are read and decided on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.site_work import Phase, SiteWork, write_job
from core.onsite.records import Record, RecordBook, Wanted, open_records
from core.package.archive import TextPackage, open_any_package
from core.problems import Problem
from core.training.events import Event, Warned, Wrote

T = TypeVar("T")
MOST_LISTED = 500
# A fact of every package that writes, and not worth a banner each time.
_EXPECTED = "onsite.texts_not_monitored"


@dataclass(frozen=True)
class Sheet:
    """A photo with what was written about it: its newest description, or the newest answer to each question."""

    photo: Path
    records: tuple[Record, ...] = ()
    problem: Problem | None = None

    @property
    def time(self) -> float:
        """When the newest of it was written, in seconds since 1970."""
        return max((record.time for record in self.records), default=0.0)

    @property
    def waits(self) -> bool:
        """Whether a person is wanted for any of it."""
        return any(_is_wanted(record) for record in self.records)

    @property
    def first_waiting(self) -> int:
        """The place of the first text that a person is wanted for; 0 where there is none."""
        return next((place for place, record in enumerate(self.records) if _is_wanted(record)), 0)

    def with_record(self, record: Record) -> "Sheet":
        """The same with that record in the place of the one it is, or of the one about the same question."""
        same = [each.id == record.id for each in self.records]
        if not any(same):
            same = [each.question == record.question for each in self.records]
        if not any(same):
            return replace(self, records=(*self.records, record))
        place = same.index(True)
        return replace(self, records=(*self.records[:place], record, *self.records[place + 1 :]))


class SiteTexts(SiteWork):
    """`started` tells that the records can be read, `wrote` the sheet of a photo, `decided` a record that a person looked at or took back, `found` the records that
    were looked for, with how it stands today, `opened` what was kept about one photo."""

    started = Signal()
    wrote = Signal(object)
    decided = Signal(object)
    found = Signal(object, object)
    opened = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.package: TextPackage | None = None
        self.book: RecordBook | None = None

    def open(self, path: Path) -> None:
        """Open a package; the one before is put away."""
        self.close()
        self.to(Phase.LOADING)
        self._opening = run_in_background(
            self, lambda _cancel: _open(path), success=self._start, failure=self.broke
        )

    def close(self) -> None:
        self.package = None
        book, self.book = self.book, None
        if book is not None:
            # Behind the decisions that are still being written.
            run_in_background(self, lambda _cancel: book.close(), success=lambda _: None, in_order=True)
        super().close()

    def question(self, photo: Path, words: str) -> None:
        """Ask one more question about a photo; `wrote` brings the answer."""
        self.ask({"photos": [str(photo)], "questions": [words]})

    def confirm(self, record: Record, person: str) -> None:
        """A person read it and found it right."""
        self._decide(lambda book: book.confirm(record.id, person))

    def correct(self, record: Record, text: str, person: str) -> None:
        """A person says what it should have said."""
        self._decide(lambda book: book.correct(record.id, text, person))

    def take_back(self, record: Record) -> None:
        """As if nobody had looked."""
        self._decide(lambda book: book.withdraw(record.id))

    def look_for(self, wanted: Wanted) -> None:
        """Find records; `found` brings them."""
        self._read(
            lambda book: (book.find(wanted, MOST_LISTED), book.tally(Wanted(since=today()))),
            lambda both: self.found.emit(*both),
        )

    def look_at(self, record: Record) -> None:
        """Find all that was written about a record's photo; `opened` brings it."""
        self._read(lambda book: _sheet_of(book, record), self.opened.emit)

    def export(self, out: Path, wanted: Wanted, written: Callable[[int], None]) -> None:
        """Write records into a CSV file; tells how many."""
        self._read(lambda book: book.export_csv(out, wanted), written)

    def learnable(self, take: Callable[[list[Record]], None]) -> None:
        """What can be learned from: records that a person decided on, of whose photo a copy is kept."""
        self._read(lambda book: book.learned_from(), take)

    # What the engine tells

    def take_answer(self, event: Event) -> None:
        if not isinstance(event, Wrote):
            return
        self.count_answer(event.request)
        package = self.package.path.name if self.package is not None else ""
        records = tuple(
            Record(
                part.record, event.time, event.photo, part.question, part.text, part.confidence, part.unsure,
                part.complete, package,
            )
            for part in event.parts
        )  # fmt: skip
        self._tell(Sheet(Path(event.photo), records))

    def not_judged(self, photo: Path, request: int, problem: Problem) -> None:
        self.count_answer(request)
        self._tell(Sheet(photo, problem=problem))

    def _take(self, event: Event) -> None:
        if not (isinstance(event, Warned) and event.code == _EXPECTED):
            super()._take(event)

    def _tell(self, sheet: Sheet) -> None:
        self.wrote.emit(sheet)
        self.ask_more()
        self.changed.emit()

    # Records

    def _start(self, opened: tuple[TextPackage, RecordBook, Path]) -> None:
        self.package, self.book, job = opened
        self.begin(job)
        self.changed.emit()
        self.started.emit()

    def _decide(self, decide: Callable[[RecordBook], Record]) -> None:
        self._read(decide, self._decided)

    def _decided(self, record: Record) -> None:
        self.decided.emit(record)
        if record.not_kept:
            self.troubled(Problem(record.not_kept, photo=Path(record.photo).name))

    def _read(self, read: Callable[[RecordBook], T], take: Callable[[T], None]) -> None:
        """With the book, behind all that was asked of it so far; what comes of another package's is dropped."""
        book = self.book
        if book is not None:
            run_in_background(
                self,
                lambda _cancel: read(book),
                success=lambda told: take(told) if book is self.book else None,
                failure=self.troubled,
                in_order=True,
            )


def _is_wanted(record: Record) -> bool:
    """A person is wanted for each description, and for answers that are unsure; without a record nothing is kept."""
    return bool(record.id) and not record.decided and (record.unsure or not record.question)


def today() -> float:
    """When this day began, in seconds since 1970."""
    return datetime.now().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _sheet_of(book: RecordBook, record: Record) -> Sheet:
    """Of each question the newest record, but of that one's question it itself; none of another photo that had its name."""
    newest: dict[str, Record] = {}
    for each in book.of_photo(record.photo):
        if "" in (each.sha256, record.sha256) or each.sha256 == record.sha256:
            newest.setdefault(each.question, each)
    newest[record.question] = record
    as_kept = list(newest.values())[::-1]  # those of one time as they were asked
    return Sheet(Path(record.photo), tuple(sorted(as_kept, key=lambda each: each.time)))


def _open(path: Path) -> tuple[TextPackage, RecordBook, Path]:
    package = open_any_package(path)
    if not isinstance(package, TextPackage):
        raise TypeError(f"{path.name} tells classes apart")
    return package, open_records(package), write_job(path)
