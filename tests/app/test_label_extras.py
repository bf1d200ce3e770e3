"""Beside number keys: own keys, a scanner, an input method, drawing and dragging, marks, a second person."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDropEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.keys_dialog import KeysDialog
from app.widgets.photo_grid import PHOTOS_DRAGGED
from app.widgets.second_dialog import SecondDialog
from app.widgets.settle_dialog import SettleDialog
from core.labelling.scanning import GAP_MS
from core.labelling.showing import DIFFERING, UNSURE, UNUSABLE
from core.project.audit_check import check_trail
from core.project.store import Project
from tests.app.labels_page import labels, labels_page

CODE = "4901234567894"


@pytest.fixture
def project(session: Session) -> Project:
    assert session.project is not None
    for name in ("良品", "キズ", "へこみ"):
        session.project.add_class(name)
    session.project.user = "田中"
    return session.project


@pytest.fixture
def page(session: Session, project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    with labels_page(session, qtbot) as page:
        page.resize(1200, 800)
        page.activateWindow()
        page.extras.keys._focus_changed(None, page.grid)  # offscreen windows get no focus of their own
        yield page


def typed(widget: QWidget, text: str, *, each: int, start: int = 100_000) -> None:
    """Keys with the times of a real keyboard, all delivered at once, as after a stall."""
    for number, sign in enumerate(text):
        key = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}.get(sign, Qt.Key(ord(sign.upper())))
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, sign)
        event.setTimestamp(start + number * each)
        QCoreApplication.sendEvent(widget, event)


class TestScanner:
    def test_a_scanned_code_labels_and_its_digits_do_not(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        project.edit_class(2, code=CODE)
        with qtbot.waitSignal(page.changed):
            page.reload()
        typed(page.grid, f"{CODE}\r", each=4)
        assert labels(project) == ["キズ"] + [""] * 11
        assert page.grid.currentIndex().row() == 1

    def test_an_unknown_code_labels_nothing_and_is_learnt_for_a_class(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        typed(page.grid, f"{CODE}\r", each=4)
        assert set(labels(project)) == {""} and page.extras.scan.isVisible()
        assert CODE in page.extras.scan.words.text()
        page.extras.scan.menu.actions()[2].trigger()
        assert labels(project)[0] == "へこみ"
        assert project.product_class(3).code == CODE

    def test_a_code_cut_off_labels_nothing_and_says_so(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        typed(page.grid, CODE, each=4)
        qtbot.waitUntil(page.extras.scan.isVisible)
        assert set(labels(project)) == {""}

    def test_fingers_on_the_same_keys_label(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        typed(page.grid, "123", each=GAP_MS + 40)
        qtbot.waitUntil(lambda: labels(project)[:4] == ["良品", "キズ", "へこみ", ""])

    def test_prefix_and_ending_as_set(self, page: LabelsPage, project: Project, session: Session) -> None:
        project.edit_class(1, code="A-7")
        session.change_settings(scanner={"used": True, "prefix": "~", "suffix": "tab"})
        page.extras.show_classes(project.classes())
        typed(page.grid, "~A-7\t", each=4)
        assert labels(project)[0] == "良品"

    def test_a_field_gets_what_is_scanned_into_it(self, page: LabelsPage) -> None:
        page.extras.keys._focus_changed(None, page.showing.filter)
        assert page.extras.keys._watched is None


class TestKeys:
    @pytest.mark.parametrize("sign", ["１", "1"])
    def test_a_japanese_input_method_that_stays_on_labels_once(
        self, page: LabelsPage, project: Project, sign: str
    ) -> None:
        QCoreApplication.sendEvent(page.grid, QInputMethodEvent(sign, []))
        commit = QInputMethodEvent()
        commit.setCommitString(sign)
        QCoreApplication.sendEvent(page.grid, commit)
        assert labels(project)[:2] == ["良品", ""]

    def test_committed_digits_label_each(self, page: LabelsPage, project: Project) -> None:
        commit = QInputMethodEvent()
        commit.setCommitString("２１")
        QCoreApplication.sendEvent(page.grid, commit)
        assert labels(project)[:3] == ["キズ", "良品", ""]

    def test_a_key_event_that_knows_only_its_full_width_text(
        self, page: LabelsPage, project: Project
    ) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, "３")
        QCoreApplication.sendEvent(page.grid, event)
        assert labels(project)[0] == "へこみ"

    def test_own_keys_label(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        project.edit_class(3, key="h")
        with qtbot.waitSignal(page.changed):
            page.reload()
        qtbot.keyClick(page.grid, Qt.Key.Key_H)
        qtbot.keyClick(page.panel.add_button, Qt.Key.Key_H)
        assert labels(project)[:3] == ["へこみ", "へこみ", ""]

    def test_the_same_again(self, page: LabelsPage, project: Project, qtbot: QtBot) -> None:
        qtbot.keyClick(page.grid, Qt.Key.Key_Period)
        qtbot.keyClick(page.grid, Qt.Key.Key_2)
        qtbot.keyClick(page.grid, Qt.Key.Key_Period)
        qtbot.mouseClick(page.extras.tools.same_button, Qt.MouseButton.LeftButton)
        assert labels(project)[:4] == ["キズ", "キズ", "キズ", ""]

    def test_the_dialog_sets_keys_and_refuses_one_key_for_two_things(
        self, page: LabelsPage, project: Project, session: Session, qtbot: QtBot
    ) -> None:
        def act(dialog: KeysDialog) -> None:
            dialog._class_fields[1].setText("2")
            assert not dialog.apply.isEnabled() and "2" in dialog.fault.text()
            dialog._class_fields[2].setText("１")
            dialog._fields["unsure"].setText("Ｍ")
            dialog.prefix.setText("~")
            dialog.apply.click()

        answer(KeysDialog, act)
        page.extras.tools.keys_action.trigger()
        finish_in_order()
        assert {entry.name: entry.key for entry in project.classes()} == {
            "良品": "2",
            "キズ": "1",
            "へこみ": "3",
        }
        assert (session.settings.label_keys.unsure, session.settings.scanner.prefix) == ("m", "~")


class TestMouse:
    def test_drawing_over_photos_selects_all_on_the_way(self, page: LabelsPage, qtbot: QtBot) -> None:
        start, end = (page.grid.visualRect(page.grid.grid.index(row)).center() for row in (1, 4))
        view = page.grid.viewport()
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(view, end)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
        assert rows(page) == [1, 2, 3, 4]

    def test_a_selection_is_dragged_onto_a_class(
        self, page: LabelsPage, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start, end = (page.grid.visualRect(page.grid.grid.index(row)).center() for row in (1, 3))
        view = page.grid.viewport()
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(view, end)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
        carried: list[list[int]] = []
        monkeypatch.setattr(page.grid._paint, "_drag", lambda: carried.append(page.grid.selected_ids()))
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(view, start + QPoint(60, 40))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start)
        assert [len(ids) for ids in carried] == [3]
        drop(page.panel.rows[1])
        assert labels(project)[:5] == ["", "キズ", "キズ", "キズ", ""]

    def test_a_click_on_a_selected_photo_selects_it_alone(self, page: LabelsPage, qtbot: QtBot) -> None:
        page.grid.selectAll()
        at = page.grid.visualRect(page.grid.grid.index(2)).center()
        qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert rows(page) == [2]


class TestMarks:
    def test_not_sure_is_marked_shown_found_and_ended_by_a_label(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        qtbot.keyClick(page.grid, Qt.Key.Key_Slash)
        assert page.grid.currentIndex().row() == 1
        qtbot.waitUntil(lambda: page.grid.grid.photo(0).unsure)
        assert project.photo(project.photos()[0].id).unsure
        page.showing.choose(UNSURE)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 1)
        page.grid.select_row(0)
        qtbot.keyClick(page.grid, Qt.Key.Key_1)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() in (0, 12))
        assert labels(project)[0] == "良品" and project.photos("unsure") == []

    def test_not_usable_leaves_out_and_can_be_taken_in_again(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        qtbot.mouseClick(page.extras.tools.unusable_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 11)
        page.showing.choose(UNUSABLE)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 1)
        qtbot.waitUntil(lambda: "また使う" in page.extras.tools.unusable_button.text())
        qtbot.mouseClick(page.extras.tools.unusable_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(project.photos()) == 12)

    def test_a_comment_is_written_and_read_aloud(
        self, page: LabelsPage, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("光の反射", True))
        qtbot.mouseClick(page.extras.tools.comment_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: page.grid.grid.photo(0).comment == "光の反射")
        spoken = page.grid.grid.data(page.grid.grid.index(0), Qt.ItemDataRole.AccessibleTextRole)
        assert "光の反射" in str(spoken)


class TestSecondPerson:
    def begin(self, page: LabelsPage, qtbot: QtBot, name: str = "佐藤") -> None:
        answer(SecondDialog, lambda dialog: (dialog.name.setText(name), dialog.begin.click()))
        page.extras.tools.second_action.trigger()
        qtbot.waitUntil(lambda: page.extras.second == name)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)

    def test_labels_without_seeing_the_firsts_until_they_are_settled(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        ids = [photo.id for photo in project.photos()]
        project.label(ids[:6], 1)
        project.label(ids[6:], 2)
        self.begin(page, qtbot)
        assert {page.grid.grid.label(row) for row in range(12)} == {None}
        assert not page.undo.isEnabled() and not page.extras.tools.unsure_button.isEnabled()
        assert not page.panel.rows[0].more.isEnabled() and not page.files.button.isEnabled()
        assert "佐藤" in page.extras.strip.words.text()
        for key in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_2):
            qtbot.keyClick(page.grid, key)
        assert labels(project)[:3] == ["良品"] * 3
        assert list(project.opinions.of("佐藤").values()) == [2, 1, 2]
        page.extras.strip.close_button.click()
        assert project.user == "田中"
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12 and page.grid.grid.label(0) == 1)
        self.settle(page, project, qtbot, ids)

    def settle(self, page: LabelsPage, project: Project, qtbot: QtBot, ids: list[int]) -> None:
        def act(dialog: SettleDialog) -> None:
            assert "3 枚のうち 1 枚" in dialog.agreed.text()
            assert dialog.first.text().split()[1] == "田中：良品"
            assert dialog.second.text().split()[1] == "佐藤：キズ"
            qtbot.keyClick(dialog, Qt.Key.Key_2)
            qtbot.keyClick(dialog, Qt.Key.Key_1)
            assert "もうありません" in dialog.where.text()
            dialog.back.click()
            qtbot.keyClick(dialog, Qt.Key.Key_1)
            dialog.close_button.click()

        page.showing.choose(DIFFERING)
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 2)
        answer(SettleDialog, act)
        page.extras.tools.settle_action.trigger()
        qtbot.waitUntil(lambda: not project.photos("differing"))
        assert labels(project)[:3] == ["キズ", "良品", "良品"]
        qtbot.waitUntil(lambda: page.grid.grid.rowCount() in (0, 12))
        assert check_trail(project.trail).ok

    def test_undo_takes_back_only_what_the_second_person_did(
        self, page: LabelsPage, project: Project, qtbot: QtBot
    ) -> None:
        project.label([project.photos()[0].id], 1)
        self.begin(page, qtbot)
        qtbot.keyClick(page.grid, Qt.Key.Key_2)
        qtbot.waitUntil(page.undo.isEnabled)
        page.undo.click()
        qtbot.waitUntil(lambda: not page.undo.isEnabled())
        assert project.opinions.of("佐藤") == {} and labels(project)[0] == "良品"
        page.turning.undone.emit()
        assert labels(project)[0] == "良品"

    def test_is_another_person(self, qtbot: QtBot) -> None:
        dialog = SecondDialog({"田中"}, [])
        qtbot.addWidget(dialog)
        for name, possible in (("", False), (" 田中 ", False), ("佐藤", True)):
            dialog.name.setText(name)
            assert dialog.begin.isEnabled() is possible


def rows(page: LabelsPage) -> list[int]:
    return sorted({index.row() for index in page.grid.selectionModel().selectedIndexes()})


def drop(row: QWidget) -> None:
    mime = QMimeData()
    mime.setData(PHOTOS_DRAGGED, b"3")
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    row.dropEvent(event)


def answer(kind: type[QWidget], act: Callable[[Any], object]) -> None:
    """Do something with the next dialog that opens."""

    def now() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(20, now)
            return
        assert isinstance(dialog, kind)
        try:
            act(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(0, now)
