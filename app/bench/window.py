"""Measured in the window itself, with its own pages: scrolling through very many photos, and taking photos in."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QEventLoop, QPoint, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from app.bench.stalls import StallMeter
from app.main import make_application
from app.models.photo_grid import PhotoRole
from app.pages.labels import LabelsPage
from app.pages.photos import PhotosPage
from app.session import Session
from app.window import MainWindow
from core.problems import Problem

_SIZE = (1366, 768)
_PATIENCE_S = 600.0
_FRAMES = 1000
_SLOW, _QUICK = 60, 400  # pixels a frame
_JUMPS = 40
_SETTLE_MS = 500


def measure_scrolling(project: Path) -> dict[str, Any]:
    """The label page of a project: its first pictures, then scrolled slowly, quickly and in jumps to its end and back.

    Frames are timed from the new place of the scroll bar to the painted picture; between them the loop runs on.
    """
    with _window(project) as window:
        page, meter = window.pages["labels"], StallMeter(window)
        assert isinstance(page, LabelsPage)
        began = time.perf_counter()
        window.show_page("labels")
        _wait(lambda: page.grid.grid.rowCount() > 0)
        rows_ms = 1000 * (time.perf_counter() - began)
        _wait(lambda: _first_screen(page)[0] > 0)
        first_ms = 1000 * (time.perf_counter() - began)
        _wait(lambda: _whole(*_first_screen(page)))
        screen_ms = 1000 * (time.perf_counter() - began)
        meter.start()
        frames, before = _scroll(page), psutil.Process().memory_info().rss
        meter.stop()
        frames.sort()
        return {
            "photos": page.grid.grid.rowCount(),
            "platform": QApplication.platformName(),
            "max_stall_ms": round(meter.max_stall_ms, 1),
            "stalls_over_50_ms": meter.stalled,
            "longest_work_ms": round(meter.longest_work_ms, 1),
            "p50_frame_ms": round(statistics.median(frames), 2),
            "p99_frame_ms": round(frames[int(0.99 * (len(frames) - 1))], 2),
            "max_frame_ms": round(frames[-1], 1),
            "frames": len(frames),
            "rows_ms": round(rows_ms),
            "first_paint_ms": round(first_ms),
            "whole_screen_ms": round(screen_ms),
            "peak_bytes": max(meter.peak_bytes, before),
        }


def measure_intake(project: Path, photos: Path) -> dict[str, Any]:
    """The photos page of an empty project while it takes a folder in."""
    with _window(project) as window:
        page, meter = window.pages["photos"], StallMeter(window)
        assert isinstance(page, PhotosPage)
        window.show_page("photos")
        _run_on(_SETTLE_MS)
        meter.start()
        began = time.perf_counter()
        page.take_in([photos])
        _wait(lambda: not page.progress_row.isVisible())
        _wait(lambda: page.grid.grid.rowCount() > 0)
        seconds = time.perf_counter() - began
        meter.stop()
        return {
            "platform": QApplication.platformName(),
            "window_s": round(seconds, 2),
            "frames_stalled": meter.stalled,
            "max_stall_ms": round(meter.max_stall_ms, 1),
            "longest_work_ms": round(meter.longest_work_ms, 1),
            "window_peak_bytes": meter.peak_bytes,
        }


@contextmanager
def _window(project: Path) -> Iterator[MainWindow]:
    """The whole window with a project open."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application()
    session = Session()
    window = MainWindow(session)
    window.resize(*_SIZE)
    window.show()
    try:
        session.open_project(project)
        _run_on(_SETTLE_MS)
        yield window
    finally:
        window.close()
        QThreadPool.globalInstance().waitForDone()
        session.close_project()
        window.deleteLater()


def _scroll(page: LabelsPage) -> list[float]:
    """Milliseconds of every frame: a wheel's steps, then whole screens, then jumps, and back."""
    bar, frames = page.grid.verticalScrollBar(), []
    steps = [_SLOW * number for number in range(_FRAMES // 2)]
    steps += [steps[-1] + _QUICK * number for number in range(_FRAMES // 2)]
    steps += [bar.maximum() * number // _JUMPS for number in (*range(_JUMPS), *range(_JUMPS, -1, -1))]
    loop = QEventLoop()
    places = iter(steps)

    def show_next() -> None:
        place = next(places, None)
        if place is None:
            loop.quit()
            return
        began = time.perf_counter()
        bar.setValue(min(place, bar.maximum()))
        page.grid.viewport().repaint()
        frames.append(1000 * (time.perf_counter() - began))
        QTimer.singleShot(8, show_next)

    show_next()
    loop.exec()
    return frames


def _first_screen(page: LabelsPage) -> tuple[int, int]:
    """How many of the cells in sight have their picture, and how many there are."""
    grid = page.grid
    area = grid.viewport().rect()
    first = grid.indexAt(QPoint(8, 8)).row()
    rows = []
    for row in range(max(0, first), grid.grid.rowCount()):
        if not area.intersects(grid.visualRect(grid.grid.index(row))):
            break
        rows.append(row)
    shown = sum(grid.grid.index(row).data(PhotoRole.THUMBNAIL) is not None for row in rows)
    return shown, len(rows)


def _whole(shown: int, there: int) -> bool:
    return 0 < there == shown


def _wait(until: Callable[[], bool]) -> None:
    """Run the loop until something is so. Raises Problem `bench.window_stuck` when it never is."""
    ends = time.perf_counter() + _PATIENCE_S
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        time.sleep(0.001)
        if time.perf_counter() > ends:
            raise Problem("bench.window_stuck", seconds=round(_PATIENCE_S))


def _run_on(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
