"""What a package wrote on site, kept text by text: with photo and time, and later what a person made of it.

One SQLite file for a package, whoever works with it here (the window, a watched folder, the server): several programs
may have it open. Nothing in it goes by itself. A text that was read and found right is confirmed, any other corrected;
of its photo a copy is kept then, so that it can be learned from when the original is long gone; not of another photo that
came under its name since.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from core.files import write_atomic
from core.onsite.log import csv_file, safe_cell
from core.onsite.new_photos import read_plain
from core.onsite.record_file import RecordFile
from core.onsite.result import Outcome, Written
from core.package.archive import TextPackage
from core.problems import Problem
from core.settings import locations
from core.tasks.texts import clean

COLUMNS = (
    "time", "photo", "question", "text", "confidence", "unsure", "corrected", "decided_by", "decided_at", "package", "id",
)  # fmt: skip

_TABLES = """
CREATE TABLE records (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, time REAL NOT NULL, photo TEXT NOT NULL,
  question TEXT NOT NULL, text TEXT NOT NULL, confidence REAL NOT NULL, unsure INTEGER NOT NULL,
  complete INTEGER NOT NULL, package TEXT NOT NULL,
  corrected TEXT NOT NULL DEFAULT '', decided_by TEXT NOT NULL DEFAULT '', decided_at REAL NOT NULL DEFAULT 0,
  kept TEXT NOT NULL DEFAULT ''
);
CREATE INDEX records_by_time ON records (time);
CREATE INDEX records_by_photo ON records (photo);
CREATE INDEX records_decided ON records (decided_at) WHERE decided_at > 0
"""
_CHANGES = (
    """
