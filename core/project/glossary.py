"""Shop-floor words in Japanese and English, to prefill what the model reads about a class, and to search by.

Beside the words that come along there may be the user's own: `glossary.toml` in the settings folder, of the same form.
"""

import logging
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.assets import ASSETS
from core.problems import Problem
from core.settings import locations

GLOSSARY_FILE = "glossary.toml"
_LOG = logging.getLogger(__name__)

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
    """The terms, and descriptions made of them; of terms with the same spelling the first counts. `problem` says why
    the user's own are missing."""

    terms: tuple[Term, ...]
    problem: Problem | None = None

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
        pairs = [(_plain(spelling), term) for term in reversed(self.terms) for spelling in term.ja]
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


def glossary() -> Glossary:
    """The words that come along (assets/glossary.toml), before them the user's own as they are now."""
    path = own_glossary()
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        stamp = 0
    return _merged(path, stamp)


def own_glossary() -> Path:
    """Where the user's own words are, if there are any."""
    return locations().config / GLOSSARY_FILE


def read_terms(path: Path) -> tuple[Term, ...]:
    """The terms of a file. Raises Problem `project.bad_glossary`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return tuple(Term.model_validate(term) for term in content["term"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem("project.bad_glossary", path=path, reason=_reason(error)) from error


@cache
def _merged(path: Path, stamp: int) -> Glossary:
    """Anew whenever the user's file was changed."""
    own: tuple[Term, ...] = ()
    problem = None
    if stamp:
        try:
            own = read_terms(path)
        except Problem as error:
            problem = error
            _LOG.warning("the user's own glossary cannot be read")
    return Glossary((*own, *read_terms(ASSETS / GLOSSARY_FILE)), problem)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__}: {error}"


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
