"""The window with everything on it, in both languages: English shows no Japanese, nothing is left nameless."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt, QThreadPool
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QWidget,
)

from app.session import Session
from app.text_choice import TextChoice
from app.trial import Trial
from app.window import PAGE_KEYS, MainWindow
from core.doctor import Check
from core.problems import Language
from core.settings import Settings, save_settings
from tests.app.run_data import make_project, make_run
from tests.app.text_data import make_text_project, make_text_run

JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
LATIN_SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
# The language's own name stays what it is.
SAME_IN_BOTH = {"日本語", "言語 / Language"}
INTERACTIVE = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, QTextEdit)


@pytest.fixture
def window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    """A window on a project with photos, labels or texts, and a finished run; whatever the operator wrote is in ASCII."""
    monkeypatch.setattr(Trial, "start", lambda *_: None)
    monkeypatch.setattr(
        "app.pages.training.ask_device", lambda: Check("doctor.device_ok", "ok", {"name": "CPU"})
    )
    if getattr(request, "param", "kinds") == "kinds":
        project = make_project(tmp_path, names=("bolt-ok", "bolt-bad", "gear-ok", "gear-bad"))
        make_run(project)
    else:
        project = make_text_project(tmp_path, english=True)
        make_text_run(project)
        TextChoice("lora").keep(project)
    project.rename("bolts")
    save_settings(Settings(language="ja", theme="light", operator="worker"))
    session = Session()
    window = MainWindow(session)
    window.show()
    session.take_project(project)
    yield window
    window.close()
    QThreadPool.globalInstance().waitForDone()
    session.close_project()
    window.deleteLater()


@pytest.mark.parametrize("window", ["kinds", "texts"], indirect=True)
def test_english_shows_no_japanese(window: MainWindow) -> None:
    shown = _texts_of_all_pages(window, "en")
    japanese = {text for text in shown if JAPANESE.search(text)} - SAME_IN_BOTH
    assert not japanese, f"{len(japanese)} texts: {sorted(japanese)}"


def test_japanese_shows_no_english_sentence(window: MainWindow) -> None:
    shown = _texts_of_all_pages(window, "ja")
    assert any(JAPANESE.search(text) for text in shown)
    assert not {text for text in shown if LATIN_SENTENCE.search(text) and not JAPANESE.search(text)}


def test_switching_there_and_back_says_the_same(window: MainWindow) -> None:
    _texts_of_all_pages(window, "ja")  # each page has been seen once and has read what it shows
    before = _texts_of_all_pages(window, "ja")
    _texts_of_all_pages(window, "en")
    assert _texts_of_all_pages(window, "ja") == before


@pytest.mark.parametrize(
    ("window", "language"), [("kinds", "ja"), ("kinds", "en"), ("texts", "ja")], indirect=["window"]
)
def test_whatever_can_be_worked_has_a_name(window: MainWindow, language: Language) -> None:
    nameless = []
    for key in _through_all_pages(window, language):
        for widget in window.findChildren(QWidget):
            if isinstance(widget, INTERACTIVE) and _is_own(widget) and widget.isVisible():
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                if not named or not widget.objectName():
                    nameless.append(f"{key}: {widget.objectName() or widget}")
    assert not nameless, "\n".join(nameless)


def _is_own(widget: QWidget) -> bool:
    """Not a part of one of Qt's compound widgets, which Qt names and works itself."""
    parent = widget.parentWidget()
    compound = (QComboBox, QAbstractSpinBox, QTabWidget, QTabBar, QAbstractItemView, QHeaderView, QScrollBar)
    inside = parent is not None and isinstance(parent, (*compound, QLineEdit))
    return not inside and not widget.objectName().startswith("qt_") and not isinstance(widget, QHeaderView)


def _through_all_pages(window: MainWindow, language: Language) -> Iterator[str]:
    window.session.change_settings(language=language)
    for key in PAGE_KEYS:
        window.show_page(key)
        assert window.current == key, f"{key} cannot be reached"
        QThreadPool.globalInstance().waitForDone()
        QTest.qWait(100)
        yield key


def _texts_of_all_pages(window: MainWindow, language: Language) -> set[str]:
    shown: set[str] = set()
    for _ in _through_all_pages(window, language):
        shown |= {text for widget in _own_widgets(window) for text in _texts(widget) if text}
        shown |= {action.text() for action in window.findChildren(QAction)}
    # Free memory and the like change by themselves.
    return {re.sub(r"\d+", "0", text) for text in shown}


def _own_widgets(window: MainWindow) -> Iterator[QWidget]:
    yield window
    yield from (widget for widget in window.findChildren(QWidget) if _is_own(widget))


def _texts(widget: QWidget) -> Iterator[str]:
    yield from (
        widget.windowTitle(),
        widget.toolTip(),
        widget.accessibleName(),
        widget.accessibleDescription(),
    )
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QGroupBox() | QMenu():
            yield widget.title()
        case QLineEdit():
            yield from (widget.text(), widget.placeholderText())
        case QTextEdit():
            yield from (widget.toPlainText(), widget.placeholderText())
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QTabWidget():
            yield from (widget.tabText(number) for number in range(widget.count()))
        case QAbstractItemView() if widget.model() is not None:
            yield from _model_texts(widget.model())


def _model_texts(model: QAbstractItemModel) -> Iterator[str]:
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    # Qt keeps a list's columnCount to itself.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for role in roles:
        for section in range(columns):
            yield str(model.headerData(section, Qt.Orientation.Horizontal, role) or "")
        for row in range(model.rowCount()):
            yield str(model.headerData(row, Qt.Orientation.Vertical, role) or "")
            for column in range(columns):
                yield str(model.data(model.index(row, column, QModelIndex()), role) or "")
