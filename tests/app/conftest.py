"""The window's tests run in Japanese, as on the shop floor, and leave nothing behind."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QThreadPool
from PySide6.QtWidgets import QApplication

from app.assist import Assistant
from app.engine import EngineProcess
from app.session import Session
from app.translations import ensure_compiled, use_language
from core.photos.scan import scan

_PATIENCE_MS = 20_000


@pytest.fixture(autouse=True, scope="session")
def _translations_up_to_date() -> None:
    ensure_compiled()


@pytest.fixture(autouse=True, scope="session")
def _collect_only_what_tests_make() -> None:
    """What was loaded before the first test is left out of the collection after each."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _in_japanese(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIKIDASHI_LANGUAGE", "ja")
    if qapp.property("language") != "ja":
        use_language(qapp, "ja")


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """No window, no work in the background and no engine outlives the test that started it."""
    before = set(QApplication.topLevelWidgets())
    yield
    assert QThreadPool.globalInstance().waitForDone(_PATIENCE_MS), "work in the background went on"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    left = [
        widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.isVisible()
    ]
    assert not left, f"windows left open: {left}"
    engines = [thread for thread in threading.enumerate() if thread.name in ("engine", "engine-end")]
    for thread in engines:
        thread.join(_PATIENCE_MS / 1000)
    assert not [thread for thread in engines if thread.is_alive()], "an engine was left running"


@pytest.fixture(autouse=True)
def _no_help_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening the labels page starts no engine that looks at the photos, but where a test is about that."""
    monkeypatch.setattr(Assistant, "_start", lambda *_: None)


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """Twelve photos in two sub-folders, each of one grey."""
    folder = tmp_path / "写真"
    for number in range(12):
        place = folder / ("良品" if number < 6 else "キズ") / f"写真 {number:02}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (20 * number,) * 3).save(place)
    return folder


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path, photo_folder: Path) -> Iterator[Session]:
    """A session with a project of twelve photos and no label."""
    session = Session()
    session.new_project(tmp_path / "プロジェクト", "ボルト検査")
    assert session.project is not None
    session.project.add_photos(scan(photo_folder))
    yield session
    session.engine.kill()
    session.close_project()


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Jobs that the engine was started on; the test plays the engine."""
    started: list[Path] = []
    monkeypatch.setattr(EngineProcess, "start", lambda _self, job: started.append(job))
    return started
