"""Writing about photos with a package: the one loader, its model, what it learned; in the operator's language."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL.Image import Image

from core.backbones.device import choose_device
from core.onsite.ahead import Drawn, drawn_ahead
from core.onsite.answers import NotJudged, Photo, Shot, Writing, new_key
from core.package.archive import TextPackage
from core.package.text_manifest import TextManifest
from core.package.writer import PackagedWriterModel, stand_up_writer
from core.photos.decode import decode_photo, read_photo
from core.problems import Language, Problem
from core.tasks.asking import Said, ask, asked_as, describe
from core.tasks.texts import MOST_LETTERS, TextTask, clean, language_of
from core.training.events import WrittenPart

# Where people asked something else of every photo, only the most frequent questions are asked of all.
MOST_ASKED = 10
_BATCH = 8


def open_writing_judge(
    package: TextPackage,
    device: str = "auto",
    questions: Sequence[str] = (),
    language: Language | None = None,
) -> "WritingJudge":
    """Whoever writes with a package here; `questions` and `language` as for a `WritingJudge`.

    Raises:
        Problem: as `stand_up_writer` and `WritingJudge.check_questions`.
    """
    judge = WritingJudge(
        package.manifest, stand_up_writer(package, choose_device(device).torch_name), questions, language
    )
    judge.check_questions(())
    return judge


class WritingJudge:
    """Describes photos, or answers `questions` about each, by default the most frequent of those that the package learned.

    Descriptions are in the `language`, by default the one that the package learned; so is an answer where it can be
    carried there for sure, by default in its question's.
    """

    def __init__(
        self,
        manifest: TextManifest,
        model: PackagedWriterModel,
        questions: Sequence[str] = (),
        language: Language | None = None,
    ) -> None:
        self._manifest, self._model, self._language = manifest, model, language
        self._given = tuple(questions)
        self._questions = _cleaned(questions) or manifest.questions[:MOST_ASKED]

    @property
    def task(self) -> TextTask:
        """What it does."""
        return self._manifest.task

    @property
    def questions(self) -> tuple[str, ...]:
        """What is asked where nobody asks anything else."""
        return self._questions

    def check_questions(self, questions: Sequence[str]) -> None:
        """Whether these can be asked, or its own where there are none.

        Raises:
            Problem: `onsite.caption_no_questions`, `onsite.no_question`, `onsite.question_unusable`,
                `tasks.question_not_read`.
        """
        if self.task == "caption":
            if questions or self._questions:
                raise Problem("onsite.caption_no_questions")
            return
        # Whoever asks something gets no answer to something else.
        if not all(map(clean, questions or self._given)):
            raise Problem("onsite.question_unusable", most=MOST_LETTERS)
        asked = self._asked(questions)
        if not asked:
            raise Problem("onsite.no_question")
        for question in asked:
            asked_as(self._model.card, question)

    def predict(
        self, photos: Sequence[Photo], questions: Sequence[str] = ()
    ) -> Iterator[Writing | NotJudged]:
        """Write about photos in their order; the next batch is opened while one is written about.

        Raises:
            Problem: as `check_questions`.
        """
        self.check_questions(questions)
        for batch, drawn in drawn_ahead(photos, _opened, _BATCH):
            yield from self._written(batch, drawn, self._asked(questions))

    def _asked(self, questions: Sequence[str]) -> tuple[str, ...]:
        return _cleaned(questions) or self._questions

    def _written(
        self, photos: Sequence[Photo], drawn: "Sequence[Drawn[_Opened]]", questions: Sequence[str]
    ) -> Iterator[Writing | NotJudged]:
        pictures = [entry.picture.image for entry in drawn if not isinstance(entry.picture, Problem)]
        began = time.perf_counter()
        said = iter(self._said(pictures, questions))
        each = (time.perf_counter() - began) / max(1, len(pictures))
        for photo, entry in zip(photos, drawn, strict=True):
            if isinstance(entry.picture, Problem):
                yield NotJudged(str(photo), entry.picture)
            else:
                key = new_key()
                parts = [
                    self._part(text, question, f"{key}-{number}")
                    for number, (text, question) in enumerate(next(said))
                ]
                yield Writing(str(photo), tuple(parts), entry.seconds + each, key, entry.picture.sha256)

    def _said(self, pictures: Sequence[Image], questions: Sequence[str]) -> list[list[tuple[Said, str]]]:
        """What is said of each picture, with the question."""
        writer, card = self._model.writer, self._model.card
        if not pictures:
            return []
        if self.task == "caption":
            language = self._language or self._manifest.language
            return [[(said, "")] for said in describe(writer, card, pictures, language)]
        answers = [
            ask(writer, card, pictures, [question] * len(pictures), self._language or language_of(question))
            for question in questions
        ]
        return [list(zip(row, questions, strict=True)) for row in zip(*answers, strict=True)]

    def _part(self, said: Said, question: str, record: str) -> WrittenPart:
        """What is cut off for its length, or below the packaged threshold, is for a person to look at."""
        unsure = self._manifest.unsure
        below = unsure is not None and (said.confidence < unsure.probability or unsure.probability >= 1)
        return WrittenPart(
            question=question,
            text=said.text,
            confidence=said.confidence,
            unsure=below or not said.complete,
            complete=said.complete,
            record=record,
        )


def _cleaned(questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(clean, questions) if text))


@dataclass(frozen=True)
class _Opened:
    """A photo, and the SHA-256 of its file."""

    image: Image
    sha256: str


def _opened(photo: Photo) -> _Opened:
    """As a run opens its photos: whole, so that the same pixels are written about."""
    content = photo.read() if isinstance(photo, Shot) else read_photo(Path(photo))
    return _Opened(decode_photo(content, Path(str(photo))), hashlib.sha256(content).hexdigest())
