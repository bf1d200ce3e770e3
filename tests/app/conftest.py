"""The window's tests run in Japanese, as on the shop floor, and leave nothing behind."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QThreadPool
from PySide6.QtWidgets import QApplication

_PATIENCE_MS = 20_000


@pytest.fixture(autouse=True)
def _in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIKIDASHI_LANGUAGE", "ja")


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """No window, no work in the background and no engine outlives the test that started it."""
    before = set(QApplication.topLevelWidgets())
    yield
    assert QThreadPool.globalInstance().waitForDone(_PATIENCE_MS), "work in the background went on"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.isVisible()]
    assert not left, f"windows left open: {left}"
    engines = [thread for thread in threading.enumerate() if thread.name in ("engine", "engine-end")]
    for thread in engines:
        thread.join(_PATIENCE_MS / 1000)
    assert not [thread for thread in engines if thread.is_alive()], "an engine was left running"
