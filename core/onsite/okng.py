"""Which classes are OK and which are NG: guessed from their words, set by a person, kept for that list of classes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.onsite.by_classes import ByClasses, ForClasses
from core.onsite.result import Verdict
from core.problems import Problem
from core.project.glossary import glossary

_OK_WORDS = ("ok", "good", "normal", "pass", "passed")
_NG_WORDS = (
    "ng",
    "bad",
    "defective",
    "defect",
    "abnormal",
    "fail",
    "failed",
    "not ok",
    "not good",
    "no good",
)


class _Entry(ForClasses):
    ok: tuple[str, ...]
    ng: tuple[str, ...]


_KEPT = ByClasses("ok_ng.json", _Entry)


@dataclass(frozen=True)
class OkNg:
    """The classes that are OK and those that are NG; of a class in neither nobody knows."""

    ok: frozenset[str] = frozenset()
    ng: frozenset[str] = frozenset()

    def verdict(self, class_name: str, unsure: bool) -> Verdict:
        """What follows for a piece that was taken for this class."""
        if unsure:
            return Verdict.UNSURE
        if class_name in self.ng:
            return Verdict.NG
        return Verdict.OK if class_name in self.ok else Verdict.UNKNOWN

    def neither(self, class_names: Iterable[str]) -> tuple[str, ...]:
        """The classes of which nobody said anything."""
        return tuple(name for name in class_names if name not in self.ok | self.ng)

    def with_words(self, ok: Iterable[str], ng: Iterable[str], class_names: Iterable[str]) -> "OkNg":
        """As before, but for the classes that are named now.

        Raises:
            Problem: `onsite.unknown_class`, or `onsite.ok_and_ng` for a class that is said to be both.
        """
        ok, ng, known = frozenset(ok), frozenset(ng), set(class_names)
        if strange := sorted((ok | ng) - known):
            raise Problem("onsite.unknown_class", name=strange[0], classes=", ".join(sorted(known)))
        if both := sorted(ok & ng):
            raise Problem("onsite.ok_and_ng", name=both[0])
        return OkNg((self.ok - ng) | ok, (self.ng - ok) | ng)


def guess_ok_ng(classes: Mapping[str, str]) -> OkNg:
    """From names and English descriptions: 良品, OK, good … are OK; 不良, NG and every known defect are NG."""
    guesses = {name: _guess(name, words) for name, words in classes.items()}
    return OkNg(
        frozenset(name for name, guess in guesses.items() if guess is Verdict.OK),
        frozenset(name for name, guess in guesses.items() if guess is Verdict.NG),
    )


def load_ok_ng(classes: Mapping[str, str], added: Mapping[str, str] | None = None) -> OkNg:
    """What was set for this very list of classes, or a guess; of classes `added` since what was said, or a guess."""
    kept = _KEPT.of(classes)
    known = guess_ok_ng(classes) if kept is None else OkNg(frozenset(kept.ok), frozenset(kept.ng))
    guessed, names = guess_ok_ng(added or {}), frozenset((*classes, *(added or {})))
    return OkNg(names & known.ok | (guessed.ok - known.ng), names & known.ng | (guessed.ng - known.ok))


def save_ok_ng(classes: Iterable[str], setting: OkNg) -> None:
    """Keep a setting for this list of classes, whatever the package's file is called."""
    names = tuple(sorted(classes))
    _KEPT.keep(_Entry(classes=names, ok=tuple(sorted(setting.ok)), ng=tuple(sorted(setting.ng))))


def _guess(name: str, description: str) -> Verdict:
    terms = glossary().terms_in(name)
    english = unicodedata.normalize("NFKC", f"{name} {description}").lower()
    defects = [term.en for term in glossary().terms if term.kind == "defect"]
    if any(term.kind == "defect" for term in terms) or _says(english, (*_NG_WORDS, *defects)):
        return Verdict.NG
    states = {term.en for term in terms if term.kind == "state"}
    if states & set(_NG_WORDS):
        return Verdict.NG
    return Verdict.OK if states & set(_OK_WORDS) or _says(english, _OK_WORDS) else Verdict.UNKNOWN


def _says(text: str, words: Iterable[str]) -> bool:
    return any(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) for word in words)
