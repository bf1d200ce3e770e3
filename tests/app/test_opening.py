"""A double-click opens the window where the file belongs."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import main as app_main
from app.main import _options
from app.models_dialog import ModelsDialog
from app.opening import open_path
from app.pages.onsite import OnsitePage
from app.session import Session
from app.window import MainWindow
from core.cli import main as command_line
from core.documents import is_document
from core.project.store import PROJECT_FILE


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> MainWindow:
    """The window at its start; a project lies on the disk, none is open."""
    assert session.project is not None
    window_session = session
    window_session.close_project()
    window = MainWindow(window_session)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.mark.parametrize("inside", [PROJECT_FILE, ""], ids=["the file", "its folder"])
def test_a_project_opens(inside: str, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_path(window, tmp_path / "プロジェクト" / inside)
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert window.session.project is not None and window.session.project.name == "ボルト検査"
    qtbot.waitUntil(lambda: window.current == "photos")


def test_a_package_opens_on_site(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Path] = []
    monkeypatch.setattr(OnsitePage, "open_package", lambda _self, path: taken.append(path))
    path = tmp_path / "ボルト.HKD"
    path.touch()
    open_path(window, path)
    assert (taken, window.current) == ([path], "onsite")


def test_a_file_of_models_opens_the_models(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[list[Path]] = []
    monkeypatch.setattr(ModelsDialog, "take", lambda _self, paths: taken.append(paths))
    path = tmp_path / "usb.hkmodels"
    path.touch()
    open_path(window, path)
    open_path(window, path)
    assert taken == [[path], [path]]
    dialogs = window.findChildren(ModelsDialog)
    assert len(dialogs) == 1 and dialogs[0].isVisible()
    dialogs[0].close()


def test_what_is_gone_or_is_not_ours_is_said(window: MainWindow, tmp_path: Path) -> None:
    open_path(window, tmp_path / "gone.hkd")
    assert "見つかりません" in window.banner.what.text()
    (tmp_path / "photo.jpg").touch()
    open_path(window, tmp_path / "photo.jpg")
    assert "開けるファイルではありません" in window.banner.what.text()
    assert window.current == "home"


def test_the_program_takes_a_file_on_its_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _options(["a.hkd"]).path == Path("a.hkd")
    called: list[list[str]] = []
    monkeypatch.setattr(app_main, "main", lambda words: called.append(list(words)) or 0)
    assert command_line(["ボルト.hkd"]) == 0
    assert called == [["ボルト.hkd"]]


def test_a_command_is_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_document("models") and not is_document("photo.jpg") and not is_document(str(tmp_path))
    assert is_document("x.hikidashi") and is_document("X.HKD") and is_document("m.hkmodels")
    (tmp_path / PROJECT_FILE).touch()
    assert is_document(str(tmp_path))
