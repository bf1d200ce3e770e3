"""Labelling as an operator does it: keys and clicks, nothing lost, nothing waits."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.class_panel import ClassDialog
from core.labelling.showing import CLASS, UNLABELLED
from core.project.store import Project
from tests.app.labels_page import labels, labels_page


@pytest.fixture
def project(session: Session) -> Project:
    assert session.project is not None
    for name in ("良品", "キズ", "へこみ"):
        session.project.add_class(name)
    return session.project


@pytest.fixture
def page(session: Session, project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    """The page on screen, its photos loaded, the first one selected."""
    with labels_page(session, qtbot) as page:
        yield page


def settle(page: LabelsPage, qtbot: QtBot) -> None:
    """Wait until the page shows what is written."""
    with qtbot.waitSignal(page.changed):
        page.reload()
    qtbot.wait(20)


def row(page: LabelsPage) -> int:
    return page.grid.currentIndex().row()


def test_a_number_key_labels_and_goes_on_to_the_next(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        qtbot.keyClick(page.grid, key)
    assert row(page) == 3
    assert labels(project)[:4] == ["良品", "キズ", "へこみ", ""]


def test_keys_pressed_faster_than_they_are_written_are_all_kept(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    for number in range(12):
        qtbot.keyClick(page.grid, Qt.Key.Key_1 if number % 2 else Qt.Key.Key_2)
    assert labels(project) == ["キズ", "良品"] * 6
    settle(page, qtbot)
    shown = [page.grid.grid.label(number) for number in range(12)]
    assert shown == [photo.class_id for photo in project.photos()]


def test_labelling_does_not_move_what_is_looked_at(page: LabelsPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    with qtbot.assertNotEmitted(page.grid.grid.modelReset, wait=300):
        qtbot.keyClick(page.grid, Qt.Key.Key_1)
    assert row(page) == 2


def test_several_photos_are_labelled_in_one_step_that_one_undo_takes_back(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    select(page, 2, 3, 4, 7)
    qtbot.keyClick(page.grid, Qt.Key.Key_2)
    assert [n for n, name in enumerate(labels(project)) if name == "キズ"] == [2, 3, 4, 7]
    settle(page, qtbot)
    qtbot.keyClick(page.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: set(labels(project)) == {""})


def test_undo_goes_to_the_photo_it_changed_and_redo_labels_it_again(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    for _ in range(3):
        qtbot.keyClick(page.grid, Qt.Key.Key_1)
    settle(page, qtbot)
    qtbot.mouseClick(page.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row(page) == 2)
    assert labels(project)[:3] == ["良品", "良品", ""]
    qtbot.waitUntil(page.redo.isEnabled)
    qtbot.mouseClick(page.redo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.grid.grid.label(2) is not None)
    assert labels(project)[:3] == ["良品"] * 3


def test_undo_reaches_what_was_done_before_the_program_was_last_closed(
    session: Session, project: Project, qtbot: QtBot
) -> None:
    project.label([project.photos()[5].id], project.classes()[0].id)
    session.open_project(project.folder)
    page = LabelsPage(session)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(page.undo.isEnabled)
    qtbot.mouseClick(page.undo, Qt.MouseButton.LeftButton)
    assert session.project is not None
    again = session.project
    qtbot.waitUntil(lambda: set(labels(again)) == {""})


@pytest.mark.parametrize("key", [Qt.Key.Key_0, Qt.Key.Key_Delete])
def test_a_label_is_taken_away(page: LabelsPage, project: Project, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    page.grid.select_row(0)
    qtbot.keyClick(page.grid, key)
    assert labels(project)[0] == ""
    assert row(page) == 0


def test_a_key_without_a_class_says_so(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_9)
    assert "9" in page.summary.text()
    assert set(labels(project)) == {""}
    assert row(page) == 0


def test_the_grid_takes_no_input_method_which_would_swallow_the_digits(page: LabelsPage) -> None:
    assert not page.grid.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_number_keys_work_wherever_the_focus_is(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    page.panel.add_button.setFocus()
    qtbot.keyClick(page.panel.add_button, Qt.Key.Key_1)
    assert labels(project)[0] == "良品"


def test_a_click_on_a_class_labels_and_leaves_the_keys_to_the_grid(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.panel.rows[1].button, Qt.MouseButton.LeftButton)
    assert labels(project)[0] == "キズ"
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    assert labels(project)[:2] == ["キズ", "良品"]


def test_counts_and_what_is_still_wanted_are_said(page: LabelsPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "1／12" in page.summary.text())
    first = page.panel.rows[0]
    qtbot.waitUntil(lambda: "1 枚" in first.words())
    assert "あと 9 枚" in first.words()


def test_a_great_difference_in_numbers_is_said(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    ids = [photo.id for photo in project.photos()]
    project.label(ids[:10], project.classes()[0].id)
    project.label(ids[10:11], project.classes()[1].id)
    settle(page, qtbot)
    assert "差" in page.summary.text()


def test_next_is_off_with_a_reason_until_two_classes_have_photos(page: LabelsPage, qtbot: QtBot) -> None:
    assert "2 つ以上" in page.blocker()
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    qtbot.keyClick(page.grid, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: page.blocker() == "")


def test_only_photos_without_a_label_can_be_shown(page: LabelsPage, qtbot: QtBot) -> None:
    for _ in range(4):
        qtbot.keyClick(page.grid, Qt.Key.Key_1)
    page.showing.filter.setFocus()
    page.showing.choose(UNLABELLED)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 8)
    assert page.grid.currentIndex().isValid()


def test_a_filter_that_finds_nothing_says_so(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    page.showing.choose(CLASS, str(project.classes()[2].id))
    qtbot.waitUntil(lambda: page.empty.isVisible())
    assert page.empty.text()
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    assert set(labels(project)) == {""}


def test_a_new_class_is_described_in_english_by_itself(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    with_dialog(lambda dialog: fill(dialog, "さび"))
    qtbot.mouseClick(page.panel.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.panel.rows) == 4)
    added = project.classes()[-1]
    assert (added.name, added.key) == ("さび", "4")
    assert added.description


def test_own_words_are_not_overwritten_by_the_glossary(qtbot: QtBot) -> None:
    dialog = ClassDialog()
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.description, "my own words")
    dialog.name.setText("キズ")
    assert dialog.description.text() == "my own words"


def test_a_class_without_a_name_cannot_be_added(qtbot: QtBot) -> None:
    dialog = ClassDialog()
    qtbot.addWidget(dialog)
    assert not dialog.apply.isEnabled()
    dialog.name.setText("  ")
    assert not dialog.apply.isEnabled()


def test_a_name_twice_is_refused_with_words_on_the_page(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    with_dialog(lambda dialog: fill(dialog, "キズ"))
    qtbot.mouseClick(page.panel.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banner.isVisible)
    assert "キズ" in page.banner.what.text() + page.banner.why.text()
    assert len(project.classes()) == 3


def test_a_class_that_was_removed_comes_back_with_its_labels(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_2)
    page.panel.rows[1].delete.trigger()
    qtbot.waitUntil(lambda: len(page.panel.rows) == 2)
    assert set(labels(project)) == {""}
    qtbot.waitUntil(page.undo.isEnabled)
    qtbot.mouseClick(page.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.panel.rows) == 3)
    assert labels(project)[0] == "キズ"


def test_a_class_is_held_back_and_moved(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    page.panel.rows[2].hold.trigger()
    qtbot.waitUntil(lambda: "取り置き" in page.panel.rows[2].words())
    page.panel.rows[2].up.trigger()
    qtbot.waitUntil(lambda: page.panel.rows[1].entry.name == "へこみ")
    assert [entry.role for entry in project.classes()] == ["base", "new", "base"]


def test_a_label_mended_elsewhere_is_shown(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    project.label([project.photos()[0].id], project.classes()[2].id)
    page.session.labels_changed.emit()
    qtbot.waitUntil(lambda: page.grid.grid.label(0) == project.classes()[2].id)


def test_off_screen_only_the_counts_are_read(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    page.leave()
    project.label([photo.id for photo in project.photos()[:2]], project.classes()[0].id)
    project.label([photo.id for photo in project.photos()[2:4]], project.classes()[1].id)
    with qtbot.waitSignal(page.changed):
        page.session.labels_changed.emit()
    assert page.blocker() == ""
    assert page.grid.grid.label(0) is None


def test_the_other_language_reaches_every_word(page: LabelsPage) -> None:
    page.retranslate()
    assert not [
        b for b in page.findChildren(QPushButton) if b.isVisible() and not (b.text() or b.accessibleName())
    ]


def test_the_model_keeps_qts_rules(page: LabelsPage, session: Session, qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(
        page.grid.grid, QAbstractItemModelTester.FailureReportingMode.Warning, page.grid.grid
    )
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    page.grid.grid.show_photos([], [], None)
    settle(page, qtbot)
    assert tester.model() is page.grid.grid
    assert not page.grid.grid.index(0).parent().isValid()
    assert page.grid.grid.rowCount(page.grid.grid.index(0)) == 0
    assert page.grid.grid.data(QModelIndex()) is None


def select(page: LabelsPage, *rows: int) -> None:
    model = page.grid.selectionModel()
    model.clearSelection()
    for number in rows:
        model.select(page.grid.grid.index(number), QItemSelectionModel.SelectionFlag.Select)


def with_dialog(act: object) -> None:
    """Do something with the next dialog that opens."""

    def now() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ClassDialog)
        act(dialog)

    QTimer.singleShot(0, now)


def fill(dialog: ClassDialog, name: str) -> None:
    dialog.findChild(QLineEdit, "class_name").setText(name)
    dialog.apply.click()
