"""The meter finds what holds the loop, and both measurements go through the window's own pages."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.bench import window
from app.bench.stalls import StallMeter
from core.bench.grid import measure_window_intake, project_of_many
from core.bench.ingest import write_photos


def test_a_loop_that_is_held_is_a_stall(qtbot: QtBot) -> None:
    meter = StallMeter()
    meter.start()
    qtbot.wait(50)
    QTimer.singleShot(0, lambda: time.sleep(0.2))
    qtbot.wait(300)
    meter.stop()
    assert meter.max_stall_ms > 150 and meter.stalled >= 1
    assert meter.longest_work_ms < 150, "sleeping is no work"


def test_scrolling_is_measured_on_the_label_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(window, "_FRAMES", 60)
    monkeypatch.setattr(window, "_JUMPS", 5)
    monkeypatch.setattr(window, "_SETTLE_MS", 50)
    project = project_of_many(tmp_path, 120)
    found = window.measure_scrolling(project)
    assert found["photos"] == 120 and found["frames"] == 71
    assert 0 < found["p50_frame_ms"] <= found["p99_frame_ms"] <= found["max_frame_ms"]
    assert 0 < found["rows_ms"] <= found["first_paint_ms"] <= found["whole_screen_ms"]
    assert found["peak_bytes"] > 10**7


def test_taking_in_is_measured_on_the_photos_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(window, "_SETTLE_MS", 50)
    write_photos(tmp_path / "photos", 3, (320, 240))
    found = measure_window_intake(tmp_path / "photos")
    assert found["window_s"] > 0 and found["frames_stalled"] >= 0 and found["max_stall_ms"] >= 0
