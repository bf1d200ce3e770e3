"""The guided tour: the real window, worked by clicks and keys from the sample project to a judged photo.

python -m app.tour --out DIR    leaves a picture of every page and the exported package in DIR; exit 0 only when
the package was verified. Where there is no display it runs off-screen.
"""

import argparse
import faulthandler
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, overload

import psutil
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QListView,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from app.diagnostics import start_logging
from app.main import make_application
from app.models.photo_grid import PhotoRole
from app.on_site import Judged
from app.pages.export import ExportPage
from app.pages.onsite import OnsitePage
from app.pages.training import TrainingPage
from app.session import Session
from app.site_texts import Sheet
from app.site_work import Phase
from app.widgets.photo_grid import PhotoGrid
from app.window import MainWindow
from core.project.probe import SAMPLE
from core.settings import Settings, save_settings
from core.tasks.texts import TASKS, Task
from core.training.state import JobState

W = TypeVar("W", bound=QWidget)
T = TypeVar("T")
_LOOK_MS = 50
_SOON_S = 60.0
_ENGINE_S = 300.0
_TRAINING_S = 3600.0
_EVERY_NTH_ON_SITE = 61
_FIRST_ROWS = 12


class Lost(Exception):
    """The window did not come to what the operator waited for."""


def let_work(milliseconds: int) -> None:
    """Let the window work for a while. QTest.qWait would hold Python's lock and starve the work in the background."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Operator:
    """Hands and eyes at a window: finds widgets by name, clicks where a person could click, waits, takes pictures."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @overload
    def find(self, name: str) -> QWidget: ...
    @overload
    def find(self, name: str, kind: type[W]) -> W: ...
    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The widget of that name; one on screen goes before one that is hidden."""
        found = self.window.findChildren(kind, name)
        if not found:
            raise Lost(f"there is no {name} in the window")
        return next((widget for widget in found if widget.isVisible()), found[0])

    def click(self, name: str) -> None:
        """Click a widget as soon as it can be clicked, at a point where nothing else lies over it."""
        self.wait(lambda: self._clickable(name), f"{name} can be clicked")
        widget = self.find(name)
        _bring_into_view(widget)
        place = self._free_point(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def choose_in_dialog(self, name: str, *paths: Path) -> None:
        """Click what opens a file dialog, and choose these in it."""
        QTimer.singleShot(0, self.window, lambda: _fill_file_dialog(paths))
        self.click(name)

    def press(
        self, name: str, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press keys while a widget has the focus."""
        widget = self.find(name)
        widget.setFocus()
        for key in keys:
            QTest.keyClick(widget, key, modifier)

    def go_on(self, to: str) -> None:
        """The button at the bottom right, to the page of that key."""
        self.wait(lambda: self.find("next").isEnabled(), f"the way to {to} is open")
        self.click("next")
        self.wait(lambda: self.window.current == to, f"page {to}")

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = _SOON_S) -> None:
        """Let the window work until `condition` holds."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise Lost(f"waited {seconds:.0f} s in vain on page {self.window.current}: {what}")
            let_work(_LOOK_MS)

    def look(self, path: Path) -> Path:
        """Take a picture of the window once it has settled."""
        let_work(4 * _LOOK_MS)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))
        return path

    def _clickable(self, name: str) -> bool:
        widget = self.find(name)
        return widget.isVisible() and widget.isEnabled()

    def _free_point(self, widget: QWidget) -> QPoint:
        place = widget.rect().center()
        on_top = self.window.childAt(widget.mapTo(self.window, place))
        if on_top is None or not (on_top is widget or widget.isAncestorOf(on_top)):
            raise Lost(f"{widget.objectName()} cannot be reached: {on_top} lies over it")
        return place


def _bring_into_view(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
    let_work(_LOOK_MS)


def _fill_file_dialog(paths: Sequence[Path]) -> None:
    """Runs inside the dialog's own event loop."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QFileDialog):
        QTimer.singleShot(_LOOK_MS, lambda: _fill_file_dialog(paths))
        return
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(line, QLineEdit), "Qt's own file dialog has a line for the name"
    line.setText(str(paths[0]) if len(paths) == 1 else " ".join(f'"{path}"' for path in paths))
    dialog.accept()


