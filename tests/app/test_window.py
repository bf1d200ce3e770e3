"""The frame around the pages: what can be reached, what is in the way, language, look, closing."""

import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QMessageBox,
    QPushButton,
    QTextBrowser,
)
from pytestqt.qtbot import QtBot

from app import engine as bridge
from app import translations
from app.help_dialog import HelpDialog
from app.session import Session
from app.theme import DARK, LIGHT, theme
from app.training_choice import TrainingChoice
from app.window import PAGE_KEYS, MainWindow
from core.photos.scan import scan
from core.problems import Problem
from core.project.store import Project
from core.settings import load_settings
from core.training.events import StateChanged, encode
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.run import EVENTS_FILE, LOCK_FILE, Run
from core.training.state import JobState
from tests.app.run_data import make_run

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window as it is at the very first start, with an engine that has nothing to say."""
    for room in ("app.engine", "app.device"):
        monkeypatch.setattr(f"{room}.engine_command", lambda: [sys.executable, "-S", "-c", "pass"])
    session = Session()
    window = MainWindow(session)
    qtbot.addWidget(window, before_close_func=lambda _: session.engine.kill())
    window.show()
    yield window
    session.engine.kill()
    session.close_project()


@pytest.fixture
def unlabelled(tmp_path: Path, photo_folder: Path) -> Path:
    """The folder of a project with twelve photos and no label."""
    with Project.create(tmp_path / "project", "ボルト検査") as project:
        project.add_photos(scan(photo_folder))
        return project.folder


@pytest.fixture
def labelled(unlabelled: Path) -> Path:
    """The same with its labels."""
    with Project.open(unlabelled) as project:
        project.label_by_folders()
    return unlabelled


def reachable(window: MainWindow) -> list[str]:
    return [key for key in PAGE_KEYS if window.stepper.buttons[key].isEnabled()]


# What can be reached, and why not more


def test_at_the_first_start_only_home_and_on_site_can_be_reached(window: MainWindow) -> None:
    assert window.current == "home"
    assert reachable(window) == ["home", "onsite"]
    assert not window.back.isEnabled()


def test_next_is_off_only_with_its_reason_in_sight(window: MainWindow) -> None:
    assert not window.next.isEnabled()
    assert window.reason.isVisible()
    assert "プロジェクト" in window.reason.text()
    assert window.next.accessibleDescription() == window.reason.text()


def test_the_way_opens_step_by_step(window: MainWindow, unlabelled: Path, qtbot: QtBot) -> None:
    window.session.open_project(unlabelled)
    assert reachable(window) == ["home", "photos", "labels", "onsite"]
    window.show_page("labels")
    assert "ラベル" in window.reason.text() and not window.next.isEnabled()

    project = window.session.project
    assert project is not None
    project.label_by_folders()
    window.session.labels_changed.emit()
    qtbot.waitUntil(window.next.isEnabled)
    assert window.reason.text() == ""
    assert "preset" in reachable(window) and "training" not in reachable(window)

    TrainingChoice().with_preset("coop").keep(project)
    window.session.open_project(unlabelled)
    assert "training" in reachable(window) and "check" not in reachable(window)


def test_a_result_stays_in_reach_when_its_labels_are_gone(window: MainWindow, labelled: Path) -> None:
    with Project.open(labelled) as project:
        make_run(project)
        project.label([photo.id for photo in project.photos()], None)
    window.session.open_project(labelled)
    assert window.session.run is not None and window.pages["labels"].blocker()
    assert reachable(window) == ["home", "photos", "labels", "check", "export", "onsite"]


def test_steps_back_and_next_are_clicked(window: MainWindow, unlabelled: Path, qtbot: QtBot) -> None:
    window.session.open_project(unlabelled)
    qtbot.mouseClick(window.next, LEFT)
    assert window.current == "photos"
    assert window.heading.text() == window.pages["photos"].title()
    qtbot.mouseClick(window.stepper.buttons["labels"], LEFT)
    assert window.current == "labels"
    qtbot.mouseClick(window.stepper.buttons["export"], LEFT)
    assert window.current == "labels"
    qtbot.mouseClick(window.back, LEFT)
    qtbot.mouseClick(window.back, LEFT)
    assert window.current == "home"


def test_a_page_that_cannot_be_shown_yet_gives_the_last_one_before_it(
    window: MainWindow, unlabelled: Path
) -> None:
    window.show_page("check")
    assert window.current == "home"
    window.session.open_project(unlabelled)
    window.show_page("check")
    assert window.current == "labels"


def test_the_last_page_leads_nowhere(window: MainWindow) -> None:
    window.show_page("onsite")
    assert not window.next.isVisible()
    assert window.reason.text() == ""
    assert window.back.isEnabled()


def test_the_page_one_stopped_at_is_shown_again(window: MainWindow, labelled: Path, qtbot: QtBot) -> None:
    window.session.open_project(labelled)
    window.show_page("preset")
    window.show_page("home")
    window.session.close_project()
    window.pages["home"].open_folder(labelled)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: window.current == "preset", timeout=10_000)


def test_a_project_that_goes_takes_the_window_home(window: MainWindow, unlabelled: Path) -> None:
    window.session.open_project(unlabelled)
    window.show_page("labels")
    assert "ボルト検査" in window.windowTitle()
    window.session.close_project()
    assert window.current == "home"
    assert "ボルト検査" not in window.windowTitle()
    assert reachable(window) == ["home", "onsite"]


def test_everything_on_the_frame_is_reached_by_keys(
    window: MainWindow, unlabelled: Path, qtbot: QtBot
) -> None:
    window.session.open_project(unlabelled)
    found = set()
    window.stepper.buttons["home"].setFocus()
    for _ in range(30):
        focus = window.focusWidget()
        assert focus is not None
        found.add(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert {"step_home", "next"} <= found


def test_arrows_walk_the_steps_and_space_chooses_one(
    window: MainWindow, unlabelled: Path, qtbot: QtBot
) -> None:
    window.session.open_project(unlabelled)
    window.stepper.buttons["home"].setFocus()
    for expected in ("step_photos", "step_labels", "step_onsite"):
        focus = window.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_Down)
        assert window.focusWidget() is window.findChild(QPushButton, expected)
    qtbot.keyClick(window.stepper.buttons["onsite"], Qt.Key.Key_Space)
    assert window.current == "onsite"


# Problems and help


def test_a_problem_says_what_why_and_what_to_do_until_it_is_closed(window: MainWindow, qtbot: QtBot) -> None:
    window.tell(Problem("project.locked", path="/home/yamada/x"), "detail /home/yamada/y.jpg")
    banner = window.banner
    assert banner.isVisible()
    assert all(label.text() and label.isVisible() for label in (banner.what, banner.why, banner.do))
    qtbot.mouseClick(banner.copy, LEFT)
    copied = QApplication.clipboard().text()
    assert "project.locked" in copied and "detail" in copied and "yamada" not in copied
    qtbot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()


def test_f1_opens_the_help_of_the_page_on_screen(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("onsite")
    window.show_help()
    dialog = window.findChild(HelpDialog)
    assert dialog is not None and dialog.isVisible()
    assert window.pages["onsite"].title() in dialog.findChild(QTextBrowser).toPlainText()
    dialog.close()
    assert window._help_action.shortcut().toString() == "F1"


# Language


def test_the_real_english_leaves_no_japanese_on_the_frame(window: MainWindow, unlabelled: Path) -> None:
    translations.ensure_compiled()
    window.session.open_project(unlabelled)
    _action(window, "language_en").trigger()
    assert load_settings().language == "en"
    frame = [window.heading, window.back, window.next, window.reason, *window.stepper.buttons.values()]
    texts = [widget.text() for widget in frame] + [menu.title() for menu in window.findChildren(QMenu)]
    left = [text for text in texts if JAPANESE.search(text) and "Language" not in text]
    assert not left
    _action(window, "language_ja").trigger()
    assert JAPANESE.search(window.heading.text())


def test_fonts_follow_the_language_headings_too(
    window: MainWindow, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = QFontDatabase.families()
    monkeypatch.setattr("app.theme.FAMILIES", {"ja": (installed[0],), "en": (installed[-1],)})
    for language, family in (("en", installed[-1]), ("ja", installed[0])):
        window.session.change_settings(language=language)
        window.heading.ensurePolished()
        assert window.heading.font().families()[0] == family
        assert window.next.font().families()[0] == family
        assert window.heading.font().pointSizeF() > window.reason.font().pointSizeF()


# Look


def test_light_and_dark_are_chosen_in_the_menu_and_seen(window: MainWindow, qtbot: QtBot) -> None:
    for name, tokens in (("dark", DARK), ("light", LIGHT)):
        _action(window, f"theme_{name}").trigger()
        assert theme() is tokens
        assert load_settings().theme == name
        corner = window.heading.mapTo(window, QPoint(window.heading.width() - 2, 2))
        assert window.grab().toImage().pixelColor(corner).name() == tokens.window


@pytest.mark.parametrize("language", ["ja", "en"])
def test_at_150_percent_everything_has_its_place_on_a_small_screen(
    window: MainWindow, labelled: Path, qtbot: QtBot, language: str
) -> None:
    window.session.change_settings(text_scale=150, language=language)
    window.session.open_project(labelled)
    project = window.session.project
    assert project is not None
    TrainingChoice().with_preset("coop").keep(project)
    window.session.open_project(labelled)
    window.resize(1366, 728)
    for key in PAGE_KEYS:
        window.show_page(key)
        qtbot.wait(20)
        needed = window.minimumSizeHint().expandedTo(window.centralWidget().minimumSizeHint())
        assert needed.width() <= 1366 and needed.height() <= 728, (key, needed)
        # What has just been listed is laid out a moment later.
        qtbot.waitUntil(lambda: not _squeezed(window))


def _squeezed(window: MainWindow) -> list[str]:
    """Buttons on screen that are narrower than their words."""
    return [
        button.objectName() or button.text()
        for button in window.findChildren(QPushButton)
        if button.isVisible() and button.text()
        and button.width() < min(button.minimumSizeHint().width(), button.sizeHint().width()) - 1
    ]  # fmt: skip


def test_whatever_is_pressed_can_be_pressed_with_a_finger_and_is_named(
    window: MainWindow, labelled: Path, qtbot: QtBot
) -> None:
    window.session.open_project(labelled)
    for key in PAGE_KEYS[:4]:
        window.show_page(key)
        qtbot.wait(20)
        for button in window.findChildren(QPushButton):
            if button.isVisible():
                where = (key, button.objectName() or button.text())
                assert button.height() >= 36, where
                assert button.objectName(), where
                assert button.accessibleName() or button.text(), where


# Closing


def test_the_place_of_the_window_is_remembered(window: MainWindow, qtbot: QtBot) -> None:
    """Where the screen is large enough: the one of a test is 800 pixels wide."""
    window.resize(window.width(), 707)
    window.close()
    again = MainWindow(Session())
    qtbot.addWidget(again)
    assert again.height() == 707


def test_the_menu_closes_the_window(window: MainWindow) -> None:
    window._quit.trigger()
    assert not window.isVisible()


@pytest.fixture
def train(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Callable[[], tuple[psutil.Process, Path]]:
    """Start a worker that says in a file what it heard: `detach`, or the end of its window."""
    heard = tmp_path / "heard"
    script = tmp_path / "worker.py"
    running = encode(StateChanged(state="running"))
    script.write_text(
        textwrap.dedent(
            f"""
            import os, pathlib, sys, time
            print({running!r}, flush=True)
            heard = pathlib.Path({str(heard)!r})
            word = os.read(0, 100).decode().strip()
            heard.write_text(word or "end")
            if word == "detach":
                time.sleep(60)
            """
        ),
        encoding="utf-8",
    )
    monkeypatch.setattr(bridge, "engine_command", lambda: [sys.executable, str(script)])
    monkeypatch.setattr(bridge, "_KILL_AFTER_S", 5.0)

    def begin() -> tuple[psutil.Process, Path]:
        job = save_job(TrainJob(run=str(tmp_path / "run"), preset="coop", composition="coop"))
        before = {child.pid for child in psutil.Process().children()}
        window.session.engine.start(job)
        qtbot.waitUntil(lambda: window.session.engine.state is JobState.RUNNING, timeout=10_000)
        (worker,) = [child for child in psutil.Process().children() if child.pid not in before]
        return worker, heard

    return begin


def test_closing_while_training_asks_and_may_stay(
    window: MainWindow, train: Callable[[], tuple[psutil.Process, Path]]
) -> None:
    worker, heard = train()
    asked = _answer("close_cancel")
    assert not window.close()
    assert asked and "学習" in asked[0]
    assert window.isVisible() and window.session.engine.running and worker.is_running()
    assert not heard.exists()


def test_closing_while_training_may_let_it_go_on(
    window: MainWindow, train: Callable[[], tuple[psutil.Process, Path]], qtbot: QtBot
) -> None:
    worker, heard = train()
    _answer("close_keep_training")
    assert window.close()
    qtbot.waitUntil(heard.exists, timeout=10_000)
    assert heard.read_text() == "detach"
    assert worker.is_running() and not window.session.engine.running
    worker.kill()


def test_closing_while_training_may_end_it(
    window: MainWindow, train: Callable[[], tuple[psutil.Process, Path]], qtbot: QtBot
) -> None:
    worker, heard = train()
    _answer("close_stop_training")
    assert window.close()
    worker.wait(10)
    assert heard.read_text() == "end"


def test_a_run_that_outlived_its_window_is_followed_by_the_next(
    window: MainWindow, labelled: Path, qtbot: QtBot
) -> None:
    with Project.open(labelled) as project:
        run = Run(project.new_run_folder())
        project.snapshot().save(run.folder / DATA_FILE)
    save_job(TrainJob(run=str(run.folder), preset="coop", composition="coop"))
    (run.folder / EVENTS_FILE).write_text(encode(StateChanged(state="running")) + "\n")
    with psutil.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as worker:
        lock = {"pid": worker.pid, "created": worker.create_time()}
        (run.folder / LOCK_FILE).write_text(json.dumps(lock))
        window.session.open_project(labelled)
        qtbot.waitUntil(lambda: window.session.engine.running, timeout=10_000)
        assert window.session.run == run
        _answer("close_stop_training")
        assert window.close()
        assert worker.wait(10) != 0


def _answer(name: str) -> list[str]:
    """Click a button of the question that will be asked; gives the question once it was."""
    asked: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        button = box.findChild(QPushButton, name)
        assert button is not None
        button.click()

    QTimer.singleShot(100, click)
    return asked


def _action(window: MainWindow, name: str) -> QAction:
    return next(action for action in window._choices if action.objectName() == name)
