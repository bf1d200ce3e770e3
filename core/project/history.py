"""Unlimited undo and redo that survive closing: every step keeps what each row was before and after."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from core.project.audit import AuditTrail, Change
from core.project.database import Database, now
from core.project.rows import COLUMNS, Item, Row, content_of, read_rows, set_rows

StepKind = Literal[
    "label", "unlabel", "exclude", "include", "label_folders", "import_labels", "mark", "comment",
    "second_label", "settle", "add_class", "edit_class", "move_class", "remove_class",
    "caption", "question", "import_texts",
]  # fmt: skip


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
        before = read_rows(self._database, item, list(rows))
        changed = {key: row for key, row in rows.items() if content_of(before.get(key)) != content_of(row)}
        set_rows(self._database, item, changed)
        self._changes += [(item, key, before.get(key), row) for key, row in changed.items()]

    def changes(self) -> list[Change]:
        """Each row's first and last word, those that are as before left out."""
        told: dict[tuple[Item, int], tuple[Row | None, Row | None]] = {}
        for item, key, before, after in self._changes:
            told[item, key] = (told[item, key][0] if (item, key) in told else before, after)
        return [
            Change(item, key, before, after)
            for (item, key), (before, after) in told.items()
            if before != after
        ]

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
    """The steps of a project: those done, oldest first, then those undone that can be done again. Steps, undo and
    redo each leave an entry in the audit trail."""

    def __init__(self, database: Database, trail: AuditTrail) -> None:
        self._database = database
        self._trail = trail

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
                self._trail.append(kind, user, recording.changes())
            else:
                self._database.write("DELETE FROM steps WHERE id = ?", (step_id,))

    def undo(self, user: str) -> Step | None:
        """Take the last step back; None when there is none."""
        with self._database.transaction():
            step = self.last()
            if step is not None:
                self._trail.append(f"undo {step.kind}", user, self._apply(step, "before"))
                self._database.write("UPDATE steps SET undone = 1 WHERE id = ?", (step.id,))
            return step

    def redo(self, user: str) -> Step | None:
        """Do the step that was undone last again; None when there is none."""
        with self._database.transaction():
            step = self.next()
            if step is not None:
                self._trail.append(f"redo {step.kind}", user, self._apply(step, "after"))
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

    def _apply(self, step: Step, side: Literal["before", "after"]) -> list[Change]:
        """Give every row of a step what it said before its first change, or after its last; gives what changed."""
        order = "DESC" if side == "before" else "ASC"
        changes = self._database.read(
            f"SELECT item, item_id, {side} FROM changes WHERE step_id = ? ORDER BY position {order}",
            (step.id,),
        )
        told: list[Change] = []
        for item in COLUMNS:
            rows = {item_id: json.loads(row) for kind, item_id, row in changes if kind == item}
            before = read_rows(self._database, item, list(rows))
            set_rows(self._database, item, rows)
            after = read_rows(self._database, item, list(rows))
            told += [Change(item, key, before.get(key), after.get(key)) for key in rows]
        return [change for change in told if change.before != change.after]