class Tour:
    """The way through all pages, with the sample of a task; `out` gets the pictures and the package."""

    def __init__(self, window: MainWindow, out: Path, preset: str, task: Task = "classification") -> None:
        self.window = window
        self.task = task
        self.operator = Operator(window)
        self.out = out
        self.preset = preset
        self.pictures: list[str] = []
        self.seconds: dict[str, float] = {}

    def walk(self) -> dict[str, Any]:
        """Walk; gives what is printed. Raises Lost when the window does not go along."""
        for part in (self._home, self._photos, self._labels, self._preset, self._training, self._check):
            self._timed(part)
        exported = self._timed(self._export)
        answers = self._timed(self._on_site)
        return exported | {"answers": answers, "pages": self.pictures, "seconds": self.seconds}

    def _home(self) -> None:
        self._picture("home")
        self.operator.click("home_sample" if self.task == "classification" else f"home_sample_{self.task}")
        self.operator.wait(lambda: self.window.current == "photos", "the sample project is open", _ENGINE_S)

    def _photos(self) -> None:
        self.operator.wait(lambda: self.operator.find("next").isEnabled(), "the photos are counted")
        self._thumbnails("photos_grid")
        self._picture("photos")
        self.operator.go_on("labels")

    def _labels(self) -> None:
        grid = "labels_grid"
        self.operator.wait(
            lambda: self.operator.find(grid, PhotoGrid).grid.rowCount() > 0, "photos in the grid"
        )
        kinds = self.task == "classification"
        self.operator.press(grid, Qt.Key.Key_Right, *((Qt.Key.Key_2,) if kinds else ()))
        self._thumbnails(grid)
        self._picture("labels")
        if kinds:
            self.operator.click("labels_undo")
        self.operator.go_on("preset")

    def _preset(self) -> None:
        card = "preset_" + self.preset.replace("-", "_")
        self.operator.wait(lambda: bool(self.window.session.preset), "a preset is recommended")
        self.operator.click(card)
        self.operator.wait(lambda: self.window.session.preset == self.preset, f"{self.preset} is chosen")
        self._picture("preset")
        self.operator.go_on("training")

    def _training(self) -> None:
        self.operator.wait(lambda: self.operator.find("training_start").isEnabled(), "training can start")
        self._picture("training-before")
        self.operator.click("training_start")
        page = self.operator.find("page_training", TrainingPage)
        self.operator.wait(
            lambda: len(page.story.rounds) >= 2 or page.story.state.terminal, "epochs", _TRAINING_S
        )
        self._picture("training")
        self.operator.wait(lambda: page.story.state.terminal, "the training ends", _TRAINING_S)
        if page.story.state is not JobState.FINISHED:
            raise Lost(f"the training ended as {page.story.state}: {page.story.failure}")
        self._picture("training-after")
        self.operator.go_on("check")

    def _check(self) -> None:
        name = "check_tabs" if self.task == "classification" else "text_check_tabs"
        self.operator.wait(lambda: self.operator.find(name).isVisible(), "the result is read")
        tabs = self.operator.find(name, QTabWidget)
        for number in filter(tabs.isTabVisible, range(tabs.count())):
            QTest.mouseClick(
                tabs.tabBar(), Qt.MouseButton.LeftButton, pos=tabs.tabBar().tabRect(number).center()
            )
            self._picture(f"check-{number + 1}")
        self.operator.go_on("export")

    def _export(self) -> dict[str, Any]:
        self.operator.choose_in_dialog("export_choose_folder", self.out)
        self.operator.click("export_start")
        page = self.operator.find("page_export", ExportPage)
        self.operator.wait(
            lambda: page.result.isVisible() or page.banner.isVisible(), "the package", _ENGINE_S
        )
        self._picture("export")
        if page.exported is None or not page.exported.verified:
            raise Lost("the package was not verified")
        self.operator.go_on("onsite")
        return vars(page.exported)

    def _on_site(self) -> list[dict[str, Any]]:
        page = self.operator.find("page_onsite", OnsitePage)
        self.operator.wait(lambda: page.at_work.phase is Phase.READY, "the package is loaded", _ENGINE_S)
        answers: list[dict[str, Any]] = []
        page.on_site.judged.connect(lambda judged: answers.append(_told_of(judged)))
        page.texts.wrote.connect(lambda sheet: answers.append(_written_in(sheet)))
        photos = sorted((SAMPLE / "test").rglob("*.jpg"))[::_EVERY_NTH_ON_SITE]
        self.operator.choose_in_dialog("onsite_photos", *photos)
        self.operator.wait(lambda: len(answers) == len(photos), "the answers", _ENGINE_S)
        if self.task != "classification":
            rows = self.operator.find("records", QListView).model()
            told = sum(len(answer["texts"]) for answer in answers)
            self.operator.wait(lambda: rows.rowCount() == told, "the records")
        self._picture("onsite")
        return answers

    def _thumbnails(self, name: str) -> None:
        """Wait until the first rows of a grid have their pictures."""
        rows = self.operator.find(name, PhotoGrid).grid
        first = range(_FIRST_ROWS)
        self.operator.wait(
            lambda: all(rows.index(row).data(PhotoRole.THUMBNAIL) is not None for row in first),
            f"thumbnails in {name}",
        )

    def _timed(self, part: Callable[[], T]) -> T:
        started = time.monotonic()
        answer = part()
        self.seconds[part.__name__.strip("_")] = round(time.monotonic() - started, 1)
        return answer

    def _picture(self, name: str) -> None:
        number = len(self.pictures) + 1
        self.pictures.append(str(self.operator.look(self.out / f"{number:02}-{name}.png")))
        print(self.pictures[-1], file=sys.stderr, flush=True)


