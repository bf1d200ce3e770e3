"""The classes of a project: shop-floor name, words for the model, key, order, learned or held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.problems import Problem
from core.project.database import Database
from core.project.history import Recording, Row
from core.project.revision import Role
from core.project.roles import roles_of

_KEYS = tuple("123456789")


@dataclass(frozen=True, slots=True)
class ProductClass:
    """A class. `role` is what counts; `chosen_role` is the operator's own choice, None for the rule.

    `key` is the digit that labels with it, "" when there is none.
    """

    id: int
    position: int
    name: str
    description: str
    key: str
    role: Role
    chosen_role: Role | None


def list_classes(database: Database) -> list[ProductClass]:
    """The classes in their order."""
    rows = database.read(
        "SELECT id, position, name, description, key, role FROM classes ORDER BY position, id"
    )
    roles = roles_of([row[5] for row in rows])
    return [
        ProductClass(class_id, position, name, description, key, role, chosen)
        for (class_id, position, name, description, key, chosen), role in zip(rows, roles, strict=True)
    ]


def add_class(database: Database, recording: Recording, name: str, description: str) -> int:
    """A new class behind the others, with the first free key; gives its id."""
    classes = list_classes(database)
    name = _checked_name(name, classes)
    taken = {entry.key for entry in classes}
    key = next((key for key in _KEYS if key not in taken), "")
    class_id = _unused_id(database)
    recording.put("classes", {class_id: _row(len(classes), name, description.strip(), key, None)})
    return class_id


def edit_class(database: Database, recording: Recording, class_id: int, changes: dict[str, Any]) -> None:
    """Change name, description, key or role. A key that another class has is exchanged with it."""
    classes = list_classes(database)
    entry = find_class(classes, class_id)
    row = _row_of(entry) | changes
    others = [other for other in classes if other.id != class_id]
    row["name"] = _checked_name(row["name"], others)
    row["description"] = row["description"].strip()
    if row["key"] and row["key"] not in _KEYS:
        raise Problem("project.bad_key", key=row["key"])
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
    """Take a class away together with its labels; the photos are unlabelled then."""
    classes = list_classes(database)
    entry = find_class(classes, class_id)
    labelled = database.read("SELECT id FROM labels WHERE class_id = ?", (class_id,))
    recording.put("labels", {photo_id: None for (photo_id,) in labelled})
    recording.put("classes", {class_id: None})
    _renumber(recording, [other for other in classes if other is not entry])


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


def _unused_id(database: Database) -> int:
    """Beyond every id ever given, also to classes that undo could bring back."""
    rows = database.read(
        """SELECT max(coalesce((SELECT max(id) FROM classes), 0),
        coalesce((SELECT max(item_id) FROM changes WHERE item = 'classes'), 0))"""
    )
    return int(rows[0][0]) + 1


def _row_of(entry: ProductClass) -> Row:
    return _row(entry.position, entry.name, entry.description, entry.key, entry.chosen_role)


def _row(position: int, name: str, description: str, key: str, role: Role | None) -> Row:
    return {"position": position, "name": name, "description": description, "key": key, "role": role}
