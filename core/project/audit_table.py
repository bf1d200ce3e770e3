"""The audit trail as a table that people read and print: a row per change, in plain columns."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from core.project.audit import AuditTrail
from core.project.database import Database

COLUMNS = ("entry", "time", "who", "what", "item", "photo", "before", "after", "photo_sha256", "entry_hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def trail_table(database: Database) -> str:
    """The whole trail as CSV, its first row the columns' names; photos by the path they have now, within the folder
    that was taken in."""
    paths = dict(database.read("SELECT id, path FROM photos"))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in _rows(AuditTrail(database), paths):
        writer.writerow([_plain(cell) for cell in row])
    return text.getvalue()


def _rows(trail: AuditTrail, paths: dict[int, str]) -> Iterator[list[Any]]:
    names: dict[int, str] = {}
    for entry in trail.entries():
        try:
            content = json.loads(entry.text)
            changes = json.loads(entry.details)["changes"] if entry.details is not None else []
            start = [entry.number, content["time"], content["who"], content["what"]]
            for change in changes:
                if change["item"] == "classes" and change["after"]:
                    names[change["id"]] = change["after"]["name"]
            told = [_change_row(change, names, paths) for change in changes]
        except (ValueError, KeyError, TypeError):
            start, told = [entry.number, "", "", "?"], []
        # An entry about nothing, or whose details were forgotten, is still there.
        for row in told or [["", "", "", "", ""]]:
            yield [*start, *row, entry.hash]


def _change_row(change: dict[str, Any], names: dict[int, str], paths: dict[int, str]) -> list[Any]:
    row = change["after"] or change["before"]
    photo_id = row.get("photo_id", change["id"]) if "sha256" in change else None
    photo = "" if photo_id is None else paths.get(photo_id, f"#{photo_id}")
    told = (_words(change[side], names) for side in ("before", "after"))
    return [change["item"], photo, *told, change.get("sha256", "")]


def _words(row: dict[str, Any] | None, names: dict[int, str]) -> str:
    """What a row says; a class by its name."""
    if row is None:
        return ""
    if row.keys() == {"part"} or row.keys() == {"value"}:
        return str(next(iter(row.values())))
    words = [names.get(row["class_id"], f"#{row['class_id']}")] if "class_id" in row else []
    skipped = {"class_id", "first_id", "photo_id", "time"}
    words += [
        f"{key}={value}" for key, value in row.items() if key not in skipped and value not in (None, "")
    ]
    return ", ".join(words)


def _plain(cell: Any) -> Any:
    """Nothing that a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
