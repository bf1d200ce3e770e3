"""A class as a method sees it: the shop-floor name that identifies it, and the words the model reads."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.project.revision import DataRevision


@dataclass(frozen=True)
class ClassText:
    """`name` identifies the class (a learned class keeps its head row by it); `words` is English."""

    name: str
    words: str


def class_texts(revision: DataRevision, indices: Iterable[int] | None = None) -> tuple[ClassText, ...]:
    """The classes of a revision, or those of the given indices, in that order."""
    chosen = range(len(revision.classes)) if indices is None else indices
    return tuple(_text(revision.classes[i].name, revision.classes[i].description) for i in chosen)


def _text(name: str, description: str) -> ClassText:
    words = (description.strip() or name).replace("_", " ").rstrip(". ")
    return ClassText(name, words)
