"""What must not be forgotten: which photos are done, and which results still wait for which output.

One SQLite file. A photo is marked done in the same transaction that puts its result before every output, so a
kill at any moment leaves a photo either not done at all, or done with its result waiting: nothing is judged twice,
and every output gets every result at least once.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.onsite.record_file import RecordFile
from core.onsite.result import Outcome, decode_outcome
from core.problems import Problem

_TABLES = """
CREATE TABLE done (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, target TEXT NOT NULL, since REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, output TEXT NOT NULL, result TEXT NOT NULL);
CREATE INDEX waiting_by_output ON waiting (output, number);
CREATE TABLE refused (number INTEGER PRIMARY KEY, output TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Done:
    """A photo file that was judged, as it was; `target` is where it is being moved, "" for nowhere."""

    path: str
    size: int
    mtime_ns: int
    target: str = ""


@dataclass(frozen=True)
class Waiting:
    """A result that an output has yet to take."""

    number: int
    result: Outcome


class Journal(RecordFile):
    """Safe to be used from any thread; one program at a time has it open.

    Raises:
        Problem: `onsite.journal_in_use`, `onsite.journal_newer`, `onsite.journal_failed` (each call may raise this).
    """

    TABLES = _TABLES
    # Kept until the end, and given back by the system even after a kill.
    PRAGMAS = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL")
    PATIENCE_S = 0.0
    CODE = "onsite.journal"

    def is_done(self, path: str, size: int, mtime_ns: int) -> bool:
        """Whether this very content was judged; a file written anew under an old name was not."""
        with self._using() as db:
            row = db.execute("SELECT size, mtime_ns FROM done WHERE path = ?", (path,)).fetchone()
        return bool(row == (size, mtime_ns))

    def record(self, results: Sequence[Outcome], outputs: Sequence[str], done: Sequence[Done] = ()) -> None:
        """Mark photos done and put the results before the outputs: all of it, or nothing."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?)",
                [(entry.path, entry.size, entry.mtime_ns, entry.target, time.time()) for entry in done],
            )
            db.executemany(
                "INSERT INTO waiting (output, result) VALUES (?, ?)",
                [(output, result.as_json()) for result in results for output in outputs],
            )

    def unmoved(self) -> list[Done]:
        """Photos that are done but were not seen to arrive where they were to go."""
        with self._using() as db:
            rows = db.execute("SELECT path, size, mtime_ns, target FROM done WHERE target != ''").fetchall()
        return [Done(*row) for row in rows]

    def older_than(self, since: float) -> list[str]:
        """Photos that were done before that time."""
        with self._using() as db:
            rows = db.execute("SELECT path FROM done WHERE since < ?", (since,)).fetchall()
        return [path for (path,) in rows]

    def forget(self, paths: Sequence[str]) -> None:
        """These photos are gone from their place; others may come under their names."""
        with self._transaction() as db:
            db.executemany("DELETE FROM done WHERE path = ?", [(path,) for path in paths])

    def stays(self, path: str) -> None:
        """The photo is done and will not be moved after all."""
        with self._using() as db:
            db.execute("UPDATE done SET target = '' WHERE path = ?", (path,))

    def next_for(self, output: str, most: int) -> list[Waiting]:
        """The results that have waited longest for an output."""
        with self._using() as db:
            rows = db.execute(
                "SELECT number, result FROM waiting WHERE output = ? ORDER BY number LIMIT ?", (output, most)
            ).fetchall()
        return [Waiting(number, decode_outcome(result)) for number, result in rows]

    def taken(self, entries: Sequence[Waiting]) -> None:
        """An output has taken these results."""
        with self._transaction() as db:
            db.executemany("DELETE FROM waiting WHERE number = ?", [(entry.number,) for entry in entries])

    def refuse(self, entries: Sequence[Waiting], reason: str) -> None:
        """An output will never take these results: they are put aside, so that those behind them go on."""
        numbers = [(entry.number,) for entry in entries]
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO refused SELECT number, output, result, ? FROM waiting WHERE number = ?",
                [(reason, entry.number) for entry in entries],
            )
            db.executemany("DELETE FROM waiting WHERE number = ?", numbers)

    def waiting(self) -> dict[str, int]:
        """How many results wait, by output; also for outputs of an earlier start."""
        with self._using() as db:
            return dict(db.execute("SELECT output, count(*) FROM waiting GROUP BY output").fetchall())

    def _problem(self, error: sqlite3.Error) -> Problem:
        busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
        code = "onsite.journal_in_use" if busy else "onsite.journal_failed"
        return Problem(code, path=self.path, reason=error)
