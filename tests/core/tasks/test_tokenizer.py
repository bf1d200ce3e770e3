"""Any text can be written and comes back; nothing that is written starts a task or ends a text."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from core.tasks.tokenizer import ANSWER, ASK, END, SPECIALS, TELL_EN, TELL_JA, TextTokenizer
from tests.core.tasks.conftest import SENTENCES

LEARNED = TextTokenizer.learn(SENTENCES, 340)


@settings(max_examples=120)
@given(st.text(max_size=40))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    composed = unicodedata.normalize("NFC", text).replace("\0", "")
    assert LEARNED.decode(LEARNED.encode(text.replace("\0", ""))) == composed
    assert LEARNED.decode(LEARNED.spell(composed)) == composed


@given(st.sampled_from(SPECIALS), st.text(alphabet="abc <>", max_size=8))
def test_a_special_tokens_name_is_plain_letters(name: str, around: str) -> None:
    tokens = LEARNED.encode(around + name + around)
    assert min(tokens, default=len(SPECIALS)) >= len(SPECIALS)
    assert LEARNED.decode(tokens) == around + name + around


def test_words_it_knows_are_short_and_others_are_bytes() -> None:
    assert (
        len(LEARNED.encode("きずのある真鍮のボルトです。")) < len("きずのある真鍮のボルトです。".encode()) / 2
    )
    assert len(LEARNED.encode("打痕")) == len("打痕".encode())


def test_it_is_stored_as_json() -> None:
    again = TextTokenizer.from_json(LEARNED.to_json())
    assert len(again) == len(LEARNED) <= 340
    assert again.encode("赤ですか? yes") == LEARNED.encode("赤ですか? yes")


def test_a_question_reads_the_same_in_wide_letters() -> None:
    tokens = LEARNED.question("Ｉｓ ｉｔ ｒｅｄ？ ")
    assert tokens == LEARNED.question("Is it red?")
    assert tokens[0] == ASK and tokens[-1] == ANSWER


def test_descriptions_start_with_their_language() -> None:
    assert LEARNED.telling("en") == [TELL_EN]
    assert LEARNED.telling("ja") == [TELL_JA]
    assert LEARNED.decode([TELL_JA, *LEARNED.encode("はい"), END]) == "はい"
