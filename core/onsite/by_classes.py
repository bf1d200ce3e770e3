"""Settings that are kept for a list of classes, whatever the package's file is called."""

from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from core.files import write_atomic
from core.settings import locations

_SCHEMA = 1


class ForClasses(BaseModel):
    """What is kept for `classes`, sorted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    classes: tuple[str, ...]


E = TypeVar("E", bound=ForClasses)


class _Kept(BaseModel, Generic[E]):
    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = _SCHEMA
    entries: tuple[E, ...] = ()


class ByClasses(Generic[E]):
    """A file beside the settings with an entry for each list of classes; a spoiled one is put aside."""

    def __init__(self, file: str, entry: type[E]) -> None:
        self._file, self._form = file, _Kept[entry]  # type: ignore[valid-type]

    def of(self, classes: Iterable[str]) -> E | None:
        """What is kept for these classes."""
        names = tuple(sorted(classes))
        return next((entry for entry in self._load().entries if entry.classes == names), None)

    def keep(self, entry: E) -> None:
        """Keep this for its classes from now on. Raises OSError."""
        others = tuple(each for each in self._load().entries if each.classes != entry.classes)
        write_atomic(self._path, self._form(entries=(*others, entry)).model_dump_json(indent=1))

    @property
    def _path(self) -> Path:
        return locations().config / self._file

    def _load(self) -> _Kept[E]:
        try:
            return self._form.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return self._form()
        except ValidationError:
            self._path.replace(self._path.with_suffix(".spoiled.json"))
            return self._form()
