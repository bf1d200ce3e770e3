"""A class as a method sees it: the shop-floor name that identifies it, and the words the model reads.

A class may have several descriptions, one per line: a model's text feature of it is the mean of the unit features of
all of them, everywhere a class is read (core/methods/several.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.project.revision import DataRevision


@dataclass(frozen=True)
class ClassText:
    """`name` identifies the class (a learned class keeps its head row by it); `words` is English, one description per
    line."""

    name: str
    words: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Its descriptions, at least one."""
        return tuple(line for line in self.words.split("\n") if line.strip()) or (self.words,)


def class_texts(revision: DataRevision, indices: Iterable[int] | None = None) -> tuple[ClassText, ...]:
    """The classes of a revision, or those of the given indices, in that order."""
    chosen = range(len(revision.classes)) if indices is None else indices
    return tuple(described(revision.classes[i].name, revision.classes[i].description) for i in chosen)


def described(name: str, description: str) -> ClassText:
    """A class by its name and what was written about it; without a description the name must do."""
    written = description if description.strip() else name
    lines = (line.replace("_", " ").strip().rstrip(". ") for line in written.splitlines())
    return ClassText(name, "\n".join(dict.fromkeys(line for line in lines if line)))
