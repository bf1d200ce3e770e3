"""How many photos a project has, and how many more would be good to have."""

from dataclasses import dataclass

from core.project.classes import ProductClass

WANTED_TO_LEARN = 10
WANTED_TO_HOLD_BACK = 5


@dataclass(frozen=True)
class ClassCount:
    """Labelled photos of a class, and how many more are wanted for a result worth having."""

    class_id: int
    labelled: int
    wanted: int


@dataclass(frozen=True)
class Counts:
    """Photos of the project; `excluded` ones are in none of the others. `unsure` ones have a label that does not count
    as long as somebody is not sure about it: they are in none of the others either."""

    labelled: int
    unlabelled: int
    excluded: int
    unreadable: int
    classes: tuple[ClassCount, ...]
    unsure: int = 0

    @property
    def usable(self) -> int:
        """All photos that are not left out."""
        return self.labelled + self.unlabelled + self.unsure


def class_count(entry: ProductClass, labelled: int) -> ClassCount:
    """What a class has, and what it still wants."""
    enough = WANTED_TO_LEARN if entry.role == "base" else WANTED_TO_HOLD_BACK
    return ClassCount(entry.id, labelled, max(0, enough - labelled))
