"""The last net, and the program from its start to its end."""

import logging
import signal
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.error_dialog import ErrorDialog, ErrorNet
from app.main import main
from app.window import MainWindow
from core.photos.scan import scan
from core.problems import Problem
from core.project.store import Project
from core.settings import Settings, locations, save_settings


@pytest.fixture
def net(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[ErrorNet]:
    """The net in force; the test's own hooks come back afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    net = ErrorNet()
    net.install()
    yield net
    net.remove()
    net.deleteLater()


def test_an_error_nobody_caught_is_shown_with_what_was_kept_and_what_to_do(
    net: ErrorNet, qtbot: QtBot
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret of /home/yamada/photo.jpg")

    shown: list[list[str]] = []

    def read(dialog: ErrorDialog) -> None:
        labels = [dialog.findChild(QLabel, f"error_{part}") for part in ("what", "why", "do")]
        shown.append([label.text() for label in labels if label is not None])

    QTimer.singleShot(0, fail)
    _when_shown(read)
    qtbot.waitUntil(lambda: bool(shown))
    (texts,) = shown
    assert len(texts) == 3 and all(texts)
    assert "保存されています" in texts[1]
    assert "yamada" not in "".join(texts)


def test_an_error_that_cannot_be_raised_is_shown_too(net: ErrorNet, qtbot: QtBot) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ZeroDivisionError

    shown: list[ErrorDialog] = []
    _when_shown(shown.append)
    Broken()
    qtbot.waitUntil(lambda: bool(shown))


def test_an_error_of_another_thread_is_shown_too(net: ErrorNet, qtbot: QtBot) -> None:
    shown: list[ErrorDialog] = []
    _when_shown(shown.append)
    threading.Thread(target=lambda: 1 / 0, daemon=True).start()
    qtbot.waitUntil(lambda: bool(shown))


def test_a_storm_of_errors_is_one_dialog(net: ErrorNet, qtbot: QtBot) -> None:
    count: list[int] = []
    for _ in range(20):
        net._hook(ValueError, ValueError("again"), None)
    _when_shown(lambda _: count.append(len(_dialogs())))
    qtbot.waitUntil(lambda: bool(count))
    qtbot.wait(100)
    assert count == [1]
    assert not _dialogs()


def test_details_and_bundle_hold_no_path_and_no_name(
    net: ErrorNet, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(Settings(operator="山田", recent_projects=("/home/yamada/検査",)))
    bundle = tmp_path / "診断.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(bundle), ""))
    details: list[str] = []

    def save(dialog: ErrorDialog) -> None:
        _press(dialog, "error_show_details")
        text = dialog.findChild(QPlainTextEdit)
        assert text is not None and text.isVisible()
        details.append(text.toPlainText())
        _press(dialog, "error_save_bundle")

    _when_shown(save)
    error = OSError("/home/yamada/検査/IMG_0012.jpg")
    net._hook(OSError, error, error.__traceback__)
    qtbot.waitUntil(lambda: bool(details) and not _dialogs())
    with zipfile.ZipFile(bundle) as file:
        texts = [file.read(name).decode() for name in file.namelist()]
    for word in ("山田", "yamada", "検査", "IMG_0012"):
        assert word not in "".join([*details, *texts])
    assert "OSError" in details[0] and "OSError" in "".join(texts)


def test_a_problem_nobody_caught_keeps_its_own_words(net: ErrorNet, qtbot: QtBot) -> None:
    shown: list[str] = []
    _when_shown(lambda dialog: shown.append(dialog.findChild(QLabel, "error_what").text()))
    net._hook(Problem, Problem("project.locked", path="x"), None)
    qtbot.waitUntil(lambda: bool(shown))
    assert "ほかで使われています" in shown[0]


# The whole program


@pytest.fixture
def program(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a start of the program changes for good in its process is as before afterwards."""
    for place, name in ((sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    for room in ("app.engine", "app.device"):
        monkeypatch.setattr(f"{room}.engine_command", lambda: [sys.executable, "-S", "-c", "pass"])
    root, interrupt = logging.getLogger(), signal.getsignal(signal.SIGINT)
    handlers, level = root.handlers[:], root.level
    yield
    signal.signal(signal.SIGINT, interrupt)
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()


def test_the_program_starts_and_ends_without_a_trace_of_a_crash(program: None, qapp: QApplication) -> None:
    seen: list[str] = []
    _in_window(qapp, lambda window: seen.append(window.current))
    assert main([]) == 0
    assert seen == ["home"]
    assert not (locations().log / "crash.txt").exists()
    assert (locations().log / "hikidashi.log").exists()


def test_a_project_and_a_page_are_opened_from_the_command_line(
    program: None, qapp: QApplication, tmp_path: Path, photo_folder: Path
) -> None:
    with Project.create(tmp_path / "project", "ボルト検査") as project:
        project.add_photos(scan(photo_folder))
    seen: list[str] = []
    _in_window(qapp, lambda window: seen.extend([window.current, window.windowTitle()]))
    assert main(["--project", str(tmp_path / "project"), "--page", "labels"]) == 0
    assert seen[0] == "labels" and "ボルト検査" in seen[1]


def test_a_project_that_is_not_there_is_told_in_the_window(
    program: None, qapp: QApplication, tmp_path: Path
) -> None:
    seen: list[bool] = []
    _in_window(qapp, lambda window: seen.append(window.banner.isVisible()))
    assert main(["--project", str(tmp_path / "nothing")]) == 0
    assert seen == [True]


def test_a_crash_of_the_last_session_is_told(program: None, qapp: QApplication) -> None:
    crash = locations().log / "crash.txt"
    crash.parent.mkdir(parents=True)
    crash.write_text("Fatal Python error: Segmentation fault", encoding="utf-8")
    seen: list[str] = []
    _in_window(qapp, lambda window: seen.append(window.banner.what.text()))
    assert main([]) == 0
    assert "正しく終了しませんでした" in seen[0]
    assert not crash.exists()


def _when_shown(act: Callable[[ErrorDialog], object], patience: int = 100) -> None:
    """Do something with the error dialog as soon as it is there, and close it."""

    def look() -> None:
        dialogs = _dialogs()
        if dialogs:
            act(dialogs[0])
            dialogs[0].close()
        elif patience:
            _when_shown(act, patience - 1)

    QTimer.singleShot(20, look)


def _dialogs() -> list[ErrorDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, ErrorDialog) and w.isVisible()]


def _press(dialog: QDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None
    button.click()


def _in_window(app: QApplication, act: Callable[[MainWindow], object], patience: int = 200) -> None:
    """Do something in the program's window a moment after it is there, and close it."""

    def act_and_close(window: MainWindow) -> None:
        act(window)
        window.close()
        window.deleteLater()

    def look() -> None:
        windows = [w for w in app.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
        if windows:
            QTimer.singleShot(200, lambda: act_and_close(windows[0]))
        elif patience:
            _in_window(app, act, patience - 1)

    QTimer.singleShot(20, look)
