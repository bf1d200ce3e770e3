"""Writing about photos as an operator does it: by keyboard, nothing lost, everything undone like a label."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.template_list import TemplateDialog
from core.labelling.known import Known
from core.labelling.showing import UNWRITTEN
from core.labelling.writing import keep_templates, templates
from core.project.store import Project
from core.project.texts import Asked

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def project(session: Session) -> Project:
    assert session.project is not None
    entry = session.project.add_class("ボルト")
    session.project.label([session.project.photos()[0].id], entry.id)
    session.project.choose_task("caption")
    return session.project


@pytest.fixture
def page(session: Session, project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    """The page on screen in its window, the first photo's texts loaded."""
    page = LabelsPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 720)
    page.retranslate()
    page.show()
    page.activateWindow()
    page.enter()
    settle(page, qtbot)
    yield page
    page.leave()
    finish_in_order()


def settle(page: LabelsPage, qtbot: QtBot) -> None:
    """Wait until everything asked for is written and shown."""
    with qtbot.waitSignal(page.changed):
        page.reload()
    qtbot.wait(10)
    finish_in_order()
    qtbot.wait(30)


def go_to(page: LabelsPage, row: int, qtbot: QtBot) -> None:
    page.grid.select_row(row)
    finish_in_order()
    qtbot.wait(30)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def write(qtbot: QtBot, text: str) -> None:
    qtbot.keyClicks(focus(), text)


def said(project: Project) -> list[list[str]]:
    finish_in_order()
    return [[caption.text for caption in project.texts.captions(photo.id)] for photo in project.photos()]


def asked(project: Project) -> list[list[Asked]]:
    finish_in_order()
    return [[question.asked for question in project.texts.questions(photo.id)] for photo in project.photos()]


