"""The immutable statement of the data a run was trained on: photos, labels, classes and the split."""

import hashlib
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from core.files import write_atomic
from core.problems import Problem

REVISION_SCHEMA = 1

Role = Literal["base", "new"]
Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClassEntry(_Frozen):
    """A class: its shop-floor name, the English words the model reads, and whether it is learned.

    `source` is "probe" for the built-in classes on which new is measured when there are too few own ones.
    """

    name: str
    description: str
    role: Role
    source: Literal["own", "probe"] = "own"


class PhotoEntry(_Frozen):
    """A photo: path (absolute, or relative to the revision's root), class index, part of the split.

    `group` is the same for photos that belong on one side: copies, near duplicates, bursts, photos of one part or
    lot; "" for a photo alone.
    """

    path: str
    label: int
    part: Part
    sha256: str = ""
    group: str = ""

    @model_serializer(mode="wrap")
    def _without_empty_group(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Revisions written before there were groups keep their id."""
        content: dict[str, Any] = write(self)
        if not self.group:
            content.pop("group", None)
        return content


class DataRevision(BaseModel):
    """Photos, labels, classes and split, frozen; equal content has equal `id`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    schema_version: int = REVISION_SCHEMA
    root: str
    classes: tuple[ClassEntry, ...]
    photos: tuple[PhotoEntry, ...]

    @model_validator(mode="after")
    def _labels_name_classes(self) -> Self:
        if any(not 0 <= photo.label < len(self.classes) for photo in self.photos):
            raise ValueError("a photo names a class that is not listed")
        return self

    @cached_property
    def id(self) -> str:
        """SHA-256 of the canonical JSON without the root, so that a moved project keeps its revision."""
        content = self.model_dump_json(exclude={"root"})
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def base(self) -> tuple[int, ...]:
        """Indices of the classes that are learned."""
        return tuple(i for i, entry in enumerate(self.classes) if entry.role == "base")

    @property
    def new(self) -> tuple[int, ...]:
        """Indices of the classes held back (own, or built-in probes)."""
        return tuple(i for i, entry in enumerate(self.classes) if entry.role == "new")

    def photo_path(self, photo: PhotoEntry) -> Path:
        """Where a photo lies on this PC."""
        return Path(self.root) / photo.path

    def of(self, part: Part, classes: tuple[int, ...] | None = None) -> tuple[PhotoEntry, ...]:
        """The photos of a part, in listed order, of the given classes only if any are given."""
        wanted = None if classes is None else set(classes)
        return tuple(p for p in self.photos if p.part == part and (wanted is None or p.label in wanted))

    def counts(self, part: Part) -> list[int]:
        """Photos per class in a part, in class order."""
        counted = Counter(photo.label for photo in self.photos if photo.part == part)
        return [counted[index] for index in range(len(self.classes))]

    def save(self, path: Path) -> None:
        """Write the revision as JSON, atomically."""
        write_atomic(path, self.model_dump_json(indent=1))


def load_revision(path: Path) -> DataRevision:
    """Read a revision.

    Raises:
        Problem: `project.revision_unreadable` when the file is missing or is not a revision.
    """
    try:
        return DataRevision.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Problem("project.revision_unreadable", path=path, reason=error) from error
