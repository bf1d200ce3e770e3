"""What earlier scans learned about each file, so that an unchanged folder is read by its metadata only.

One SQLite file in the cache folder; it may be deleted at any time and is made anew when spoiled.
"""

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.problems import Problem
from core.settings import locations

_TABLE = """
CREATE TABLE IF NOT EXISTS files_3 (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, problem TEXT NOT NULL, look BLOB NOT NULL, taken REAL,
    remarks TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a scan found out about one file: its content hash, look, time taken and remarks (as ScannedPhoto has them),
    or what is wrong with it."""

    size: int
    mtime_ns: int
    sha256: str = ""
    problem: Problem | None = None
    look: bytes = b""
    taken: float | None = None
    remarks: str = ""


class ScanCache:
    """Facts by absolute path. Every call opens the file for itself, so any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, folder: Path) -> dict[str, FileFacts]:
        """All that is known below a folder."""
        prefix = os.path.join(folder, "")
        try:
            with closing(self._connect()) as connection:
                rows = connection.execute(
                    "SELECT * FROM files_3 WHERE path >= ? AND path < ?", (prefix, prefix + "\U0010ffff")
                ).fetchall()
        except sqlite3.Error:
            return {}
        return {row[0]: _facts(row) for row in rows}

    def save(self, facts: Iterable[tuple[str, FileFacts]]) -> None:
        """Remember facts; what cannot be written is only slower the next time."""
        rows = [_row(path, fact) for path, fact in facts]
        try:
            self._write(rows)
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
        except OSError:
            return

    def forget(self, folder: Path) -> None:
        """Let go of all below a folder, so that not even its name stays; a cache that cannot is deleted whole."""
        prefix = os.path.join(folder, "")
        try:
            with closing(self._connect()) as connection:
                with connection:
                    connection.execute(
                        "DELETE FROM files_3 WHERE path >= ? AND path < ?", (prefix, prefix + "\U0010ffff")
                    )
                for earlier in ("files_1", "files_2"):  # of earlier versions of the program
                    connection.execute(f"DROP TABLE IF EXISTS {earlier}")
                connection.execute("VACUUM")
        except sqlite3.Error:
            self._path.unlink(missing_ok=True)

    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO files_3 VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5.0)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
        return connection


def user_scan_cache() -> ScanCache:
    """The cache of this user of this PC."""
    return ScanCache(locations().cache / "scan.sqlite")


def _facts(row: tuple[Any, ...]) -> FileFacts:
    _, size, mtime_ns, sha256, problem, look, taken, remarks = row
    return FileFacts(size, mtime_ns, sha256, _problem(problem), look, taken, remarks)


def _row(path: str, fact: FileFacts) -> tuple[Any, ...]:
    problem = ""
    if fact.problem is not None:
        data = {key: str(value) for key, value in fact.problem.data.items()}
        problem = json.dumps([fact.problem.code, data])
    return path, fact.size, fact.mtime_ns, fact.sha256, problem, fact.look, fact.taken, fact.remarks


def _problem(text: str) -> Problem | None:
    if not text:
        return None
    code, data = json.loads(text)
    return Problem(code, **data)
