"""Text cut into the words that the measures count: English as coco-caption cuts it, Japanese by a dictionary.

English follows the Penn Treebank as coco-caption does (lower case, contractions split, punctuation left out), so that
figures compare with published ones. Japanese has no spaces: SudachiPy with its small dictionary cuts it (of those on
PyPI the one kept up best; 20 times faster than janome). Without them single letters are counted, which makes figures
higher than by words, and `Words.lacks` says so.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from core.problems import Language, Problem

Split = Callable[[str], list[str]]

_ENGLISH = re.compile(
    r"(?:[a-z]\.){2,}"  # u.s.
    r"|\d+(?:[.,:/]\d+)+[a-z]*"  # 3.5mm, 1,000, 12:30
    r"|[^\W_]+(?:[-'][^\W_]+)*"  # t-shirt, doesn't
    r"|\S"
)
_CLITIC = re.compile(r"(.+?)(n't|'(?:s|m|d|ll|re|ve))$")
_FUSED = {"cannot": ("can", "not"), "gonna": ("gon", "na"), "gotta": ("got", "ta"), "wanna": ("wan", "na"),
          "gimme": ("gim", "me"), "lemme": ("lem", "me")}  # fmt: skip
_LEFT_OUT = frozenset("'\"`()[]{}.?!,:;-…–—")
_PLAIN_MARKS = str.maketrans("‘’‛´“”", "''''\"\"")
_LATIN_OR_LETTER = re.compile(r"[a-z0-9]+(?:[.,]\d+)*|.")


@dataclass(frozen=True)
class Words:
    """A way to cut text.

    `name` goes beside every figure: figures of two ways do not compare. `lacks` says what is missing where this is only
    the second best way.
    """

    name: str
    split: Split
    lacks: Problem | None = None


@cache
def words_of(language: Language) -> Words:
    """The way to cut text of a language on this PC."""
    if language == "en":
        return Words("ptb", split_english)
    try:
        return _sudachi()
    except ImportError:
        return letters()


def letters() -> Words:
    """Japanese by single letters, where there is no dictionary."""
    return Words("letters", split_letters, Problem("tasks.no_japanese_words"))


def split_english(text: str) -> list[str]:
    """Lower-case words without punctuation: "It isn't rusty." → it, is, n't, rusty."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN_MARKS).lower()
    return [
        part
        for word in _ENGLISH.findall(plain)
        for part in _parts(word)
        if not all(letter in _LEFT_OUT for letter in part)
    ]


def split_letters(text: str) -> list[str]:
    """Every letter, but Latin words and numbers whole; no punctuation."""
    return [part for part in _LATIN_OR_LETTER.findall(_plain(text)) if _says_something(part)]


def _parts(word: str) -> list[str]:
    if word in _FUSED:
        return [*_FUSED[word]]
    clitics: list[str] = []
    while found := _CLITIC.match(word):
        word = found[1]
        clitics.insert(0, found[2])
    return [word, *clitics]


def _sudachi() -> Words:
    """Short units (mode A): compounds are cut, so that one that differs in a part still agrees in the others."""
    from sudachipy import Dictionary, SplitMode

    try:
        cutter = Dictionary(dict="small").tokenizer(mode=SplitMode.A)
    except (
        Exception
    ) as error:  # the dictionary is a package of its own, and sudachipy has no class for its absence
        raise ImportError from error

    def split(text: str) -> list[str]:
        return [
            word
            for line in _plain(text).splitlines()
            for morpheme in cutter.tokenize(line)
            if _says_something(word := morpheme.surface())
        ]

    return Words(f"sudachi-small-{version('sudachidict-small')}", split)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _says_something(word: str) -> bool:
    return any(unicodedata.category(letter)[0] in "LNSM" for letter in word)
