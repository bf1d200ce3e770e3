"""The project file: SQLite, one connection under one lock, every action durable before it returns."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.problems import Problem

APPLICATION_ID = 0x48494B31  # "HIK1" in the file's header: this is a project of ours
BUSY_TIMEOUT_S = 5.0

# Each entry leads from one schema version to the next; an entry that was released never changes.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied TEXT NOT NULL)",
        "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE sources (id INTEGER PRIMARY KEY, relative TEXT NOT NULL, absolute TEXT NOT NULL)",
        """CREATE TABLE photos (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES sources (id),
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            folder_label TEXT NOT NULL,
            folder_part TEXT CHECK (folder_part IN ('train', 'val', 'test')),
            part TEXT CHECK (part IN ('train', 'val', 'test')),
            added TEXT NOT NULL,
            UNIQUE (source_id, path)
        )""",
        "CREATE INDEX photos_by_content ON photos (sha256)",
        """CREATE TABLE unreadable (
            path TEXT PRIMARY KEY, code TEXT NOT NULL, data TEXT NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE classes (
            id INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            key TEXT NOT NULL,
            role TEXT CHECK (role IN ('base', 'new'))
        )""",
        """CREATE TABLE labels (
            id INTEGER PRIMARY KEY REFERENCES photos (id),
            class_id INTEGER NOT NULL REFERENCES classes (id) DEFERRABLE INITIALLY DEFERRED,
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        "CREATE INDEX labels_by_class ON labels (class_id)",
        """CREATE TABLE exclusions (
            id INTEGER PRIMARY KEY REFERENCES photos (id), user TEXT NOT NULL, time TEXT NOT NULL
        )""",
        """CREATE TABLE steps (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            user TEXT NOT NULL,
            time TEXT NOT NULL,
            undone INTEGER NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE changes (
            step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            item TEXT NOT NULL,
            item_id INTEGER NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            PRIMARY KEY (step_id, position)
        ) WITHOUT ROWID""",
    ),
    (
        # What photos look like, and the first photo of the group of those that are practically the same.
        "ALTER TABLE photos ADD COLUMN look BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE photos ADD COLUMN taken REAL",
        "ALTER TABLE photos ADD COLUMN alike_to INTEGER",
        "ALTER TABLE photos ADD COLUMN alike_by TEXT CHECK (alike_by IN ('exact', 'near', 'burst'))",
        "ALTER TABLE photos ADD COLUMN resembles INTEGER",
    ),
    (
        """CREATE TABLE decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time TEXT NOT NULL,
            stage INTEGER NOT NULL CHECK (stage IN (1, 2, 3)),
            verdict TEXT NOT NULL CHECK (verdict IN ('go', 'not-yet', 'no-go', 'take-back')),
            stage_after INTEGER NOT NULL CHECK (stage_after IN (1, 2, 3)),
            who TEXT NOT NULL CHECK (who <> ''),
            reason TEXT NOT NULL CHECK (reason <> ''),
            run TEXT NOT NULL,
            seen TEXT NOT NULL,
            takes_back INTEGER UNIQUE REFERENCES decisions (id)
        )""",
        """CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
            BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END""",
        """CREATE TRIGGER decisions_never_go BEFORE DELETE ON decisions
            BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END""",
    ),
    (
        # What is to be said of how a photo is read (core.photos.remarks).
        "ALTER TABLE photos ADD COLUMN remarks TEXT NOT NULL DEFAULT ''",
    ),
    (
        """CREATE TABLE captions (
            id INTEGER PRIMARY KEY,
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            position INTEGER NOT NULL,
            text TEXT NOT NULL CHECK (text <> ''),
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        "CREATE INDEX captions_by_photo ON captions (photo_id)",
        # `answers` is a JSON list: one answer per person.
        """CREATE TABLE questions (
            id INTEGER PRIMARY KEY,
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            position INTEGER NOT NULL,
            text TEXT NOT NULL CHECK (text <> ''),
            answers TEXT NOT NULL,
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        "CREATE INDEX questions_by_photo ON questions (photo_id)",
    ),
    (
        # What a scanner reads from the product; "not sure" and comments; a second person's labels, kept apart; how
        # differences between the two were settled.
        "ALTER TABLE classes ADD COLUMN code TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE marks (
            id INTEGER PRIMARY KEY REFERENCES photos (id),
            unsure INTEGER NOT NULL,
            comment TEXT NOT NULL,
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        """CREATE TABLE opinions (
            id INTEGER PRIMARY KEY,
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            class_id INTEGER NOT NULL REFERENCES classes (id) DEFERRABLE INITIALLY DEFERRED,
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX opinions_by_user ON opinions (user, photo_id)",
        "CREATE INDEX opinions_by_photo ON opinions (photo_id)",
        """CREATE TABLE settlements (
            id INTEGER PRIMARY KEY REFERENCES photos (id),
            class_id INTEGER NOT NULL REFERENCES classes (id) DEFERRABLE INITIALLY DEFERRED,
            first_id INTEGER NOT NULL REFERENCES classes (id) DEFERRABLE INITIALLY DEFERRED,
            first_user TEXT NOT NULL,
            user TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        # The audit trail (core.project.audit): entries are only ever added. What they are about stands beside them,
        # so that it can be forgotten together with the photos while the chain of entries stays whole.
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash TEXT NOT NULL)",
        "CREATE TABLE audit_details (id INTEGER PRIMARY KEY REFERENCES audit (id), details TEXT NOT NULL)",
        """CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
            WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit)
            BEGIN SELECT RAISE(ABORT, 'the trail only grows at its end'); END""",
        """CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the trail is never changed'); END""",
        """CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the trail is never deleted'); END""",
        """CREATE TRIGGER audit_details_only_grow BEFORE INSERT ON audit_details
            WHEN NEW.id IS NOT (SELECT max(id) FROM audit)
            OR EXISTS (SELECT 1 FROM audit_details WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the trail only grows at its end'); END""",
        """CREATE TRIGGER audit_details_never_change BEFORE UPDATE ON audit_details
            BEGIN SELECT RAISE(ABORT, 'the trail is never changed'); END""",
        """CREATE TRIGGER audit_details_go_with_the_photos BEFORE DELETE ON audit_details
            WHEN NOT EXISTS (SELECT 1 FROM settings WHERE key = 'features_only')
            BEGIN SELECT RAISE(ABORT, 'the trail is never deleted'); END""",
    ),
)


class ProjectClosed(Exception):
    """The project was closed before this was asked of it."""


class Database:
    """A project's SQLite file. Any thread may call; calls wait for each other.

    Every method raises Problem: `project.locked`, `project.not_writable`, `project.disk_full`,
    `project.corrupt`; and ProjectClosed once it was closed.
    """

    def __init__(self, path: Path, *, new: bool = False, read_only: bool = False) -> None:
        """Open the file. `read_only`: nothing in it is changed, its format neither.

        Raises:
            Problem: also `project.older` when it is to be read only and has an earlier format.
        """
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._closed = False
        with self._explained():
            place = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
            self._connection = sqlite3.connect(
                place, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True
            )
        try:
            if read_only:
                self._check_present()
            else:
                self._prepare(new)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it."""
        with self._lock:
            self._closed = True
            self._connection.close()

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._explained():
            return self._connection.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """One statement, durable at once outside a transaction; gives the new row's id."""
        with self._lock, self._explained():
            return self._connection.execute(sql, values).lastrowid or 0

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for many rows, all or none."""
        with self.transaction():
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it ends. Within another one it is part of that."""
        with self._lock, self._explained():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def compact(self) -> None:
        """Write the file anew without what was deleted, so that nothing of it can be read there.

        Raises:
            Problem: `project.locked` while another window reads.
        """
        with self._lock, self._explained():
            self._connection.execute("VACUUM")
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise Problem("project.locked", path=self.path)

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _prepare(self, new: bool) -> None:
        with self._explained():
            self._check_ours(new)
            self._connection.execute("PRAGMA foreign_keys = ON")
            # A file system without shared memory refuses WAL and goes on with a rollback journal.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
        self._migrate()

    def _check_present(self) -> None:
        with self._explained():
            self._check_ours(False)
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version < len(MIGRATIONS):
            raise Problem("project.older", path=self.path, version=version, known=len(MIGRATIONS))

    def _check_ours(self, new: bool) -> None:
        if new:
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        (mark,) = self._connection.execute("PRAGMA application_id").fetchone()
        if mark != APPLICATION_ID:
            raise Problem("project.not_a_project", path=self.path)
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise Problem("project.newer", path=self.path, version=version, known=len(MIGRATIONS))
        (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise Problem("project.corrupt", path=self.path, reason=verdict)

    def _migrate(self) -> None:
        with self.transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in statements:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO migrations VALUES (?, ?)", (number, now()))
                self._connection.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What SQLite raises, as a Problem that an operator can act on."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
            if self._closed:
                raise ProjectClosed from error
            raise  # a mistake of the caller, nothing an operator can mend
        except sqlite3.Error as error:
            raise self._problem(error) from error

    def _problem(self, error: sqlite3.Error) -> Problem:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Problem("project.locked", path=self.path)
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            return Problem("project.not_writable", path=self.path)
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            return Problem("project.disk_full", path=self.path, reason=error)
        return Problem("project.corrupt", path=self.path, reason=error)


def now() -> str:
    """The time to the second with its zone, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")
