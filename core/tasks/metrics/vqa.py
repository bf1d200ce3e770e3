"""VQAv2's accuracy (Goyal et al. 2017; methods.md §13) with its normalisation of answers, and the same idea for Japanese.

An answer counts min(1, people who gave it / 3), averaged over leaving out each person in turn. The published
normalisation is applied to both sides; VQAv2's own answers are in that form already.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from core.problems import Language

ENOUGH = 3

_PUNCTUATION = ";:/'[]\"()=+\\_><@`,?"
_COMMA_IN_NUMBER = re.compile(r"\d,\d")
_PERIOD = re.compile(r"\.(?!\d)")
_ARTICLES = frozenset(("a", "an", "the"))
_NUMBERS = {"none": "0", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
            "seven": "7", "eight": "8", "nine": "9", "ten": "10"}  # fmt: skip
# Only those without an apostrophe can be met: punctuation is gone before.
_CONTRACTIONS = (
    "ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd how'll how's "
    "isn't it'd it'll ma'am mightn't might've mustn't must've needn't not've o'clock oughtn't shan't should've "
    "shouldn't somebody'll somebody's someone'd someone'll someone's something'd something'll that's there'd there're "
    "there's they'd they'll they're they've 'twas wasn't we've weren't what'll what're what's what've when's where'd "
    "where's where've who'd who'll who's who've why'll why're why's won't would've wouldn't y'all you'd you'll you're "
    "you've"
)
_WITH_APOSTROPHE = {word.replace("'", ""): word for word in _CONTRACTIONS.split()}

_KANJI = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "十": "10",
}
_SPOKEN = {"ひとつ": "1つ", "ふたつ": "2つ", "みっつ": "3つ", "よっつ": "4つ", "いつつ": "5つ", "むっつ": "6つ",
           "ななつ": "7つ", "やっつ": "8つ", "ここのつ": "9つ"}  # fmt: skip
_COUNTED = re.compile(r"([〇零一二三四五六七八九十])(つ|個|枚|本|台|箱|件|か所)?")
_PLACES = re.compile("(?:箇|個|ヶ|ケ|カ)所")
_POLITE = re.compile(r"(?:でした|です)$")
_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")


def vqa_accuracy(answer: str, given: Sequence[str], language: Language = "en") -> float:
    """How right an answer is, 0-1, by the answers that people gave.

    With fewer than four people nobody can reach the published measure's 1: then it is 1 when one of them said the same.
    """
    if not given:
        raise ValueError("nobody answered the question")
    ours = normalised(answer, language)
    same = [normalised(other, language) == ours for other in given]
    if len(given) <= ENOUGH:
        return float(any(same))
    agreeing = sum(same)
    return sum(min(1.0, (agreeing - own) / ENOUGH) for own in same) / len(given)


@lru_cache(maxsize=65536)
def normalised(answer: str, language: Language = "en") -> str:
    """An answer in the form in which it is compared."""
    return _english(answer) if language == "en" else _japanese(answer)


def _english(answer: str) -> str:
    plain = answer.replace("\n", " ").replace("\t", " ").strip()
    words = (_NUMBERS.get(word, word) for word in _without_punctuation(plain).lower().split())
    return " ".join(_WITH_APOSTROPHE.get(word, word) for word in words if word not in _ARTICLES)


def _without_punctuation(text: str) -> str:
    """A mark at a word's edge goes; one within a word becomes a space, unless a number has a comma."""
    plain = text
    for mark in _PUNCTUATION:
        at_edge = f"{mark} " in text or f" {mark}" in text or _COMMA_IN_NUMBER.search(text)
        plain = plain.replace(mark, "" if at_edge else " ")
    return _PERIOD.sub("", plain)


def _japanese(answer: str) -> str:
    """Width, marks, spaces, です and the way a number is written make no difference."""
    plain = unicodedata.normalize("NFKC", answer).lower()
    if plain.isascii():
        return _english(plain)
    letters = (
        mark for mark in _POINT.sub("", plain) if mark == "." or unicodedata.category(mark)[0] not in "PZC"
    )
    said = _PLACES.sub("か所", _POLITE.sub("", "".join(letters)))
    said = _SPOKEN.get(said, said)
    if counted := _COUNTED.fullmatch(said):
        said = _KANJI[counted[1]] + (counted[2] or "")
    return _english(said)
