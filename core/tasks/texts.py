"""Texts about photos: descriptions, and questions with their answers. What the tasks read and what files carry."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.problems import Language

Task = Literal["classification", "caption", "vqa"]
TextTask = Literal["caption", "vqa"]
Part = Literal["train", "val", "test"]
TASKS: tuple[Task, ...] = ("classification", "caption", "vqa")

MOST_LETTERS = 2000
_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿ｦ-ﾟ々]")


@dataclass(frozen=True)
class Caption:
    """A description of a photo."""

    photo: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question about a photo and what people answered, one answer per person."""

    photo: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class PhotoTexts:
    """Texts as a file has them; photos as the file writes them (a path or a name, forward slashes).

    `parts` is what the file says about the split; `left_out` counts entries that say nothing: no photo, no text, no
    answer, or a text longer than `MOST_LETTERS`.
    """

    captions: tuple[Caption, ...] = ()
    questions: tuple[Question, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    left_out: int = 0

    @property
    def photos(self) -> tuple[str, ...]:
        """The photos, in the file's order."""
        described, asked = ([text.photo for text in texts] for texts in (self.captions, self.questions))
        return tuple(dict.fromkeys(described + asked))


def clean(text: str) -> str:
    """A text on one line, without characters that are not seen; "" where it is too long to be one."""
    letters = (" " if letter.isspace() else letter for letter in text if _readable(letter))
    one_line = " ".join("".join(letters).split())
    return one_line if len(one_line) <= MOST_LETTERS else ""


def majority(answers: tuple[str, ...]) -> str:
    """The answer that most people gave; of equals the first."""
    return max(dict.fromkeys(answers), key=answers.count)


def language_of(text: str) -> Language:
    """Japanese where a text has a Japanese letter."""
    return "ja" if _JAPANESE.search(text) else "en"


def _readable(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
