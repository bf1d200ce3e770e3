"""Asking in the operator's language: as it stands, through the fixed questions, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from core.problems import Language, Problem, problem_text
from core.tasks.asking import after_learning, ask, describe, offered_questions
from core.tasks.phrases import phrases
from core.tasks.protocol import Told
from core.tasks.writers import WriterCard

ENGLISH = WriterCard("coca", "coca", "0" * 64, 1, "MIT", ("en",), ("caption", "vqa"))
BOTH = WriterCard("qwen", "transformers", "0" * 64, 1, "Apache-2.0", ("ja", "en"), ("caption", "vqa"))
PHOTO = Image.new("RGB", (8, 8))


class StandIn:
    """Writes what it is told to, and remembers what it was asked."""

    def __init__(self, answer: str) -> None:
        self.text = answer
        self.heard: list[str] = []

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        self.heard += [language] * len(photos)
        return [Told(self.text, 0.5)] * len(photos)

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        self.heard += questions
        return [Told(self.text, 0.75, complete=False)] * len(photos)


@pytest.mark.parametrize(
    ("question", "heard", "answer", "read"),
    [
        ("不良はありますか？", "Is there any defect?", "No.", "いいえ"),
        ("穴はいくつありますか?", "How many holes are there?", "4", "4"),
        ("写真のどこにありますか", "Where in the picture is it?", "top left", "左上"),
    ],
)
def test_a_fixed_question_goes_through_english(question: str, heard: str, answer: str, read: str) -> None:
    model = StandIn(answer)
    (said,) = ask(model, ENGLISH, [PHOTO], [question], "ja")
    assert model.heard == [heard] and said.read == heard
    assert (said.text, said.language, said.confidence, said.complete) == (read, "ja", 0.75, False)


def test_an_answer_without_a_sure_translation_stays_english_and_says_so() -> None:
    (said,) = ask(StandIn("it depends"), ENGLISH, [PHOTO], ["不良はありますか?"], "ja")
    assert (said.text, said.language) == ("it depends", "en")


def test_another_japanese_question_is_refused_before_the_model_sees_anything() -> None:
    model = StandIn("yes")
    with pytest.raises(Problem) as told:
        ask(model, ENGLISH, [PHOTO, PHOTO], ["不良はありますか?", "昨日の天気は?"], "ja")
    assert told.value.code == "tasks.question_not_read" and model.heard == []
    words = problem_text(told.value.code, told.value.data, "ja")
    assert "昨日の天気は?" in words.why and phrases().question[0].ja in words.do


@pytest.mark.parametrize(("question", "language"), [("昨日の天気は?", "ja"), ("What is this?", "en")])
def test_a_model_of_both_languages_is_asked_as_it_stands(question: str, language: Language) -> None:
    model = StandIn("晴れ" if language == "ja" else "sunny")
    (said,) = ask(model, BOTH, [PHOTO], [question], language)
    assert model.heard == [question] and said.text == model.text and said.language == language


def test_an_english_question_to_an_english_model_is_answered_to_a_japanese_reader() -> None:
    (said,) = ask(StandIn("yes"), ENGLISH, [PHOTO], ["Is there any defect?"], "ja")
    assert (said.text, said.language) == ("はい", "ja")
    (free,) = ask(StandIn("yes"), ENGLISH, [PHOTO], ["Is it shiny?"], "ja")
    assert (free.text, free.language) == ("yes", "en")


def test_learned_on_japanese_it_is_asked_in_japanese() -> None:
    card = after_learning(ENGLISH, "ja")
    assert card.languages == ("ja", "en") and after_learning(card, "ja") == card
    model = StandIn("傷あり")
    (said,) = ask(model, card, [PHOTO], ["昨日の天気は?"], "ja")
    assert model.heard == ["昨日の天気は?"] and (said.text, said.language) == ("傷あり", "ja")
    (said,) = describe(model, card, [PHOTO], "ja")
    assert (said.text, said.language) == ("傷あり", "ja")


def test_descriptions_of_an_english_model_are_english_and_say_so() -> None:
    model = StandIn("a red bolt")
    (said,) = describe(model, ENGLISH, [PHOTO], "ja")
    assert model.heard == ["en"] and (said.text, said.language, said.read) == ("a red bolt", "en", "")


def test_the_list_is_offered_where_the_model_can_be_asked_it() -> None:
    assert offered_questions(ENGLISH) == tuple(fixed.ja for fixed in phrases().question)
    assert offered_questions(BOTH, "en") == tuple(fixed.en for fixed in phrases().question)


def test_each_photo_has_a_question() -> None:
    with pytest.raises(ValueError, match="1 photos, 0 questions"):
        ask(StandIn(""), ENGLISH, [PHOTO], [], "en")
