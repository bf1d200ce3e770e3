"""Descriptions and questions of a project: kept with who and when, undone like labels, found again by likeness."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.exchange.text_read import read_texts
from core.exchange.texts_project import export_texts, import_texts
from core.problems import Problem
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.texts import Caption, PhotoTexts, Question
from tests.core.project.photo_tree import project_with


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_with(tmp_path, {"a": 3, "b": 1})


def said(project: Project) -> dict[str, list[str]]:
    names = {photo.id: f"{photo.path.parent.name}/{photo.path.name}" for photo in project.photos("all")}
    found: dict[str, list[str]] = {}
    for caption in project.texts.captions():
        found.setdefault(names[caption.photo_id], []).append(caption.text)
    return found


def ids(project: Project) -> list[int]:
    return [photo.id for photo in project.photos("all")]


class TestCaptions:
    def test_in_their_order_without_empty_ones_and_repetitions(self, project: Project) -> None:
        first = ids(project)[0]
        project.texts.write_captions([first], ["キズ ", "", "rust\n spot", "キズ"])
        assert said(project) == {"a/000.png": ["キズ", "rust spot"]}
        assert project.texts.photos_with("caption") == {first}

    def test_survive_closing(self, project: Project) -> None:
        project.texts.write_captions(ids(project)[:2], ["キズ"])
        project.close()
        with Project.open(project.folder) as again:
            assert said(again) == {"a/000.png": ["キズ"], "a/001.png": ["キズ"]}
            again.undo()
            assert said(again) == {}
            again.redo()
            assert said(again) == {"a/000.png": ["キズ"], "a/001.png": ["キズ"]}

    def test_a_text_that_stays_keeps_who_wrote_it(self, project: Project) -> None:
        first = ids(project)[0]
        project.texts.write_captions([first], ["一", "二"])
        project.user = "佐藤"
        project.texts.write_captions([first], ["二", "三", "一"])
        assert [(c.text, c.user) for c in project.texts.captions(first)] == [
            ("二", "田中"), ("三", "佐藤"), ("一", "田中"),
        ]  # fmt: skip
        project.texts.write_captions([first], ["一!"])
        assert [(c.text, c.user) for c in project.texts.captions()] == [("一!", "佐藤")]

    def test_the_same_again_is_no_step(self, project: Project) -> None:
        project.texts.write_captions(ids(project), ["一"])
        step = project.next_undo()
        project.texts.write_captions(ids(project), ["一"])
        assert project.next_undo() == step

    def test_a_photo_left_out_shows_none_and_has_them_again(self, project: Project) -> None:
        first = ids(project)[0]
        project.texts.write_captions([first], ["一"])
        project.exclude([first])
        assert said(project) == {} and not project.texts.photos_with("caption")
        project.exclude([first], excluded=False)
        assert said(project) == {"a/000.png": ["一"]}

    def test_labels_and_texts_are_one_history(self, project: Project) -> None:
        first = ids(project)[0]
        entry = project.add_class("キズ")
        project.label([first], entry.id)
        project.texts.write_captions([first], ["一"])
        project.texts.write_questions([first], [Asked("何色?", ("赤",))])
        for _ in range(2):
            project.undo()
        assert said(project) == {} and project.texts.questions() == []
        assert project.photo(first).class_id == entry.id


texts = st.lists(st.sampled_from("abcde"), max_size=4)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), texts), max_size=6))
def test_any_edits_can_be_undone_step_by_step_and_done_again(
    tmp_path_factory: pytest.TempPathFactory, edits: Sequence[tuple[int, list[str]]]
) -> None:
    with project_with(tmp_path_factory.mktemp("p"), {"a": 3}) as project:
        photos, states = ids(project), [said(project)]
        for place, written in edits:
            project.texts.write_captions([photos[place]], written)
            if said(project) != states[-1]:
                states.append(said(project))
        for state in states[-2::-1]:
            project.undo()
            assert said(project) == state
        assert project.next_undo() is None
        for state in states[1:]:
            project.redo()
            assert said(project) == state


class TestQuestions:
    def test_answers_change_in_place(self, project: Project) -> None:
        first = ids(project)[0]
        project.texts.write_questions(
            [first], [Asked("何色?", ("赤",)), Asked("何個?", ()), Asked("", ("2",))]
        )
        (before,) = project.texts.questions(first)
        project.texts.write_questions([first], [Asked("傷は?", ("はい",)), Asked("何色?", ("青", "青"))])
        found = {question.asked.text: question for question in project.texts.questions()}
        assert found["何色?"].id == before.id and found["何色?"].asked.answers == ("青", "青")
        project.undo()
        assert [question.asked for question in project.texts.questions()] == [Asked("何色?", ("赤",))]

    def test_the_questions_asked_most_come_first(self, project: Project) -> None:
        for photo_id in ids(project)[:3]:
            project.texts.write_questions([photo_id], [Asked("何色?", ("赤",))])
        project.texts.write_questions([ids(project)[3]], [Asked("何個?", ("2",))])
        assert [*project.texts.questions_asked().items()] == [("何色?", 3), ("何個?", 1)]


class TestExchange:
    def test_import_is_one_step_and_says_what_became_of_it(self, project: Project) -> None:
        project.texts.write_captions([ids(project)[0]], ["前から"])
        foreign = PhotoTexts(
            (
                Caption("x/A/000.PNG", "新しい"),
                Caption("001.png", "一"),
                Caption("000.png", "どれ"),
                Caption("9.png", "?"),
            ),
            (Question("002.png", "何色?", ("赤", "青")),),
        )
        done = import_texts(project, foreign)
        assert (done.changed, done.same, done.missing, done.ambiguous) == (3, 0, ("9.png",), ("000.png",))
        assert said(project) == {"a/000.png": ["前から", "新しい"], "a/001.png": ["一"]}
        again = import_texts(project, foreign)
        assert (again.changed, again.same) == (0, 3)
        project.undo()
        assert said(project) == {"a/000.png": ["前から"]} and not project.texts.questions()

    def test_out_and_in_again(self, project: Project, tmp_path: Path) -> None:
        photos = ids(project)
        project.texts.write_captions(photos[:2], ["キズ", "a scratch"])
        project.texts.write_questions(photos[2:], [Asked("何色?", ("赤", "赤", "青"))])
        assert export_texts(project, "caption", "coco", tmp_path / "c.json") == 2
        assert export_texts(project, "vqa", "vqav2", tmp_path / "q.json") == 2
        before = said(project), [question.asked for question in project.texts.questions()]
        project.texts.write_captions(photos, [])
        project.texts.write_questions(photos, [])
        for name in ("c.json", "q.json"):
            import_texts(project, read_texts(tmp_path / name))
        assert (said(project), [question.asked for question in project.texts.questions()]) == before


def test_the_task_is_the_projects_own(project: Project) -> None:
    assert project.task == "classification"
    project.choose_task("vqa")
    project.close()
    with Project.open(project.folder) as again:
        assert again.task == "vqa"
        again.remember("task", "poetry")
        assert again.task == "classification"


def test_where_photos_are_not_kept_texts_are_not_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "features_only", property(lambda _: object()))
    with pytest.raises(Problem) as caught:
        project.texts.write_captions(ids(project), ["x"])
    assert caught.value.code == "project.keeps_no_photos"
