"""What is handed to whoever looks for a fault: enough to find it, no photo and no name."""

import logging
import zipfile
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import diagnostics
from app.diagnostics import (
    LOG_FILE,
    record_crashes,
    save_bundle,
    scrub,
    start_logging,
    stop_recording_crashes,
)
from app.error_dialog import ErrorDialog
from core.problems import Problem
from core.settings import Settings, locations, save_settings


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """The program's log, into a file of this test."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    start_logging()
    yield logging.getLogger("app.test")
    for handler in [h for h in root.handlers if h not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        r"cannot open C:\Users\山田太郎\検査\キズ\IMG_0012.JPG now",
        "cannot open /home/yamada/検査/キズ/IMG_0012.JPG now",
        r"cannot open \\server01\山田\検査\IMG_0012.JPG now",
        '  File "/home/yamada/hikidashi/検査/x.jpg", line 3',
        "Problem('photos.missing', {'path': PosixPath('/mnt/line 3/山田/IMG_0012.jpg')})",
        "C:/Users/山田太郎/My Photos/IMG_0012.JPG",
        "/home/yamada/lib/検査/IMG_0012.jpg",
        "IMG_0012.heic could not be read",
    ],
)
def test_no_folder_and_no_file_name_survives(text: str) -> None:
    clean = scrub(text)
    for name in ("山田", "yamada", "検査", "キズ", "IMG_0012", "server01", "Photos"):
        assert name not in clean


def test_the_programs_own_files_stay_so_that_a_fault_can_be_found() -> None:
    assert "app/window.py" in scrub('  File "/home/yamada/hikidashi/app/window.py", line 88, in show_page')
    assert "line 88, in show_page" in scrub(
        '  File "/home/yamada/hikidashi/app/window.py", line 88, in show_page'
    )


def test_the_user_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics.getpass, "getuser", lambda: "yamada")
    assert "yamada" not in scrub("labels by yamada were kept")


def test_a_bundle_holds_log_versions_and_settings_but_no_names(log: logging.Logger, tmp_path: Path) -> None:
    save_settings(Settings(operator="山田", recent_projects=("/home/yamada/検査",), text_scale=125))
    log.error("cannot open /home/yamada/検査/IMG_0012.jpg")
    save_bundle(tmp_path / "bundle.zip", "Traceback: /home/yamada/検査/IMG_0012.jpg")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    together = "\n".join(texts.values())
    assert not [name for name in ("山田", "yamada", "検査", "IMG_0012") if name in together]
    assert "cannot open" in texts[LOG_FILE]
    assert "text_scale = 125" in texts["settings.txt"]
    assert "pyside6" in texts["system.txt"]


def test_the_log_is_of_limited_size(log: logging.Logger) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, RotatingFileHandler))
    assert handler.maxBytes * (handler.backupCount + 1) <= 8 << 20


def test_a_hard_crash_is_told_once_at_the_next_start() -> None:
    assert record_crashes() == ""
    stop_recording_crashes()
    assert record_crashes() == ""
    stop_recording_crashes()
    crash = locations().log / "crash.txt"
    crash.write_text("Fatal Python error: Segmentation fault", encoding="utf-8")
    assert "Segmentation fault" in record_crashes()
    stop_recording_crashes()
    assert record_crashes() == ""
    stop_recording_crashes()


def test_an_unexpected_error_says_what_why_and_what_to_do(qtbot: QtBot) -> None:
    dialog = ErrorDialog(ZeroDivisionError("division by zero"), "Traceback …")
    qtbot.addWidget(dialog)
    texts = [dialog.findChild(QLabel, name).text() for name in ("error_what", "error_why", "error_do")]
    assert all(texts)
    assert "ZeroDivisionError" in texts[1]
    assert "division by zero" not in "".join(texts)


def test_a_problem_with_words_keeps_its_own(qtbot: QtBot) -> None:
    dialog = ErrorDialog(Problem("project.locked", path="x"), "")
    qtbot.addWidget(dialog)
    assert "ほかで使われています" in dialog.findChild(QLabel, "error_what").text()
