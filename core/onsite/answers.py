"""What a judge of photos is asked, and what it answers; nothing here needs a model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from core.methods.classifier import Array
from core.problems import Problem


@dataclass(frozen=True)
class Shot:
    """A photo that is read in a way of its own: its name, and its content when that is wanted."""

    name: str
    read: Callable[[], bytes]

    def __str__(self) -> str:
        return self.name


Photo = str | Path | Shot


@dataclass(frozen=True)
class Prediction:
    """The answer for one photo: classes with probabilities, best first; `seconds` of work it took. `features` `(D,)` are
    those it was judged by, for the monitor, where the judge tells them."""

    photo: str
    ranking: tuple[tuple[str, float], ...]
    unsure: bool
    seconds: float
    features: Array | None = field(default=None, compare=False, repr=False)

    @property
    def class_name(self) -> str:
        """The class it was taken for."""
        return self.ranking[0][0]

    @property
    def probability(self) -> float:
        """The probability of that class, among all classes of the package."""
        return self.ranking[0][1]


@dataclass(frozen=True)
class NotJudged:
    """A photo that could not be judged, and why."""

    photo: str
    problem: Problem


class Judge(Protocol):
    """Whoever answers: a package on its backbone, or a test's stand-in."""

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """One answer for each photo, in their order."""


def new_class(name: str, description: str, known: Sequence[str]) -> tuple[str, str]:
    """Name and words of a class to be added to those that are `known`.

    Raises:
        Problem: `onsite.class_exists`, `onsite.class_incomplete`.
    """
    name, description = name.strip(), description.strip()
    if not name or not description:
        raise Problem("onsite.class_incomplete")
    if name in known:
        raise Problem("onsite.class_exists", name=name)
    return name, description
