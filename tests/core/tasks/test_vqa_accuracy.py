"""VQAv2's accuracy and the form in which answers are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks.metrics.vqa import normalised, vqa_accuracy


@pytest.mark.parametrize(
    ("agreeing", "accuracy"), [(0, 0.0), (1, 0.3), (2, 0.6), (3, 0.9), (4, 1.0), (10, 1.0)]
)
def test_ten_people_as_published(agreeing: int, accuracy: float) -> None:
    people = ["yes"] * agreeing + ["no"] * (10 - agreeing)
    assert vqa_accuracy("yes", people) == pytest.approx(accuracy)


def test_leaving_out_each_person_by_enumeration() -> None:
    people = ["red", "red", "dark red", "red", "blue"]
    expected = 0.0
    for left_out in range(len(people)):
        others = people[:left_out] + people[left_out + 1 :]
        expected += min(1, others.count("red") / 3) / len(people)
    assert vqa_accuracy("red", people) == pytest.approx(expected)


@pytest.mark.parametrize("people", [["two"], ["2", "3"], ["2", "2", "4"]])
def test_few_people(people: list[str]) -> None:
    assert vqa_accuracy("2", people) == 1.0
    assert vqa_accuracy("5", people) == 0.0


def test_an_unanswered_question_cannot_be_scored() -> None:
    with pytest.raises(ValueError, match="nobody"):
        vqa_accuracy("yes", [])


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        ("Yes.", "yes"),
        ("  the Left\tside\n", "left side"),
        ("Two scratches", "2 scratches"),
        ("none", "0"),
        ("dont know", "don't know"),
        ("red/blue", "red blue"),  # a mark within a word becomes a space
        ("red, blue", "red blue"),  # one at an edge goes
        ("1,000", "1000"),  # a comma in a number goes
        ("3.5", "3.5"),
        ("a.m.", "am"),
        ("t-shirt", "t-shirt"),
        ("An apple", "apple"),
    ],
)
def test_published_normalisation(answer: str, plain: str) -> None:
    assert normalised(answer) == plain


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        ("はい。", "はい"),
        ("はい、貼ってあります", "はい貼ってあります"),
        ("２個", "二個です"),
        ("ふたつ", "2つ"),
        ("３箇所", "三か所"),
        ("赤　です", "赤"),
        ("3.5mmです", "3.5ｍｍ"),
        ("OK", "ＯＫ"),
    ],
)
def test_japanese_ways_to_write_the_same(answer: str, other: str) -> None:
    assert normalised(answer, "ja") == normalised(other, "ja")


def test_japanese_answers_that_differ() -> None:
    assert normalised("3.5mm", "ja") != normalised("35mm", "ja")
    assert len({normalised(text, "ja") for text in ("はい", "いいえ", "赤", "十", "一")}) == 5


@given(st.text(max_size=30), st.sampled_from(["ja", "en"]))
def test_any_text_has_a_form_that_agrees_with_itself(text: str, language: str) -> None:
    assert vqa_accuracy(text, [text], language) == 1.0  # type: ignore[arg-type]