ALTER TABLE records ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN not_kept TEXT NOT NULL DEFAULT ''
""",
)
_COLUMNS = (
    "id, time, photo, question, text, confidence, unsure, complete, package, sha256, "
    "corrected, decided_by, decided_at, kept, not_kept"
)
REPLACED = "onsite.photo_replaced"
NOT_KEPT = "onsite.record_photo_not_kept"
_KEY_LETTERS = 16

Which = Literal["all", "open", "unsure", "decided", "corrected"]
_WHICH: dict[Which, str] = {
    "all": "1",
    "open": "decided_at = 0",
    "unsure": "unsure = 1 AND decided_at = 0",
    "decided": "decided_at > 0",
    "corrected": "decided_at > 0 AND corrected != text",
}


@dataclass(frozen=True)
class Record:
    """A text about a photo: its description (`question` is ""), or an answer. Times are seconds since 1970.

    `sha256` is that of the photo's file, "" in records of earlier versions. `corrected` is the text that holds once
    `decided_by` looked at it, the program's own where it was confirmed; both are "" and `decided_at` is 0 before. `kept` is
    the copy of the photo that is learned from, "" where another program sent it, or where `not_kept` tells by the code of
    a Problem why not.
    """

    id: str
    time: float
    photo: str
    question: str
    text: str
    confidence: float
    unsure: bool
    complete: bool
    package: str
    sha256: str = ""
    corrected: str = ""
    decided_by: str = ""
    decided_at: float = 0.0
    kept: str = ""
    not_kept: str = ""

    @property
    def decided(self) -> bool:
        """Whether a person looked at it."""
        return self.decided_at > 0

    @property
    def final(self) -> str:
        """The text that holds now."""
        return self.corrected or self.text


@dataclass(frozen=True)
class Wanted:
    """Which records are looked for: of a span of time (`until` is not in it), with `words` in photo, question or text."""

    since: float = 0.0
    until: float = 1e15
    words: str = ""
    which: Which = "all"


ALL = Wanted()


@dataclass(frozen=True)
class Tally:
    """How many records there are, how many a person looked at, corrected, and is still wanted for; of how many decided
    ones a copy of the photo is kept, so that they can be learned from."""

    records: int
    decided: int
    corrected: int
    unsure: int
    learnable: int


class RecordBook(RecordFile):
    """Safe to be used from any thread. Raises Problem `onsite.records_newer`, `onsite.records_failed` (any call may)."""

    TABLES = _TABLES
    CHANGES = _CHANGES
    PRAGMAS = ("journal_mode = WAL", "synchronous = FULL")
    PATIENCE_S = 10.0
    CODE = "onsite.records"

    def __init__(self, path: Path, package: str) -> None:
        super().__init__(path)
        self._package = package
        self.photos_folder = path.with_suffix("")

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what was written; what is kept already, by its id, stays as it is."""
        rows = [
            (
                part.record or outcome.id, outcome.time.timestamp(), outcome.moved_to or outcome.photo, part.question,
                part.text, part.confidence, part.unsure, part.complete, self._package, outcome.sha256,
            )
            for outcome in outcomes
            if isinstance(outcome, Written)
            for part in outcome.parts
        ]  # fmt: skip
        with self._transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO records (id, time, photo, question, text, confidence, unsure, complete, "
                "package, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def get(self, id: str) -> Record | None:
        """The record of that id."""
        with self._using() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (id,)).fetchone()
        return None if row is None else _record(row)

    def find(self, wanted: Wanted = ALL, most: int = 500, skip: int = 0) -> list[Record]:
        """The newest records that are looked for, newest first, without the first `skip`."""
        condition, values = _condition(wanted)
        with self._using() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE {condition} ORDER BY number DESC LIMIT ? OFFSET ?",
                (*values, most, skip),
            ).fetchall()
        return [_record(row) for row in rows]

    def of_photo(self, photo: str) -> list[Record]:
        """All records of a photo, newest first."""
        with self._using() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE photo = ? ORDER BY number DESC", (photo,)
            ).fetchall()
        return [_record(row) for row in rows]

    def tally(self, wanted: Wanted = ALL) -> Tally:
        """How many there are of those that are looked for."""
        condition, values = _condition(wanted)
        with self._using() as db:
            row = db.execute(
                "SELECT count(*), coalesce(sum(decided_at > 0), 0), "
                "coalesce(sum(decided_at > 0 AND corrected != text), 0), "
                "coalesce(sum(unsure = 1 AND decided_at = 0), 0), coalesce(sum(kept != ''), 0) "
                f"FROM records WHERE {condition}",
                values,
            ).fetchone()
        return Tally(*row)

    def correct(self, id: str, text: str, who: str) -> Record:
        """What it should have said. The record with what holds now, and whether the photo could not be kept.

        Raises:
            Problem: `onsite.record_empty` for a text that says nothing, `onsite.record_gone`.
        """
        return self.decide({id: text}, who)[0]

    def confirm(self, id: str, who: str) -> Record:
        """It is right as it stands; a text that says nothing is not. Raises Problem as `correct`."""
        return self.decide({id: None}, who)[0]

    def decide(self, texts: Mapping[str, str | None], who: str) -> list[Record]:
        """What each of several records should have said, None for one that is right as it stands: all of them, or none.
        Raises Problem as `correct`."""
        found = {id: self._there(id) for id in texts}
        final = {id: found[id].text if text is None else clean(text) for id, text in texts.items()}
        if not all(map(clean, final.values())):
            raise Problem("onsite.record_empty")
        # The copies first: a kill in between leaves some that the next decision finds again.
        kept = {
            id: (record.kept, "") if record.kept else self._keep_photo(record) for id, record in found.items()
        }
        now = time.time()
        with self._transaction() as db:
            db.executemany(
                "UPDATE records SET corrected = ?, decided_by = ?, decided_at = ?, kept = ?, not_kept = ? WHERE id = ?",
                [(text, who, now, *kept[id], id) for id, text in final.items()],
            )
        return [self._there(id) for id in texts]

    def withdraw(self, id: str) -> Record:
        """Take back what was decided: it is as if nobody had looked. The copy of the photo goes, unless others need it.

        Raises:
            Problem: `onsite.record_gone`.
        """
        with self._transaction() as db:
            before = db.execute(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (id,)).fetchone()
            if before is None:
                raise Problem("onsite.record_gone")
            db.execute(
                "UPDATE records SET corrected = '', decided_by = '', decided_at = 0, kept = '', not_kept = '' "
                "WHERE id = ?",
                (id,),
            )
            kept = _record(before).kept
            (needed,) = db.execute("SELECT count(*) FROM records WHERE kept = ?", (kept,)).fetchone()
        if kept and not needed:
            with suppress(
                OSError
            ):  # one that is open elsewhere stays, and is found again by the next decision
                Path(kept).unlink(missing_ok=True)
        return self._there(id)

    def learned_from(self, wanted: Wanted = ALL) -> list[Record]:
        """Decided records whose photo is kept, oldest decision first; of several about the same photo and question the
        newest decision holds."""
        condition, values = _condition(wanted)
        with self._using() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE {condition} AND kept != '' ORDER BY decided_at, number",
                values,
            ).fetchall()
        return list({(found.kept, found.question): found for found in map(_record, rows)}.values())

    def export_csv(self, out: Path, wanted: Wanted = ALL) -> int:
        """Write records, oldest first, for Excel; gives how many.

        Raises:
            Problem: `onsite.log_not_written`: the disk refuses, or another program holds the file open.
        """
        condition, values = _condition(wanted)
        with self._using() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE {condition} ORDER BY number", values
            ).fetchall()
        try:
            write_atomic(out, csv_file(COLUMNS, (_cells(_record(row)) for row in rows)))
        except OSError as error:
            raise Problem("onsite.log_not_written", path=out, reason=error.strerror or error) from error
        return len(rows)

    def _there(self, id: str) -> Record:
        found = self.get(id)
        if found is None:
            raise Problem("onsite.record_gone")
        return found

    def _keep_photo(self, record: Record) -> tuple[str, str]:
        """A copy named by its content, and why there is none: "" of a photo that another program sent. What is decided
        does not hang on it."""
        photo = Path(record.photo)
        if not photo.is_absolute():
            return "", ""
        # Another answer about the photo may have kept it; the original is gone or another by now, perhaps.
        if record.sha256 and (copy := self._copy(record.sha256, photo.name)).is_file():
            return str(copy), ""
        try:
            content = read_plain(photo)
            sha256 = hashlib.sha256(content).hexdigest()
            if record.sha256 not in ("", sha256):
                return "", REPLACED
            copy = self._copy(sha256, photo.name)
            if not (copy.is_file() and copy.stat().st_size == len(content)):
                write_atomic(copy, content)
        except OSError:
            return "", NOT_KEPT
        return str(copy), ""

    def _copy(self, sha256: str, name: str) -> Path:
        return self.photos_folder / f"{sha256[:_KEY_LETTERS]}-{name}"


