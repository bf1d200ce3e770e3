"""The monitor's memory: every judged photo, what people decided, every look. One SQLite file for a line and a package.

Two programs may have it open: the engine writes what it judged, the window what people decided.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.onsite.monitor.look import Decided, Seen, Window
from core.onsite.record_file import RecordFile

_TABLES = """
CREATE TABLE seen (
  number INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, photo TEXT NOT NULL, class_name TEXT NOT NULL,
  probability REAL NOT NULL, unsure INTEGER NOT NULL, seconds REAL NOT NULL, unlike REAL NOT NULL, features BLOB NOT NULL,
  decided TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at REAL NOT NULL, kept TEXT NOT NULL
);
CREATE INDEX seen_by_photo ON seen (photo, number);
CREATE INDEX seen_by_time ON seen (time);
CREATE INDEX seen_by_decision ON seen (decided_at) WHERE decided_at > 0;
CREATE TABLE looks (number INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, last INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_MOST_FEATURES = 20_000
_MOST_DAYS = 400
_DAY_S = 86_400.0
_COLUMNS = "number, time, photo, class_name, probability, unsure, seconds, unlike, features, decided, decided_by, kept"


@dataclass(frozen=True)
class Row(Seen):
    """A photo as it is remembered; `unlike` as in `signs.unlikeness`, `kept` the copy that was kept of it."""

    number: int = 0
    unlike: float = 0.0
    decided_by: str = ""
    kept: str = ""


@dataclass(frozen=True)
class DayCounts:
    """The photos of a span of time: by class and whether unsure, those that could not be read, decisions."""

    by_class: dict[tuple[str, bool], int] = field(default_factory=dict)
    unreadable: int = 0
    decided: Decided = field(default_factory=Decided)
    seconds: tuple[float, ...] = ()

    @property
    def judged(self) -> int:
        """Photos that could be read."""
        return sum(self.by_class.values())

    @property
    def unsure(self) -> int:
        """Those that were sent to a person."""
        return sum(count for (_, unsure), count in self.by_class.items() if unsure)


class MonitorBook(RecordFile):
    """Safe to be used from any thread. Raises Problem `onsite.monitor_newer`, `onsite.monitor_failed` (any call may)."""

    TABLES = _TABLES
    PRAGMAS = (
        "journal_mode = WAL",
        "synchronous = NORMAL",
    )  # a power cut may cost the last photos, never the file
    PATIENCE_S = 10.0
    CODE = "onsite.monitor"

    def add(self, photos: Sequence[Seen], unlike: Sequence[float]) -> None:
        """Remember photos; of the oldest beyond a bound only the figures stay, not the features."""
        rows = [
            (p.time, p.photo, p.class_name, p.probability, p.unsure, p.seconds, float(far), p.features)
            for p, far in zip(photos, unlike, strict=True)
        ]
        with self._transaction() as db:
            db.executemany("INSERT INTO seen VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, '')", rows)
            (last,) = db.execute("SELECT max(number) FROM seen").fetchone()
            db.execute(
                "UPDATE seen SET features = x'' WHERE number BETWEEN ? AND ?",
                (last - _MOST_FEATURES - len(rows), last - _MOST_FEATURES),
            )

    def decide(self, photo: str, class_name: str, person: str, time: float, kept: str) -> bool:
        """Remember what a person decided on the newest look at a photo ("" takes it back); False when the photo was
        never seen."""
        with self._transaction() as db:
            done = db.execute(
                "UPDATE seen SET decided = ?, decided_by = ?, decided_at = ?, kept = ? WHERE number = "
                "(SELECT max(number) FROM seen WHERE photo = ?)",
                (class_name, person, time if class_name else 0, kept, photo),
            )
        return done.rowcount > 0

    def next_window(self, size: int) -> list[Row]:
        """The photos behind the last look that could be read, once there are `size` of them; else none."""
        with self._using() as db:
            (last,) = db.execute("SELECT coalesce(max(last), 0) FROM looks").fetchone()
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM seen WHERE number > ? AND class_name != '' ORDER BY number LIMIT ?",
                (last, size),
            ).fetchall()
        return [_row(row) for row in rows] if len(rows) == size else []

    def waiting(self) -> int:
        """How many photos have come since the last look."""
        with self._using() as db:
            (last,) = db.execute("SELECT coalesce(max(last), 0) FROM looks").fetchone()
            query = "SELECT count(*) FROM seen WHERE number > ? AND class_name != ''"
            return int(db.execute(query, (last,)).fetchone()[0])

    def looked(self, window: Window, last: int) -> None:
        """Remember a look, which ended with photo `last`."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO looks VALUES (NULL, ?, ?, ?)", (window.time, last, window.model_dump_json())
            )
            db.execute("DELETE FROM seen WHERE time < ?", (window.time - _MOST_DAYS * _DAY_S,))

    def looks(self, most: int = 1000, since: float = 0.0, until: float = float("inf")) -> list[Window]:
        """The newest looks of a span of time, oldest first."""
        with self._using() as db:
            rows = db.execute(
                "SELECT facts FROM looks WHERE time >= ? AND time < ? ORDER BY number DESC LIMIT ?",
                (since, min(until, 1e15), most),
            ).fetchall()
        return [Window.model_validate_json(facts) for (facts,) in reversed(rows)]

    def decided(self, since: float = 0.0, until: float = float("inf")) -> Decided:
        """What people decided in a span of time."""
        with self._using() as db:
            row = db.execute(
                "SELECT count(*), coalesce(sum(decided != class_name), 0) FROM seen "
                "WHERE decided_at > 0 AND decided_at >= ? AND decided_at < ?",
                (since, min(until, 1e15)),
            ).fetchone()
        return Decided(*row)

    def first_mix(self, photos: int) -> dict[str, int] | None:
        """The class mix of the first photos that could be read; None while there are fewer. It is remembered."""
        kept = self.fact("usual")
        if kept is not None:
            return {str(name): int(count) for name, count in json.loads(kept).items()}
        with self._using() as db:
            rows = db.execute(
                "SELECT class_name, count(*) FROM (SELECT class_name FROM seen WHERE class_name != '' "
                "ORDER BY number LIMIT ?) GROUP BY class_name",
                (photos,),
            ).fetchall()
        if sum(count for _, count in rows) < photos:
            return None
        self.keep_fact("usual", json.dumps(dict(rows), ensure_ascii=False))
        return dict(rows)

    def counts(self, since: float, until: float) -> DayCounts:
        """The photos of a span of time."""
        span = (since, until)
        with self._using() as db:
            rows = db.execute(
                "SELECT class_name, unsure, count(*) FROM seen WHERE time >= ? AND time < ? GROUP BY 1, 2",
                span,
            ).fetchall()
            seconds = db.execute(
                "SELECT seconds FROM seen WHERE time >= ? AND time < ? AND class_name != ''", span
            ).fetchall()
        return DayCounts(
            by_class={(name, bool(unsure)): count for name, unsure, count in rows if name},
            unreadable=sum(count for name, _, count in rows if not name),
            decided=self.decided(since, until),
            seconds=tuple(value for (value,) in seconds),
        )

    def candidates(self, most: int) -> list[Row]:
        """The newest photos whose features are kept, each photo once."""
        with self._using() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM seen WHERE number IN (SELECT max(number) FROM seen WHERE class_name != '' "
                "AND features != x'' GROUP BY photo) ORDER BY number DESC LIMIT ?",
                (most,),
            ).fetchall()
        return [_row(row) for row in rows]

    def fact(self, key: str) -> str | None:
        """What was remembered under a key."""
        with self._using() as db:
            row = db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def keep_fact(self, key: str, value: str) -> None:
        """Remember a text under a key."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))


def _row(row: tuple[object, ...]) -> Row:
    names = [name.strip() for name in _COLUMNS.split(",")]
    facts = dict(zip(names, row, strict=True))
    return Row(**facts | {"unsure": bool(facts["unsure"])})  # type: ignore[arg-type]
