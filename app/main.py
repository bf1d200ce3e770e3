"""Start the window."""

import argparse
import gc
import locale
import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication

from app.diagnostics import record_crashes, start_logging, stop_recording_crashes
from app.error_dialog import ErrorNet
from app.opening import open_path
from app.session import Session
from app.translations import ensure_compiled
from app.window import PAGE_KEYS, MainWindow
from core import __version__
from core.assets import ASSETS
from core.problems import Problem

_SWITCH_S = 0.0005
_COLLECT_AFTER = (20_000, 20, 50)
_LOG = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed; gives the exit code."""
    options = _options(sys.argv[1:] if argv is None else argv)
    start_logging()
    crash = record_crashes()
    app = make_application()
    net = ErrorNet(app)
    net.install()
    session = Session()
    window = MainWindow(session)
    window.show()
    QTimer.singleShot(0, window, lambda: _after_start(window, options, crash))
    # Python sees Ctrl+C only when it runs: let it, now and then.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    heartbeat = QTimer(app, interval=500)
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start()
    code = app.exec()
    session.close_project()
    net.remove()
    stop_recording_crashes()
    return int(code)


def make_application() -> QApplication:
    """The one QApplication, named, with its icon."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    # Painting calls Python many times; behind work in the background each call would wait for its lock 5 ms.
    sys.setswitchinterval(_SWITCH_S)
    # A full collection beside 50,000 photos holds the screen up for 90 ms; there is little for it to find.
    gc.set_threshold(*_COLLECT_AFTER)
    # Qt takes the locale of the PC over; numbers in files are written with a point all the same.
    locale.setlocale(locale.LC_NUMERIC, "C")
    app.setApplicationName("Hikidashi")
    app.setApplicationDisplayName("Hikidashi")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("hikidashi")
    _bring_japanese()
    app.setWindowIcon(QIcon(str(ASSETS / "icons" / "hikidashi.svg")))
    try:
        ensure_compiled()
    except (OSError, subprocess.SubprocessError):
        # A program folder that may not be written: the window speaks Japanese, or the English it has.
        _LOG.exception("the translations could not be compiled")
    return app


def _bring_japanese() -> None:
    """The program's own Japanese letters where the PC has none: a bare Linux would show boxes."""
    if not QFontDatabase.families(QFontDatabase.WritingSystem.Japanese):
        for path in sorted((ASSETS / "fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(path))


def _after_start(window: MainWindow, options: argparse.Namespace, crash: str) -> None:
    if crash:
        _LOG.error("the last session crashed\n%s", crash)
        window.tell(Problem("app.crashed_before"))
    if options.project is not None:
        try:
            window.session.open_project(options.project)
        except Problem as problem:
            window.tell(problem)
    if options.path is not None:
        open_path(window, options.path)
    if options.page:
        window.show_page(options.page)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hikidashi-window", description="Open the window.")
    parser.add_argument("path", nargs="?", type=Path, help="open this project, package or file of models")
    parser.add_argument("--project", type=Path, help="open this project")
    parser.add_argument("--page", choices=PAGE_KEYS, help="show this page first")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
