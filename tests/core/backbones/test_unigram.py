"""A text is cut into its most probable pieces."""

import json
import math
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backbones.unigram import Unigram, load_unigram
from core.problems import Problem

END, UNKNOWN = 1, 2
SPECIAL = ["<pad>", "</s>", "<unk>"]
PIECES = {
    "\u2581": -2.0,
    "a": -3.0,
    "b": -3.5,
    "\u2581a": -4.0,
    "ab": -5.0,
    "ba": -4.4,
    "\u2581ab": -7.5,
    "aab": -9.0,
}


def unigram() -> Unigram:
    ids = {piece: number for number, piece in enumerate([*SPECIAL, *PIECES])}
    return Unigram(ids, PIECES, UNKNOWN, END)


def best_score(word: str) -> float:
    """The best score of all ways to cut a word."""
    cuts = (c for n in range(len(word)) for c in combinations(range(1, len(word)), n))
    ways = ([word[a:b] for a, b in zip((0, *c), (*c, len(word)), strict=True)] for c in cuts)
    return max(sum(PIECES.get(piece, -math.inf) for piece in way) for way in ways)


@given(st.text("ab", min_size=1, max_size=9))
def test_no_other_cut_is_more_probable(word: str) -> None:
    names = {number: piece for piece, number in unigram().ids.items()}
    pieces = [names[number] for number in unigram().encode(word)]
    assert "".join(pieces) == "\u2581" + word
    assert sum(PIECES[piece] for piece in pieces) == pytest.approx(best_score("\u2581" + word))


def test_words_are_cut_by_themselves() -> None:
    assert unigram().encode("ab  a") == unigram().encode("ab") + unigram().encode("a")


def test_unknown_characters_become_one_unknown_piece() -> None:
    assert unigram().encode("zzz") == [unigram().ids["\u2581"], UNKNOWN]
    assert unigram().encode("azb")[1:2] == [UNKNOWN]


def test_full_width_letters_are_read_as_plain_ones() -> None:
    assert unigram().encode("ａｂ") == unigram().encode("ab")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    vocabulary = [[piece, 0.0] for piece in SPECIAL] + [[piece, score] for piece, score in PIECES.items()]
    added = [{"content": piece, "special": True} for piece in SPECIAL]
    content = {"model": {"type": "Unigram", "unk_id": UNKNOWN, "vocab": vocabulary}, "added_tokens": added}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert load_unigram(path) == unigram()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "backbones.unreadable"),
        ("{}", "backbones.unreadable"),
        ('{"model": {"type": "Unigram"}}', "backbones.unreadable"),
        ('{"model": {"type": "BPE"}}', "backbones.unsupported"),
        ('{"model": {"type": "Unigram", "byte_fallback": true}}', "backbones.unsupported"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Problem) as refusal:
        load_unigram(path)
    assert refusal.value.code == code
