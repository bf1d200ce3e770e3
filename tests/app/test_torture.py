"""What nobody plans for: nothing in a project, one photo, thirty kinds, names without end, on a small screen."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.session import Session
from app.training_choice import TrainingChoice
from app.window import PAGE_KEYS, MainWindow
from core.photos.scan import scan
from core.project.store import Project

SMALL_SCREEN = (1366, 728)  # 1366 × 768 less the task bar
LONG = "右側面の取付穴まわりに油が付いた鋳物ブラケット（検査工程二・夜勤）" * 3
EMOJI = "🔩🔧⚙️👩‍🏭" * 20


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window on a small screen at 150 % text, its engine mute."""
    for room in ("app.engine", "app.device"):
        monkeypatch.setattr(f"{room}.engine_command", lambda: [sys.executable, "-S", "-c", "pass"])
    session = Session()
    session.change_settings(text_scale=150)
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.resize(*SMALL_SCREEN)
    window.show()
    yield window
    session.close_project()


def make(folder: Path, name: str, kinds: dict[str, int]) -> Path:
    """A project with photos of these kinds, labelled by their folders."""
    for number, (kind, count) in enumerate(kinds.items()):
        place = folder / "photos" / f"{number:02}"
        place.mkdir(parents=True)
        for photo in range(count):
            Image.new("RGB", (16, 12), (number * 8, photo * 60 % 256, 99)).save(
                place / f"{photo} {kind[:40]}.png"
            )
    (folder / "photos").mkdir(exist_ok=True)
    with Project.create(folder / "project", name) as project:
        project.add_photos(scan(folder / "photos"))
        project.label_by_folders()
        for entry, kind in zip(project.classes(), kinds, strict=False):
            project.edit_class(entry.id, name=kind)
        TrainingChoice().with_preset("coop").keep(project)
        return project.folder


def walk(window: MainWindow, qtbot: QtBot) -> list[str]:
    """Show every page that can be shown; each must fit on the screen. Gives their keys."""
    shown = []
    for key in PAGE_KEYS:
        window.show_page(key)
        qtbot.wait(30)
        finish_in_order()
        QApplication.processEvents()
        if window.current == key:
            shown.append(key)
            fits(window, key)
    return shown


def fits(window: MainWindow, key: str) -> None:
    needed = window.minimumSizeHint()
    assert (window.width(), window.height()) == SMALL_SCREEN, (key, window.size())
    assert needed.width() <= SMALL_SCREEN[0] and needed.height() <= SMALL_SCREEN[1], (key, needed)
    for button in window.findChildren(QPushButton):
        if button.isVisible() and _in_window(button, window):
            place = button.mapTo(window, button.rect().bottomRight())
            assert place.x() <= window.width() and place.y() <= window.height(), (key, button.objectName())


def test_a_project_without_photos(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.session.open_project(make(tmp_path, "空", {}))
    assert walk(window, qtbot) == ["home", "photos", "onsite"]
    window.show_page("photos")
    assert window.reason.text()


def test_a_project_with_one_photo(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.session.open_project(make(tmp_path, "一枚", {"良品": 1}))
    assert walk(window, qtbot) == ["home", "photos", "labels", "onsite"]
    window.show_page("labels")
    grid = window.pages["labels"].grid  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: grid.grid.rowCount() == 1)
    for key in (Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_Right, Qt.Key.Key_9):
        qtbot.keyClick(grid, key)
    finish_in_order()
    project = window.session.project
    assert project is not None and project.counts().labelled == 0


def test_thirty_kinds_with_names_without_end(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    kinds = {f"{number} {LONG if number % 2 else EMOJI}": 2 for number in range(30)}
    window.session.open_project(make(tmp_path, LONG, kinds))
    assert walk(window, qtbot) == ["home", "photos", "labels", "preset", "training", "onsite"]
    window.show_page("labels")
    page = window.pages["labels"]
    rows = page.panel.rows  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(rows) == 30)
    panel = page.findChild(QScrollArea, "class_scroll")
    assert panel is not None
    for row in rows:
        assert row.width() <= panel.viewport().width()
        assert row.entry.name in row.button.toolTip() + row.button.accessibleName()
    assert len({entry.key for entry in (row.entry for row in rows) if entry.key}) == 9


def test_names_of_projects_and_folders_without_end(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    deep = tmp_path / ("深い" * 30) / ("🔩" * 40) / "project"
    Project.create(deep, LONG * 3).close()
    window.session.open_project(deep)
    window.session.close_project()
    window.show_page("home")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "home_recent").isVisible())
    fits(window, "home")
    assert window.findChild(QLabel, "page_heading").isVisible()


def _in_window(widget: QWidget, window: MainWindow) -> bool:
    """Whether it stands on the window itself: what scrolls may lie outside."""
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if isinstance(parent, QScrollArea):
            return False
        parent = parent.parentWidget()
    return parent is window
