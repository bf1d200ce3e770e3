"""Unlimited undo and redo that survive closing: every step keeps what each row was before and after."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from core.project.database import Database, now

StepKind = Literal[
    "label", "unlabel", "exclude", "include", "label_folders", "import_labels",
    "add_class", "edit_class", "move_class", "remove_class", "caption", "question", "import_texts",
]  # fmt: skip
Item = Literal["labels", "exclusions", "classes", "captions", "questions"]
Row = dict[str, Any]

_MOST_PARAMETERS = 500  # SQLite's own limit is 999 where it is old

_COLUMNS: dict[Item, tuple[str, ...]] = {
    "labels": ("class_id", "user", "time"),
    "exclusions": ("user", "time"),
    "classes": ("position", "name", "description", "key", "role"),
    "captions": ("photo_id", "position", "text", "user", "time"),
    "questions": ("photo_id", "position", "text", "answers", "user", "time"),
}


@dataclass(frozen=True)
class Step:
    """One thing the operator did, as undo shows it. `changes`: how many rows it touched."""

    id: int
    kind: StepKind
    user: str
    time: str
    changes: int


class Recording:
    """The rows that one step changes, as it changes them."""

    def __init__(self, database: Database, step_id: int) -> None:
        self._database = database
        self._step_id = step_id
        self._changes: list[tuple[Item, int, Row | None, Row | None]] = []

    def put(self, item: Item, rows: Mapping[int, Row | None]) -> None:
        """Make rows say this, or be gone (None). What they say already keeps its who and when."""
        before = _rows(self._database, item, list(rows))
        changed = {key: row for key, row in rows.items() if _content(before.get(key)) != _content(row)}
        _set_rows(self._database, item, changed)
        self._changes += [(item, key, before.get(key), row) for key, row in changed.items()]

    def finish(self) -> bool:
        """Keep the changes; False when nothing was changed."""
        self._database.write_many(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)",
            [
                (self._step_id, position, item, item_id, json.dumps(before), json.dumps(after))
                for position, (item, item_id, before, after) in enumerate(self._changes)
            ],
        )
        return bool(self._changes)


class History:
    """The steps of a project: those done, oldest first, then those undone that can be done again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def step(self, kind: StepKind, user: str) -> Iterator[Recording]:
        """One step: all of its changes or none, durable when it ends. Undone steps are forgotten by it."""
        with self._database.transaction():
            step_id = self._database.write(
                "INSERT INTO steps (kind, user, time) VALUES (?, ?, ?)", (kind, user, now())
            )
            recording = Recording(self._database, step_id)
            yield recording
            if recording.finish():
                self._database.write("DELETE FROM steps WHERE undone")
            else:
                self._database.write("DELETE FROM steps WHERE id = ?", (step_id,))

    def undo(self) -> Step | None:
        """Take the last step back; None when there is none."""
        with self._database.transaction():
            step = self.last()
            if step is not None:
                self._apply(step, "before")
                self._database.write("UPDATE steps SET undone = 1 WHERE id = ?", (step.id,))
            return step

    def redo(self) -> Step | None:
        """Do the step that was undone last again; None when there is none."""
        with self._database.transaction():
            step = self.next()
            if step is not None:
                self._apply(step, "after")
                self._database.write("UPDATE steps SET undone = 0 WHERE id = ?", (step.id,))
            return step

    def last(self) -> Step | None:
        """What undo would take back."""
        return self._find("SELECT max(id) FROM steps WHERE NOT undone")

    def next(self) -> Step | None:
        """What redo would do again."""
        return self._find("SELECT min(id) FROM steps WHERE undone")

    def _find(self, which: str) -> Step | None:
        rows = self._database.read(
            f"""SELECT id, kind, user, time, (SELECT count(*) FROM changes WHERE step_id = steps.id)
            FROM steps WHERE id = ({which})"""
        )
        return Step(*rows[0]) if rows else None

    def _apply(self, step: Step, side: Literal["before", "after"]) -> None:
        """Give every row of a step what it said before its first change, or after its last."""
        order = "DESC" if side == "before" else "ASC"
        changes = self._database.read(
            f"SELECT item, item_id, {side} FROM changes WHERE step_id = ? ORDER BY position {order}",
            (step.id,),
        )
        for item in _COLUMNS:
            rows = {item_id: json.loads(row) for kind, item_id, row in changes if kind == item}
            _set_rows(self._database, item, rows)


def _content(row: Row | None) -> Row | None:
    return None if row is None else {key: row[key] for key in row.keys() - {"user", "time"}}


def _rows(database: Database, item: Item, ids: Sequence[int]) -> dict[int, Row]:
    columns = ("id", *_COLUMNS[item])
    found: dict[int, Row] = {}
    for start in range(0, len(ids), _MOST_PARAMETERS):
        some = ids[start : start + _MOST_PARAMETERS]
        marks = ", ".join("?" * len(some))
        for values in database.read(f"SELECT {', '.join(columns)} FROM {item} WHERE id IN ({marks})", some):
            found[values[0]] = dict(zip(_COLUMNS[item], values[1:], strict=True))
    return found


def _set_rows(database: Database, item: Item, rows: Mapping[int, Row | None]) -> None:
    columns = _COLUMNS[item]
    database.write_many(
        f"DELETE FROM {item} WHERE id = ?", [(key,) for key, row in rows.items() if row is None]
    )
    database.write_many(
        f"""INSERT INTO {item} (id, {", ".join(columns)}) VALUES (?{", ?" * len(columns)})
        ON CONFLICT (id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in columns)}""",
        [(key, *(row[column] for column in columns)) for key, row in rows.items() if row is not None],
    )
