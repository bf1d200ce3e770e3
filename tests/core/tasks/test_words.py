"""Text is cut as coco-caption cuts English, and Japanese by a dictionary."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks.metrics.words import letters, split_english, split_letters, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A red part.", ["a", "red", "part"]),
        ("It isn't rusty; it's new!", ["it", "is", "n't", "rusty", "it", "'s", "new"]),
        ("The part’s label can’t be read", ["the", "part", "'s", "label", "ca", "n't", "be", "read"]),
        ("You cannot see it", ["you", "can", "not", "see", "it"]),
        ("shouldn't've", ["should", "n't", "'ve"]),
        ("a T-shirt, 3.5mm (1,000 pcs)", ["a", "t-shirt", "3.5mm", "1,000", "pcs"]),
        ("made in the U.S. -- old...", ["made", "in", "the", "u.s.", "old"]),
        ("bolts & nuts 50%", ["bolts", "&", "nuts", "50", "%"]),
        ("\tone\n two ", ["one", "two"]),
        ("", []),
    ],
)
def test_english(text: str, words: list[str]) -> None:
    assert split_english(text) == words


def test_english_agrees_with_nltks_treebank() -> None:
    tokenizer = pytest.importorskip("nltk.tokenize").TreebankWordTokenizer()
    for text in (
        "the bolt isn't tight",
        "we've found it's broken",
        "they'll say it can't be",
        "i'd cannot gonna",
    ):
        assert split_english(text) == tokenizer.tokenize(text)


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    for words in (split_english(text), split_letters(text)):
        assert all(word and not word.isspace() for word in words)


@given(st.text(alphabet="abc 'n’t.,-", max_size=40))
def test_cutting_what_was_cut_changes_nothing(text: str) -> None:
    words = split_english(text.replace("'", " ").replace("’", " "))
    assert split_english(" ".join(words)) == words


def test_japanese_words() -> None:
    pytest.importorskip("sudachipy")
    ways = words_of("ja")
    assert ways.name.startswith("sudachi-small-") and ways.lacks is None
    words = ways.split("ネジの頭に小さなキズがあります。\nＬＯＴ　１２は良品！")
    assert words[:6] == ["ネジ", "の", "頭", "に", "小さな", "キズ"]
    assert {"lot", "12", "良品"} <= {*words} and not {"。", "！", "!", "\n"} & {*words}


def test_letters_where_there_is_no_dictionary() -> None:
    assert split_letters("キズが２か所。LOT12") == ["キ", "ズ", "が", "2", "か", "所", "lot12"]
    lacks = letters().lacks
    assert lacks is not None and lacks.code == "tasks.no_japanese_words"


@pytest.fixture
def no_sudachi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "sudachipy", None)
    words_of.cache_clear()
    yield
    words_of.cache_clear()


@pytest.mark.usefixtures("no_sudachi")
def test_a_missing_dictionary_is_said_not_raised() -> None:
    words = words_of("ja")
    assert words.name == letters().name
    assert words.lacks is not None and words.lacks.code == "tasks.no_japanese_words"
