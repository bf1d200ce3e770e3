"""Asking a model that writes in the operator's language, whatever the model itself reads. Without torch.

A model that reads the language of a question is asked as it stands. One that does not is asked in English where the
question is on the list of fixed ones (`core.tasks.phrases`), and its answer is carried back by that list or the
glossary; any other question is refused, never guessed at. Descriptions have no list: a model that does not write the
operator's language describes in its own, and what it wrote says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.problems import Language, Problem
from core.tasks.phrases import FixedQuestion, in_english, phrases
from core.tasks.texts import language_of
from core.tasks.writers import WriterCard

if TYPE_CHECKING:
    from PIL import Image

    from core.tasks.protocol import Told, Writer

_SHOWN = 3


@dataclass(frozen=True)
class Said:
    """What a model wrote, as the operator reads it: `Told`, and the `language` it is in.

    `read` is the question as the model read it, "" of a description.
    """

    text: str
    confidence: float
    complete: bool
    language: Language
    read: str = ""


def after_learning(card: WriterCard, language: Language) -> WriterCard:
    """The card of the model once it was tuned on texts in a language: it reads and writes that one as well."""
    others = tuple(known for known in card.languages if known != language)
    return replace(card, languages=(language, *others))


def asked_as(card: WriterCard, question: str) -> tuple[str, FixedQuestion | None]:
    """A question as this model is asked it, and the fixed one that carries its answer back.

    Raises:
        Problem: `tasks.question_not_read` where the model does not read its language and no list has it.
    """
    found = in_english(question)
    if language_of(question) in card.languages:
        return question, found.fixed if found else None
    if found is None or "en" not in card.languages:
        offered = offered_questions(card)[:_SHOWN] or ("—",)
        raise Problem(
            "tasks.question_not_read", question=question, model=card.name, offered=" / ".join(offered)
        )
    return found.text, found.fixed


def offered_questions(card: WriterCard, language: Language = "ja") -> tuple[str, ...]:
    """The fixed questions in a language that this model can be asked."""
    if language not in card.languages and "en" not in card.languages:
        return ()
    return tuple(fixed.text(language) for fixed in phrases().question)


def ask(
    writer: Writer,
    card: WriterCard,
    photos: Sequence[Image.Image],
    questions: Sequence[str],
    language: Language,
) -> list[Said]:
    """The answer to each photo's question, in the operator's language where there is a sure translation.

    card: of the model as it is now; of a tuned one as `after_learning` gives it.

    Raises:
        Problem: as `asked_as`, before any photo is looked at.
        ValueError: where the lists differ in length.
    """
    if len(photos) != len(questions):
        raise ValueError(f"{len(photos)} photos, {len(questions)} questions")
    asked = [asked_as(card, question) for question in questions]
    told = writer.answer(photos, [text for text, _ in asked])
    return [_carried(answer, *each, language) for answer, each in zip(told, asked, strict=True)]


def describe(
    writer: Writer, card: WriterCard, photos: Sequence[Image.Image], language: Language
) -> list[Said]:
    """A description of each photo, in the operator's language where the model writes it, else in the model's first."""
    written = language if language in card.languages else card.languages[0]
    return [
        Said(told.text, told.confidence, told.complete, _seen(told.text, written))
        for told in writer.caption(photos, written)
    ]


def _carried(told: Told, read: str, fixed: FixedQuestion | None, language: Language) -> Said:
    own = _seen(told.text, language_of(read))
    carried = fixed.answer_in(told.text, language) if fixed is not None and own != language else None
    if carried is None:
        return Said(told.text, told.confidence, told.complete, own, read)
    return Said(carried, told.confidence, told.complete, language, read)


def _seen(text: str, expected: Language) -> Language:
    """The language of a text by its letters; figures and signs alone belong to either."""
    found = language_of(text)
    return expected if found == "en" and not any(letter.isalpha() for letter in text) else found
