"""Sentences with places to fill in, words never used before, questions that a model of English can be asked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labelling.known import Known
from core.labelling.showing import ALL, UNWRITTEN, Showing, offer, show
from core.labelling.writing import (
    MOST_TEMPLATES,
    Habits,
    NewWord,
    SpellList,
    fill,
    keep_templates,
    photos_to_copy_from,
    templates,
    words_in,
)
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.phrases import in_english, phrases
from tests.core.project.photo_tree import project_with


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_with(tmp_path, {"a": 4})


def ids(project: Project) -> list[int]:
    return [photo.id for photo in project.photos()]


class TestTemplates:
    def test_places_to_fill_in(self) -> None:
        filled = fill("{場所}に{種類}があります。{不良}", "ボルト")
        assert filled.text == "場所にボルトがあります。不良"
        assert [filled.text[start : start + length] for start, length in filled.slots] == ["場所", "不良"]

    def test_without_a_class_its_place_is_one_to_fill_in(self) -> None:
        assert fill("{class}.").slots == ((0, 5),)

    @given(st.text(max_size=30), st.text(max_size=5))
    def test_any_sentence_can_be_filled(self, template: str, class_name: str) -> None:
        filled = fill(template, class_name)
        assert all(start >= 0 and start + length <= len(filled.text) for start, length in filled.slots)

    def test_the_projects_own(self, project: Project) -> None:
        assert templates(project, "ja") == phrases().captions["ja"]
        keep_templates(project, [" 一  つ ", "", *(str(n) for n in range(20))])
        assert templates(project, "en")[0] == "一 つ"
        assert len(templates(project, "ja")) == MOST_TEMPLATES
        keep_templates(project, [])
        assert templates(project, "en") == phrases().captions["en"]


class TestSpelling:
    def test_words(self) -> None:
        assert words_in("ネジの頭に小さなスクラッチ、Don't touch ＬＯＴ") == (
            "ネジ", "頭", "小", "スクラッチ", "don't", "touch", "lot",
        )  # fmt: skip

    def test_a_slip_is_seen_and_what_was_meant_is_named(self) -> None:
        spelling = SpellList(["スクラッチ", "錆"])
        assert spelling.new_in("スクラチと錆とバリ") == (NewWord("スクラチ", "スクラッチ"), NewWord("バリ"))
        spelling.learn("スクラチとバリ")
        assert spelling.new_in("バリ、スクラチ") == ()

    def test_what_the_project_wrote_is_known(self, project: Project) -> None:
        project.add_class("ワッシャー", "washer")
        project.texts.write_captions(ids(project)[:1], ["錆びたワイヤ"])
        project.texts.write_questions(ids(project)[:1], [Asked("ロット番号は?", ("壱",))])
        habits = Habits.of(project)
        assert habits.spelling.new_in("ワッシャーの錆、ワイヤ、ロット番号、壱、washer、左上") == ()
        assert [new.word for new in habits.spelling.new_in("ケーブル")] == ["ケーブル"]
        assert habits.questions == ("ロット番号は?",)
        assert habits.answers == {"ロット番号は?": ("壱",)}


def test_copied_from_is_the_photo_most_alike_that_has_a_text(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = ids(project)
    likeness = {photos[0]: 1.0, photos[1]: 0.2, photos[2]: 0.9, photos[3]: 0.99}
    monkeypatch.setattr(Known, "similarity", lambda _self, _photo: likeness)
    project.texts.write_captions(photos[:3], ["x"])
    assert photos_to_copy_from(project, [photos[0]], "caption") == [photos[2], photos[1]]
    assert photos_to_copy_from(project, [photos[0]], "vqa") == []


def test_photos_not_written_about_can_be_shown_alone(project: Project) -> None:
    assert (UNWRITTEN, "") not in offer(Known(project)).filters
    project.choose_task("caption")
    project.texts.write_captions(ids(project)[:3], ["x"])
    known = Known(project)
    assert (UNWRITTEN, "") in offer(known).filters
    assert [photo.id for photo in show(known, Showing(UNWRITTEN))] == ids(project)[3:]
    assert len(show(known, Showing(ALL))) == 4


class TestQuestions:
    def test_every_question_is_found_in_both_languages(self) -> None:
        for fixed in phrases().question:
            for asked in (fixed.ja, fixed.en, fixed.ja.replace("?", "？"), fixed.en.upper()):
                found = in_english(asked)
                assert found is not None and (found.text, found.fixed) == (fixed.en, fixed)
        assert in_english("お昼は何ですか?") is None

    @pytest.mark.parametrize(
        ("question", "english", "japanese"),
        [
            ("不良はありますか?", "Yes.", "はい"),
            ("穴はいくつありますか?", "three", "3"),
            ("写真のどこにありますか?", "top left", "左上"),
            ("どんな不良がありますか?", "scratch", "キズ"),
            ("何色ですか?", "red", "赤"),
        ],
    )
    def test_answers_come_back_in_japanese(self, question: str, english: str, japanese: str) -> None:
        found = in_english(question)
        assert found is not None
        assert found.fixed.answer_in(english, "ja") == japanese
        again = found.fixed.answer_in(japanese, "en")
        assert again is not None and found.fixed.answer_in(again, "ja") == japanese

    def test_no_answer_is_guessed(self) -> None:
        yes_no, words = phrases().question[0], phrases().question[1]
        assert yes_no.answer_in("perhaps", "ja") is None
        assert words.answer_in("zyxgrumble", "ja") is None

    def test_answers_on_offer(self) -> None:
        assert phrases().question[0].given_answers("ja") == ("はい", "いいえ")
        assert phrases().question[0].given_answers("en") == ("yes", "no")
        assert phrases().question[1].given_answers("ja") == ()
