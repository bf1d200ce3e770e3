"""Shop-floor words in Japanese and English, to prefill what the model reads about a class."""

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.assets import ASSETS

Kind = Literal["part", "material", "colour", "defect", "state"]
_BEFORE_THE_PART: tuple[Kind, ...] = ("state", "colour", "material")


class Term(BaseModel):
    """A term: Japanese spellings, the first preferred; English words; what it names.

    `phrase`: how a defect stands behind its part ("with a scratch"); `alone`: the words where the term is
    the whole name ("good part").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ja: tuple[str, ...] = Field(min_length=1)
    en: str
    kind: Kind
    phrase: str = ""
    alone: str = ""


@dataclass(frozen=True)
class Glossary:
    """The terms, and descriptions made of them."""

    terms: tuple[Term, ...]

    def describe(self, name: str) -> str:
        """English words for a shop-floor name: "真ちゅうボルト キズ" → "brass bolt with a scratch".

        A name in Latin letters is its own description. "" where a part of the name is not in the glossary:
        half a translation would mislead the model.
        """
        text = _plain(name)
        exact = self._spellings.get(text)
        if exact is not None:
            return exact.alone or exact.en
        if text.isascii():
            return " ".join(text.split())
        return _compose(self._read(text))

    def terms_in(self, name: str) -> tuple[Term, ...]:
        """The terms that occur anywhere in a name, the longest first; one of a single sign only as the whole name."""
        text, found = _plain(name), list[Term]()
        for spelling, term in self._spellings.items():
            if spelling == text or (len(spelling) > 1 and not spelling.isascii() and spelling in text):
                found.append(term)
                text = text.replace(spelling, " ")
        return tuple(found)

    @cached_property
    def _spellings(self) -> dict[str, Term]:
        """Terms by every Japanese spelling, the longest spelling first."""
        pairs = [(_plain(spelling), term) for term in self.terms for spelling in term.ja]
        return dict(sorted(pairs, key=lambda pair: -len(pair[0])))

    def _read(self, text: str) -> list[Term]:
        """The terms a name is made of, longest first match; none if anything but separators is left over."""
        spellings = self._spellings
        found: list[Term] = []
        while text:
            spelling = next((s for s in spellings if text.startswith(s)), "")
            if spelling:
                found.append(spellings[spelling])
                text = text[len(spelling) :]
            elif text[0] in _SEPARATORS:
                text = text[1:]
            else:
                return []
        return found


_SEPARATORS = " _-・/()（）[]「」,、の"


@cache
def glossary() -> Glossary:
    """The glossary that ships with the program (assets/glossary.toml)."""
    content = tomllib.loads((ASSETS / "glossary.toml").read_text(encoding="utf-8"))
    return Glossary(tuple(Term.model_validate(term) for term in content["term"]))


def _compose(found: Sequence[Term]) -> str:
    before = [term.en for kind in _BEFORE_THE_PART for term in found if term.kind == kind]
    parts = [term.en for term in found if term.kind == "part"]
    defects = [term for term in found if term.kind == "defect"]
    if not parts:
        return " ".join([*before, *(term.en for term in defects)])
    return " ".join([*before, *parts, *(term.phrase or f"with {term.en}" for term in defects)])


def _plain(text: str) -> str:
    """Full and half width, upper and lower case, and hiragana for katakana made one."""
    normal = unicodedata.normalize("NFKC", text).strip().lower()
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in normal)
