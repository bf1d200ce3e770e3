"""Shop-floor words become English that the model reads; what is not known is left to the operator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.glossary import glossary


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
