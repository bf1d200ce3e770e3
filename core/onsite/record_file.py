"""One SQLite file that outlives the program: made when it is not there, of a known version, safe from any thread."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from core.problems import Problem


class RecordFile:
    """What is said of the file in a subclass: its `TABLES`, the `CHANGES` that later versions made to them (one each, in
    order), what SQLite is told first, how long it waits for another program, and the `CODE` of its problems.

    Raises:
        Problem: `<CODE>_newer`, `<CODE>_failed` (each call may raise this).
    """

    TABLES: ClassVar[str]
    CHANGES: ClassVar[tuple[str, ...]] = ()
    PRAGMAS: ClassVar[tuple[str, ...]]
    PATIENCE_S: ClassVar[float]
    CODE: ClassVar[str]

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=self.PATIENCE_S, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise Problem(f"{self.CODE}_failed", path=path, reason=error) from error
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        with self._using() as db:
            for pragma in self.PRAGMAS:
                db.execute(f"PRAGMA {pragma}")
            db.execute("BEGIN IMMEDIATE")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            steps = (self.TABLES, *self.CHANGES)
            for step in steps[version:]:
                for statement in step.split(";"):
                    db.execute(statement)
            if version < len(steps):
                db.execute(f"PRAGMA user_version = {len(steps)}")
            db.execute("COMMIT")
        if version > len(steps):
            raise Problem(f"{self.CODE}_newer", path=self.path)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._using() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise self._problem(error) from error

    def _problem(self, error: sqlite3.Error) -> Problem:
        return Problem(f"{self.CODE}_failed", path=self.path, reason=error)
