"""Results in a SQLite table, each exactly once: the id is its key."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core.onsite.result import Result
from core.problems import Problem

_TABLE = """
CREATE TABLE IF NOT EXISTS results (
  id TEXT PRIMARY KEY, time TEXT NOT NULL, photo TEXT NOT NULL, class TEXT NOT NULL, probability REAL,
  verdict TEXT NOT NULL, unsure INTEGER NOT NULL, moved_to TEXT NOT NULL, problem TEXT NOT NULL, seconds REAL NOT NULL
)
"""
_PATIENCE_S = 5


class SqliteFile:
    """Opened for each batch, so that other programs can read and copy the file in between."""

    at_once = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"sqlite {path}"

    def send(self, results: Sequence[Result]) -> None:
        """Raises Problem `onsite.output_failed`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S)) as connection, connection:
                connection.execute(_TABLE)
                connection.executemany(
                    "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [_row(result) for result in results],
                )
        except (OSError, sqlite3.Error) as error:
            raise Problem("onsite.output_failed", output=self.name, reason=error) from error

    def close(self) -> None:
        """Nothing stays open."""


def _row(result: Result) -> tuple[str | float | None, ...]:
    return (
        result.id,
        result.time.isoformat(),
        result.photo,
        result.class_name,
        result.probability,
        result.verdict.value,
        int(result.unsure),
        result.moved_to,
        result.problem,
        result.seconds,
    )
