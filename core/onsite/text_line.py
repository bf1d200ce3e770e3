"""A line whose package writes: descriptions, or answers to the questions it was set to work with, or that come along."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.onsite.answers import Answer, NotJudged, Photo, Prediction, Writing
from core.onsite.happenings import Tell
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets, as_written
from core.onsite.okng import OkNg
from core.onsite.result import Outcome
from core.tasks.texts import TextTask


class WritingSomeone(Protocol):
    """Whoever writes: a `WritingJudge`, or a test's stand-in."""

    @property
    def task(self) -> TextTask: ...

    @property
    def questions(self) -> tuple[str, ...]: ...

    def check_questions(self, questions: Sequence[str]) -> None:
        """Raises Problem where these cannot be asked."""

    def predict(
        self, photos: Sequence[Photo], questions: Sequence[str] = ()
    ) -> Iterator[Writing | NotJudged]:
        """One answer for each photo, in their order."""


class TextLine(Line):
    """As a `Line`; nothing is OK or NG, and no monitor looks."""

    def __init__(self, writing: WritingSomeone, journal: Journal, tell: Tell, outlets: Outlets) -> None:
        super().__init__(writing, OkNg(), journal, tell, outlets)
        self.writing = writing

    def ask(self, photos: Sequence[Photo], questions: Sequence[str]) -> list[Outcome]:
        """As `judge`, with other questions than its own. Raises Problem where these cannot be asked."""
        with self.judging:
            return [self.result(answer) for answer in self.writing.predict(photos, questions)]

    def result(self, answer: Answer) -> Outcome:
        """A text as it is kept; also of a photo that could not be opened."""
        if isinstance(answer, Prediction):
            raise TypeError("a package that writes does not tell classes apart")
        return as_written(answer, self.writing.task)
