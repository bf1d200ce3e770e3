"""What a judge of photos is asked, and what it answers; nothing here needs a model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from core.methods.classifier import Array
from core.problems import Problem
from core.training.events import WrittenPart


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
class Writing:
    """What was written about one photo: its description, or an answer for each question; `key` names it for ever, and
    `sha256` the photo's content, whatever comes under its name later."""

    photo: str
    parts: tuple[WrittenPart, ...]
    seconds: float
    key: str
    sha256: str = ""

    @property
    def unsure(self) -> bool:
        """Whether a person has to look at any of it."""
        return any(part.unsure for part in self.parts)


def new_key() -> str:
    """A name that nothing else has."""
    return uuid4().hex


@dataclass(frozen=True)
class NotJudged:
    """A photo that could not be judged, and why."""

    photo: str
    problem: Problem


Answer = Prediction | Writing | NotJudged


class Judge(Protocol):
    """Whoever answers: a package on its model, or a test's stand-in."""

    def predict(self, photos: Sequence[Photo]) -> Iterator[Answer]:
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