def _told_of(judged: Judged) -> dict[str, Any]:
    return {"photo": judged.photo.name, "class": judged.class_name, "unsure": judged.unsure}


def _written_in(sheet: Sheet) -> dict[str, Any]:
    return {"photo": sheet.photo.name, "texts": [record.text for record in sheet.records]}


def main(argv: Sequence[str] | None = None) -> int:
    """Walk the tour in a home of its own; 0 when it ended with a verified package."""
    options = _options(argv)
    out = options.out.absolute()
    faulthandler.enable()
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # The person's own settings and projects stay as they are.
    os.environ["HIKIDASHI_HOME"] = str(_fresh(out))
    save_settings(Settings(language=options.language, theme=options.theme, text_scale=options.text_scale))
    start_logging()
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    make_application()
    faults: list[BaseException] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        faults.append(error)
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = note
    session = Session()
    window = MainWindow(session)
    window.resize(*options.size)
    window.show()
    let_work(0)
    start_s = round(_seconds_since_start(), 2)
    try:
        walked = {} if options.start_only else Tour(window, out, options.preset, options.task).walk()
        answer = walked | {"start_s": start_s}
    except Lost as lost:
        Operator(window).look(out / "lost.png")
        print(f"The tour could not be finished: {lost}\nSee {out / 'lost.png'}", file=sys.stderr)
        return 1
    finally:
        session.engine.kill()
        window.close()
        session.close_project()
        sys.excepthook = sys.__excepthook__
    print(json.dumps(answer, ensure_ascii=False))
    return 1 if faults else 0


def _seconds_since_start() -> float:
    """Since the system started this process: its loading and the imports count."""
    if sys.platform != "linux":
        return time.time() - psutil.Process().create_time()
    # By the clock that the kernel notes it on: the moment of the boot is known to whole seconds only.
    ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _fresh(out: Path) -> Path:
    """The tour's home below `out`, emptied."""
    home = out / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return home


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.tour", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and the package")
    parser.add_argument("--language", choices=("system", "ja", "en"), default="system")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--text-scale", type=int, choices=(100, 125, 150), default=100)
    parser.add_argument("--size", type=_size, default=(1366, 768), metavar="1366x768")
    parser.add_argument(
        "--task", choices=TASKS, default="classification", help="which sample is walked through"
    )
    parser.add_argument("--preset", help="default: coop-dept; lora where the model writes")
    parser.add_argument(
        "--start-only", action="store_true", help="only tell how long the window took to open"
    )
    options = parser.parse_args(argv)
    options.preset = options.preset or ("coop-dept" if options.task == "classification" else "lora")
    return options


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


if __name__ == "__main__":
    sys.exit(main())