def test_photo_after_photo_without_the_mouse(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    for text in ("rust", "dent", "clean"):
        write(qtbot, text)
        qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
        finish_in_order()
        qtbot.wait(30)
    assert said(project)[:4] == [["rust"], ["dent"], ["clean"], []]
    assert page.grid.currentIndex().row() == 3
    qtbot.keyClick(focus(), Qt.Key.Key_Escape)
    assert focus() is page.grid
    settle(page, qtbot)
    assert "3／12" in page.summary.text()


def test_what_was_begun_is_written_when_another_photo_is_looked_at(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    page.tasks.begin()
    write(qtbot, "rust")
    go_to(page, 5, qtbot)
    assert page.tasks.pane.captions.toPlainText() == ""
    go_to(page, 0, qtbot)
    assert said(project)[0] == ["rust"] and page.tasks.pane.captions.toPlainText() == "rust"


def test_what_was_begun_is_written_when_the_page_is_left(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    page.tasks.begin()
    write(qtbot, "rust")
    page.leave()
    assert said(project)[0] == ["rust"]


def test_undo_is_the_fields_own_first_and_the_pages_after_that(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    page.tasks.begin()
    write(qtbot, "rust")
    qtbot.keyClick(focus(), Qt.Key.Key_Z, CTRL)
    assert page.tasks.pane.captions.toPlainText() == ""
    write(qtbot, "dent")
    qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
    settle(page, qtbot)
    assert said(project)[0] == ["dent"]
    qtbot.keyClick(focus(), Qt.Key.Key_Z, CTRL)  # the next photo's field has nothing to take back
    qtbot.waitUntil(lambda: said(project)[0] == [])


def test_a_sentence_with_places_to_fill_in(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    keep_templates(project, ["{場所}の{種類}に{不良}"])
    page.tasks.pane.learn_habits()
    qtbot.waitUntil(lambda: page.tasks.pane.templates.sentences == ("{場所}の{種類}に{不良}",))
    page.tasks.begin()
    qtbot.keyClick(focus(), Qt.Key.Key_1, CTRL)
    write(qtbot, "top")
    qtbot.keyClick(focus(), Qt.Key.Key_Tab)
    write(qtbot, "rust")
    qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
    assert said(project)[0] == ["topのボルトにrust"]


def test_the_projects_sentences_are_changed(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    dialog = TemplateDialog(["一", "二"], page)
    qtbot.addWidget(dialog)
    assert dialog.sentences() == ["一", "二"]
    dialog.lines.setPlainText("三\n\n四")
    keep_templates(project, dialog.sentences())
    assert templates(project, "ja") == ("三", "四")


def test_texts_are_copied_from_the_photo_most_alike_then_the_next(
    page: LabelsPage, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [photo.id for photo in project.photos()]
    monkeypatch.setattr(Known, "similarity", lambda *_: {photos[4]: 0.5, photos[7]: 0.9})
    project.texts.write_captions([photos[4]], ["dent"])
    project.texts.write_captions([photos[7]], ["rust", "scratch"])
    page.tasks.begin()
    for expected in (["rust", "scratch"], ["rust", "scratch", "dent"]):
        qtbot.keyClick(focus(), Qt.Key.Key_D, CTRL)
        qtbot.waitUntil(lambda expected=expected: page.tasks.pane.captions.texts() == expected)
    qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
    assert said(project)[0] == ["rust", "scratch", "dent"]


def test_words_never_used_before_are_named_with_what_may_be_meant(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    project.texts.write_captions([project.photos()[3].id], ["scratch"])
    page.tasks.pane.learn_habits()
    finish_in_order()
    qtbot.wait(30)
    page.tasks.begin()
    write(qtbot, "scrach")
    qtbot.waitUntil(lambda: "scrach" in page.tasks.pane.note.text())
    assert "「scratch」" in page.tasks.pane.note.text()
    assert not page.tasks.pane.note.isHidden()


class TestQuestions:
    @pytest.fixture(autouse=True)
    def _asking(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        page.tasks.chooser.box.setCurrentIndex(2)
        page.tasks.chooser.box.activated.emit(2)
        qtbot.waitUntil(lambda: page.tasks.pane._task == "vqa")
        settle(page, qtbot)
        assert project.task == "vqa"

    def test_question_answer_question(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        page.tasks.begin()
        for text in ("colour?", "red", "how many?", "2"):
            assert isinstance(focus(), QLineEdit)
            write(qtbot, text)
            qtbot.keyClick(focus(), Qt.Key.Key_Return)
        qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
        assert asked(project)[0] == [Asked("colour?", ("red",)), Asked("how many?", ("2",))]
        assert page.grid.currentIndex().row() == 1

    def test_a_question_of_the_list_wants_its_answer_next(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        page.tasks.begin()
        qtbot.keyClick(focus(), Qt.Key.Key_1, CTRL)
        assert focus().objectName() == "text_answer"
        assert "Is there any defect?" in page.tasks.pane.note.text()
        write(qtbot, "yes")
        qtbot.keyClick(focus(), Qt.Key.Key_Return, CTRL)
        assert asked(project)[0] == [Asked("不良はありますか?", ("yes",))]

    def test_a_question_that_waits_for_its_answer_stays_on_screen(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        page.tasks.begin()
        write(qtbot, "colour?")
        page.grid.setFocus()
        settle(page, qtbot)
        assert page.tasks.pane.questions.rows[0].question.text() == "colour?"
        assert asked(project)[0] == []

    def test_several_peoples_answers(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        first, second = (photo.id for photo in project.photos()[:2])
        project.texts.write_questions([first, second], [Asked("色?", ("赤", "赤", "青／緑"))])
        settle(page, qtbot)
        assert page.tasks.pane.questions.rows[0].answer.text() == "赤／赤／青／緑"
        go_to(page, 1, qtbot)  # nothing was changed by hand, so nothing is written
        assert asked(project)[0] == [Asked("色?", ("赤", "赤", "青／緑"))]


def test_number_keys_do_not_label_where_kinds_are_not_on_screen(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    page.grid.select_row(3)
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    finish_in_order()
    assert [photo.class_id is not None for photo in project.photos()].count(True) == 1


def test_too_few_texts_stand_in_the_way(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    assert "2 枚以上" in page.blocker()
    project.texts.write_captions([photo.id for photo in project.photos()[:2]], ["x"])
    page.reload()
    qtbot.waitUntil(lambda: page.blocker() == "")


def test_another_task_brings_back_the_kinds(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    assert not page.panel.isVisible() and page.tasks.files.button.isVisible()
    page.tasks.chooser.box.setCurrentIndex(0)
    page.tasks.chooser.box.activated.emit(0)
    qtbot.waitUntil(page.panel.isVisible)
    assert not page.tasks.files.button.isVisible() and page.files.button.isVisible()
    assert project.task == page.session.task == "classification"


def test_the_task_stays_while_a_training_goes_on(
    page: LabelsPage, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "training_now", lambda _self: True)
    page.tasks.chooser.box.setCurrentIndex(0)
    page.tasks.chooser.box.activated.emit(0)
    finish_in_order()
    assert page.tasks.chooser.task == project.task == "caption"
    assert "学習の途中" in page.banner.what.text()


def test_photos_not_written_about_can_be_shown_alone(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    project.texts.write_captions([photo.id for photo in project.photos()[:10]], ["x"])
    page.showing.choose(UNWRITTEN)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 2)


def test_a_file_is_taken_in_and_undone(page: LabelsPage, project: Project, qtbot: QtBot, tmp_path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "t.csv"
    out.write_text("photo,caption\n写真 00.png,rust\n別.png,x\n,\n", encoding="utf-8")
    with qtbot.waitSignal(page.tasks.files.imported):
        page.tasks.files.take_in(out)
    assert said(project)[6] == ["rust"]
    assert "別.png" in page.tasks.files.words.text()
    page.tasks.files.write("coco", tmp_path / "c.json")
    qtbot.waitUntil((tmp_path / "c.json").exists)
    finish_in_order()
    qtbot.wait(30)
    project.undo()
    assert not any(said(project))
    with qtbot.waitSignal(page.tasks.files.refused):
        page.tasks.files.take_in(tmp_path / "none.csv")
    assert not page.banner.isHidden()
