"""Shop-floor words become English that the model reads; what is not known is left to the operator."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.glossary import glossary, own_glossary


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("良品", "good part"),
        ("キズ", "scratch"),
        ("きず", "scratch"),
        ("ｷｽﾞ", "scratch"),
        ("OK", "good part"),
        ("ＮＧ", "defective part"),
        ("真ちゅうボルト キズ", "brass bolt with a scratch"),
        ("鋼フランジ_穴なし", "steel flange with a missing hole"),
        ("青樹脂ギア・欠け", "blue plastic gear with a chip"),
        ("黒いOリング", "black o-ring"),
        ("曲がったもの", ""),
        ("謎の品", ""),
        ("Brass  Bolt", "brass bolt"),
        ("", ""),
    ],
)
def test_describes(name: str, words: str) -> None:
    assert glossary().describe(name) == words


def test_is_large_and_has_no_word_twice() -> None:
    terms = glossary().terms
    spellings = [spelling for term in terms for spelling in term.ja]
    assert len(terms) >= 300
    assert len(set(spellings)) == len(spellings)
    assert all(term.en.isascii() and term.phrase.isascii() for term in terms)


def test_every_term_describes_itself() -> None:
    for term in glossary().terms:
        for spelling in term.ja:
            assert glossary().describe(spelling) == (term.alone or term.en)


@given(st.text(max_size=12))
def test_always_answers_in_english_or_not_at_all(name: str) -> None:
    assert glossary().describe(name).isascii()


OWN = """
[[term]]
ja = ["ぬるぽ", "キズ"]
en = "own mark"
kind = "defect"
"""


def test_ones_own_words_go_before_those_that_come_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    assert glossary().describe("ぬるぽ") == ""
    own_glossary().parent.mkdir(parents=True, exist_ok=True)
    own_glossary().write_text(OWN, encoding="utf-8-sig")
    assert glossary().describe("ぬるぽ") == glossary().describe("キズ") == "own mark"
    assert glossary().describe("ボルト") == "bolt" and glossary().problem is None


@pytest.mark.parametrize(
    "content", ["[[term", "term = 3", '[[term]]\nja = []\nen = "x"\nkind = "part"\n', ""]
)
def test_ones_own_words_that_cannot_be_read_are_said_and_the_others_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    own_glossary().parent.mkdir(parents=True, exist_ok=True)
    own_glossary().write_text(content, encoding="utf-8")
    found = glossary()
    assert found.problem is not None and found.problem.code == "project.bad_glossary"
    assert found.describe("ボルト") == "bolt"
