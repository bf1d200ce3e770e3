"""The classes of a project: shop-floor name, words for the model, key, scanned code, order, learned or held back."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.problems import Problem
from core.project.database import Database
from core.project.history import Recording
from core.project.opinions import Opinions
from core.project.revision import Role
from core.project.roles import roles_of
from core.project.rows import Row, unused_id

_DIGITS = tuple("123456789")
KEYS = frozenset("123456789abcdefghijklmnopqrstuvwxyz")
MOST_CODE = 200


@dataclass(frozen=True, slots=True)
class ProductClass:
    """A class. `role` is what counts; `chosen_role` is the operator's own choice, None for the rule.

    `key` is the digit or letter that labels with it, "" when there is none; `code` is what a scanner reads from the
    product, "" when none is known.
    """

    id: int
    position: int
    name: str
    description: str
    key: str
    role: Role
    chosen_role: Role | None
    code: str = ""


def list_classes(database: Database) -> list[ProductClass]:
    """The classes in their order."""
    rows = database.read(
        "SELECT id, position, name, description, key, role, code FROM classes ORDER BY position, id"
    )
    roles = roles_of([row[5] for row in rows])
    return [
        ProductClass(class_id, position, name, description, key, role, chosen, code)
        for (class_id, position, name, description, key, chosen, code), role in zip(rows, roles, strict=True)
    ]


def add_class(database: Database, recording: Recording, name: str, description: str) -> int:
    """A new class behind the others, with the first free key; gives its id."""
    classes = list_classes(database)
    name = _checked_name(name, classes)
    taken = {entry.key for entry in classes}
    key = next((key for key in _DIGITS if key not in taken), "")
    class_id = unused_id(database, "classes")
    recording.put("classes", {class_id: _row(len(classes), name, description.strip(), key, None, "")})
    return class_id


def edit_class(database: Database, recording: Recording, class_id: int, changes: dict[str, Any]) -> None:
    """Change name, description, key, role or code. A key that another class has is exchanged with it."""
    classes = list_classes(database)
    entry = find_class(classes, class_id)
    row = _row_of(entry) | changes
    others = [other for other in classes if other.id != class_id]
    row["name"] = _checked_name(row["name"], others)
    row["description"] = row["description"].strip()
    row["key"] = plain_key(row["key"])
    if row["key"] and row["key"] not in KEYS:
        raise Problem("project.bad_key", key=row["key"])
    row["code"] = _checked_code(row["code"], others)
    for other in others:
        if row["key"] and other.key == row["key"]:
            recording.put("classes", {other.id: _row_of(other) | {"key": entry.key}})
    recording.put("classes", {class_id: row})


def move_class(database: Database, recording: Recording, class_id: int, position: int) -> None:
    """Put a class at a place in the order (0 is the first)."""
    classes = list_classes(database)
    entry = find_class(classes, class_id)
    classes.remove(entry)
    classes.insert(max(0, min(position, len(classes))), entry)
    _renumber(recording, classes)


def remove_class(database: Database, recording: Recording, class_id: int) -> None:
    """Take a class away together with its labels and second opinions; the photos are unlabelled then."""
    classes = list_classes(database)
    entry = find_class(classes, class_id)
    Opinions(database).drop_class(recording, class_id)
    labelled = database.read("SELECT id FROM labels WHERE class_id = ?", (class_id,))
    recording.put("labels", {photo_id: None for (photo_id,) in labelled})
    recording.put("classes", {class_id: None})
    _renumber(recording, [other for other in classes if other is not entry])


def plain_key(sign: str) -> str:
    """A key as it is kept: as on a keyboard without an input method, small."""
    return unicodedata.normalize("NFKC", sign).strip().lower()


def plain_code(code: str) -> str:
    """A scanned code as it is kept and compared: without what a scanner sends around it unseen."""
    return "".join(sign for sign in code if sign.isprintable()).strip()[:MOST_CODE]


def find_class(classes: Sequence[ProductClass], class_id: int) -> ProductClass:
    """The class of that id. Raises KeyError when it is gone."""
    for entry in classes:
        if entry.id == class_id:
            return entry
    raise KeyError(class_id)


def _renumber(recording: Recording, classes: Sequence[ProductClass]) -> None:
    rows = {entry.id: _row_of(entry) | {"position": place} for place, entry in enumerate(classes)}
    recording.put("classes", rows)


def _checked_name(name: str, others: Sequence[ProductClass]) -> str:
    name = name.strip()
    if not name:
        raise Problem("project.class_without_name")
    if any(other.name == name for other in others):
        raise Problem("project.class_exists", name=name)
    return name


def _checked_code(code: str, others: Sequence[ProductClass]) -> str:
    code = plain_code(code)
    owner = next((other for other in others if code and other.code == code), None)
    if owner is not None:
        raise Problem("project.code_exists", scanned=code, name=owner.name)
    return code


def _row_of(entry: ProductClass) -> Row:
    return _row(entry.position, entry.name, entry.description, entry.key, entry.chosen_role, entry.code)


def _row(position: int, name: str, description: str, key: str, role: Role | None, code: str) -> Row:
    return {
        "position": position, "name": name, "description": description, "key": key, "role": role, "code": code
    }  # fmt: skip
