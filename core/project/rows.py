"""The rows that an operator's steps change: which tables, which columns, reading and writing them by id."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.project.database import Database

Item = Literal["labels", "exclusions", "marks", "opinions", "settlements", "classes", "captions", "questions"]
Row = dict[str, Any]

COLUMNS: dict[Item, tuple[str, ...]] = {
    "labels": ("class_id", "user", "time"),
    "exclusions": ("user", "time"),
    "marks": ("unsure", "comment", "user", "time"),
    "opinions": ("photo_id", "class_id", "user", "time"),
    "settlements": ("class_id", "first_id", "first_user", "user", "time"),
    "classes": ("position", "name", "description", "key", "role", "code"),
    "captions": ("photo_id", "position", "text", "user", "time"),
    "questions": ("photo_id", "position", "text", "answers", "user", "time"),
}
# What rows that were kept before a column was there say in it.
_SAID_BEFORE = {"code": ""}
_MOST_PARAMETERS = 500  # SQLite's own limit is 999 where it is old


def read_rows(database: Database, item: Item, ids: Sequence[int]) -> dict[int, Row]:
    """The rows of these ids, those that are there."""
    columns = ("id", *COLUMNS[item])
    found: dict[int, Row] = {}
    for start in range(0, len(ids), _MOST_PARAMETERS):
        some = ids[start : start + _MOST_PARAMETERS]
        marks = ", ".join("?" * len(some))
        for values in database.read(f"SELECT {', '.join(columns)} FROM {item} WHERE id IN ({marks})", some):
            found[values[0]] = dict(zip(COLUMNS[item], values[1:], strict=True))
    return found


def set_rows(database: Database, item: Item, rows: Mapping[int, Row | None]) -> None:
    """Make rows say this, or be gone (None)."""
    columns = COLUMNS[item]
    database.write_many(
        f"DELETE FROM {item} WHERE id = ?", [(key,) for key, row in rows.items() if row is None]
    )
    database.write_many(
        f"""INSERT INTO {item} (id, {", ".join(columns)}) VALUES (?{", ?" * len(columns)})
        ON CONFLICT (id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in columns)}""",
        [(key, *_values(row, columns)) for key, row in rows.items() if row is not None],
    )


def unused_id(database: Database, item: Item) -> int:
    """Beyond every id ever given, also to rows that undo could bring back."""
    rows = database.read(
        f"""SELECT max(coalesce((SELECT max(id) FROM {item}), 0),
        coalesce((SELECT max(item_id) FROM changes WHERE item = ?), 0))""",
        (item,),
    )
    return int(rows[0][0]) + 1


def content_of(row: Row | None) -> Row | None:
    """What a row says, without who and when."""
    return None if row is None else {key: row[key] for key in row.keys() - {"user", "time"}}


def _values(row: Row, columns: Sequence[str]) -> list[Any]:
    return [row.get(column, _SAID_BEFORE.get(column)) for column in columns]
