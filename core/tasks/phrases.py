"""Sentences and questions to write with, in both languages, and answers carried from one language to the other.

A model that reads English only is asked in English; a question of this list is then still asked, and answered, in
Japanese. Answers in words go through the shop-floor glossary; what is in neither list is None, never a guess.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.assets import ASSETS
from core.problems import Language
from core.project.glossary import glossary
from core.tasks.metrics.vqa import normalised

AnswerKind = Literal["yes_no", "count", "place", "words"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FixedQuestion(_Frozen):
    """A question in both languages, and what its answers are."""

    ja: str
    en: str
    answers: AnswerKind

    def text(self, language: Language) -> str:
        """The question in a language."""
        return self.ja if language == "ja" else self.en

    def given_answers(self, language: Language) -> tuple[str, ...]:
        """Its answers in a language where it has a list of them."""
        pairs = phrases().answers.get(self.answers, {})
        return tuple(pairs) if language == "ja" else tuple(pairs.values())

    def answer_in(self, answer: str, language: Language) -> str | None:
        """An answer, given in either language, in that language; None where there is no sure translation."""
        if self.answers == "words":
            return _word_in(answer, language)
        if self.answers == "count":
            number = normalised(answer, "ja").rstrip("つ個本枚件")
            return number if number.isdecimal() else None
        wanted = {normalised(answer, "ja"), normalised(answer, "en")}
        for japanese, english in phrases().answers[self.answers].items():
            if wanted & {normalised(japanese, "ja"), normalised(english, "en")}:
                return japanese if language == "ja" else english
        return None


class Phrases(_Frozen):
    """All that is offered."""

    captions: dict[Language, tuple[str, ...]]
    question: tuple[FixedQuestion, ...]
    answers: dict[AnswerKind, dict[str, str]]


@cache
def phrases() -> Phrases:
    """The phrases that come along."""
    return Phrases.model_validate(tomllib.loads((ASSETS / "phrases.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class TranslatedQuestion:
    """A question as a model reads it, and the one on the list that carries its answers back."""

    text: str
    fixed: FixedQuestion


def in_english(question: str) -> TranslatedQuestion | None:
    """A question of the list in English, however its marks and width are written; None for any other."""
    plain = _plain(question)
    for fixed in phrases().question:
        if plain in (_plain(fixed.ja), _plain(fixed.en)):
            return TranslatedQuestion(fixed.en, fixed)
    return None


def _word_in(answer: str, language: Language) -> str | None:
    if language == "en":
        return glossary().describe(answer) or None
    if not answer.isascii():
        return answer
    plain = normalised(answer, "en")
    return next((term.ja[0] for term in glossary().terms if plain in (term.en, term.alone)), None)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip("?.。")
