"""Classes that were added on site by their words: kept for the classes of the package, and offered again at each start."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.files import write_atomic
from core.settings import locations

_SCHEMA = 1


class AddedClass(BaseModel):
    """A name, and the English words the model reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    description: str


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    classes: tuple[str, ...]
    added: tuple[AddedClass, ...]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = _SCHEMA
    entries: tuple[_Entry, ...] = ()


def load_added(classes: Sequence[str]) -> tuple[AddedClass, ...]:
    """What was added to a package with these classes."""
    names = tuple(sorted(classes))
    return next((entry.added for entry in _load().entries if entry.classes == names), ())


def save_added(classes: Sequence[str], added: Sequence[AddedClass]) -> None:
    """Keep what was added to a package with these classes. Raises OSError."""
    names = tuple(sorted(classes))
    others = tuple(entry for entry in _load().entries if entry.classes != names)
    kept = _Kept(entries=(*others, _Entry(classes=names, added=tuple(added))))
    write_atomic(_path(), kept.model_dump_json(indent=1))


def _path() -> Path:
    return locations().config / "added_classes.json"


def _load() -> _Kept:
    try:
        return _Kept.model_validate_json(_path().read_bytes())
    except FileNotFoundError:
        return _Kept()
    except ValidationError:
        _path().replace(_path().with_suffix(".spoiled.json"))
        return _Kept()
