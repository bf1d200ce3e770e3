"""Results in a SQLite table, each exactly once: the id is its key. Texts have a table of their own, a row a text."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core.onsite.result import Outcome, Result, Written
from core.problems import Problem

_TABLE = """
CREATE TABLE IF NOT EXISTS results (
  id TEXT PRIMARY KEY, time TEXT NOT NULL, photo TEXT NOT NULL, class TEXT NOT NULL, probability REAL,
  verdict TEXT NOT NULL, unsure INTEGER NOT NULL, moved_to TEXT NOT NULL, problem TEXT NOT NULL, seconds REAL NOT NULL
)
"""
_TEXTS = """
CREATE TABLE IF NOT EXISTS texts (
  id TEXT NOT NULL, number INTEGER NOT NULL, time TEXT NOT NULL, photo TEXT NOT NULL, question TEXT NOT NULL,
  text TEXT NOT NULL, confidence REAL, unsure INTEGER NOT NULL, moved_to TEXT NOT NULL, problem TEXT NOT NULL,
  seconds REAL NOT NULL, PRIMARY KEY (id, number)
)
"""
_PATIENCE_S = 5


class SqliteFile:
    """Opened for each batch, so that other programs can read and copy the file in between."""

    at_once = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"sqlite {path}"

    def send(self, results: Sequence[Outcome]) -> None:
        """Raises Problem `onsite.output_failed`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S)) as connection, connection:
                _insert(connection, _TABLE, "results", [_row(r) for r in results if isinstance(r, Result)])
                texts = [row for r in results if isinstance(r, Written) for row in _text_rows(r)]
                _insert(connection, _TEXTS, "texts", texts)
        except (OSError, sqlite3.Error) as error:
            raise Problem("onsite.output_failed", output=self.name, reason=error) from error

    def close(self) -> None:
        """Nothing stays open."""


_Row = tuple[str | float | None, ...]


def _insert(connection: sqlite3.Connection, table: str, name: str, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    connection.execute(table)
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({marks})", rows)


def _row(result: Result) -> _Row:
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


def _text_rows(result: Written) -> list[_Row]:
    """A row a text; one without a text where the photo could not be opened."""
    told: list[tuple[str, str, float | None, bool]] = [
        (part.question, part.text, part.confidence, part.unsure) for part in result.parts
    ]
    return [
        (
            result.id, number, result.time.isoformat(), result.photo, question, text, confidence, int(unsure),
            result.moved_to, result.problem, result.seconds,
        )
        for number, (question, text, confidence, unsure) in enumerate(told or [("", "", None, False)])
    ]  # fmt: skip