class RecordOutput:
    """The records as an output of a line: what was judged before a kill is kept at the next start, and kept once."""

    at_once = 200

    def __init__(self, book: RecordBook) -> None:
        self._book = book
        self.name = f"records {book.path.name}"

    def send(self, results: Sequence[Outcome]) -> None:
        """Raises Problem `onsite.records_failed`."""
        self._book.add(results)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


def records_path(sha256: str) -> Path:
    """Where the records of a package are, by the hash of its file."""
    return locations().data / "onsite" / f"records-{sha256[:_KEY_LETTERS]}.db"


def open_records(package: TextPackage) -> RecordBook:
    """The records of a package on this PC. Raises Problem as `RecordBook`."""
    return RecordBook(records_path(package.sha256), package.path.name)


def _condition(wanted: Wanted) -> tuple[str, tuple[object, ...]]:
    condition = f"time >= ? AND time < ? AND {_WHICH[wanted.which]}"
    values: tuple[object, ...] = (wanted.since, wanted.until)
    for word in wanted.words.split():
        literal = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        likes = (
            f"{column} LIKE ? ESCAPE '\\'"
            for column in ("photo", "question", "text", "corrected", "decided_by")
        )
        condition += f" AND ({' OR '.join(likes)})"
        values += (f"%{literal}%",) * 5
    return condition, values


def _record(row: tuple[object, ...]) -> Record:
    facts = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    plain = facts | {"unsure": bool(facts["unsure"]), "complete": bool(facts["complete"])}
    return Record(**plain)  # type: ignore[arg-type]


def _cells(record: Record) -> tuple[str, ...]:
    return (
        _wall_time(record.time),
        safe_cell(record.photo),
        safe_cell(record.question),
        safe_cell(record.text),
        f"{record.confidence:.4f}",
        "yes" if record.unsure else "no",
        safe_cell(record.corrected),
        safe_cell(record.decided_by),
        _wall_time(record.decided_at) if record.decided else "",
        safe_cell(record.package),
        record.id,
    )


def _wall_time(seconds: float) -> str:
    """The time on the wall: Excel takes one with a zone for mere text."""
    return datetime.fromtimestamp(seconds).isoformat(sep=" ", timespec="seconds")
