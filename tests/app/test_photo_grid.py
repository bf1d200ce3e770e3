"""The grid of thumbnails: many photos, no waiting, and only what is in sight is loaded."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.models.photo_grid import PhotoGridModel, PhotoRole
from app.widgets.photo_grid import PhotoGrid
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem
from core.project.classes import ProductClass
from core.project.sources import Photo

GOOD = ProductClass(1, 0, "良品", "good part", "1", "base", None)
LONG = ProductClass(2, 1, "とても長い名前の種類🔩" * 12, "", "", "base", None)
LEFT = Qt.MouseButton.LeftButton


class Store(ThumbnailStore):
    """Thumbnails without files: a photo whose name begins with x cannot be read."""

    def __init__(self) -> None:
        super().__init__(Path())
        buffer = io.BytesIO()
        Image.new("RGB", (8, 6), "red").save(buffer, "JPEG")
        self.asked: list[str] = []
        self._data = buffer.getvalue()

    def get(self, photo: Path) -> bytes:
        self.asked.append(photo.name)
        if photo.name.startswith("x"):
            raise Problem("photos.unreadable", name=photo.name, path=photo, reason="")
        return self._data


@pytest.fixture
def grid(qtbot: QtBot) -> PhotoGrid:
    """An empty grid on screen."""
    grid = PhotoGrid("grid")
    qtbot.addWidget(grid)
    grid.resize(800, 500)
    grid.show()
    return grid


def photos(names: list[str], class_id: int | None = None) -> list[Photo]:
    return [
        Photo(number, Path("/photos") / name, "", 0, 0, "", None, None, False, class_id, "", "")
        for number, name in enumerate(names, start=1)
    ]


def many(count: int) -> list[Photo]:
    return photos([f"{number:06}.jpg" for number in range(count)])


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = PhotoGridModel()
    qtmodeltester.check(model)
    model.show_photos(many(5), [GOOD], None)
    qtmodeltester.check(model)
    model.set_labels([2, 3, 99], 1)
    model.show_photos(many(3), [GOOD], None)
    qtmodeltester.check(model)
    assert model.rowCount(model.index(0)) == 0
    assert model.data(QModelIndex()) is None


def test_a_cell_tells_name_class_and_the_words_for_a_screen_reader(grid: PhotoGrid) -> None:
    grid.grid.show_photos(photos(["写真 🔩.jpg"]), [GOOD], None)
    index = grid.grid.index(0)
    assert index.data() == "写真 🔩.jpg"
    assert index.data(PhotoRole.CLASS) is None
    grid.grid.set_labels([1], GOOD.id)
    assert index.data(PhotoRole.CLASS) is GOOD
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "写真 🔩.jpg 良品"


def test_a_label_whose_class_is_gone_is_shown_as_none(grid: PhotoGrid) -> None:
    grid.grid.show_photos(photos(["a.jpg"], class_id=7), [GOOD], None)
    assert grid.grid.index(0).data(PhotoRole.CLASS) is None


def test_thumbnails_arrive_and_broken_photos_are_marked(grid: PhotoGrid, qtbot: QtBot) -> None:
    grid.grid.show_photos(photos(["a.jpg", "x.jpg"]), [], Store())
    good, bad = grid.grid.index(0), grid.grid.index(1)
    qtbot.waitUntil(lambda: isinstance(good.data(PhotoRole.THUMBNAIL), QPixmap))
    qtbot.waitUntil(lambda: bool(bad.data(PhotoRole.BROKEN)))
    assert bad.data(PhotoRole.THUMBNAIL) is None
    assert not good.data(PhotoRole.BROKEN)
    assert _has_colour(grid, "#fe0000", 40)


def test_only_what_is_in_sight_is_loaded(grid: PhotoGrid, qtbot: QtBot) -> None:
    store = Store()
    grid.grid.show_photos(many(5000), [], store)
    qtbot.waitUntil(lambda: len(store.asked) >= 9)
    qtbot.wait(200)
    assert len(store.asked) < 100
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: "004999.jpg" in store.asked, timeout=10_000)
    assert "002500.jpg" not in store.asked


def test_a_photo_is_loaded_once(grid: PhotoGrid, qtbot: QtBot) -> None:
    store = Store()
    grid.grid.show_photos(many(3), [], store)
    qtbot.waitUntil(lambda: len(store.asked) == 3)
    grid.viewport().update()
    grid.grid.show_photos(many(3), [GOOD], store)
    qtbot.wait(100)
    assert len(store.asked) == 3


def test_the_same_photos_again_leave_place_and_selection_alone(grid: PhotoGrid) -> None:
    grid.grid.show_photos(many(300), [], None)
    grid.select_row(200)
    grid.selectionModel().select(grid.grid.index(210), grid.selectionModel().SelectionFlag.Select)
    place = grid.verticalScrollBar().value()
    assert place > 0
    grid.grid.show_photos(many(300), [GOOD], None)
    assert grid.selected_ids() == [201, 211]
    assert grid.verticalScrollBar().value() == place


def test_what_is_looked_at_stays_in_sight_when_the_window_is_resized(grid: PhotoGrid, qtbot: QtBot) -> None:
    grid.grid.show_photos(many(2000), [], None)
    grid.select_row(1500)
    for width in (500, 1100, 700):
        grid.resize(width, 400)
        qtbot.wait(20)
        assert _in_sight(grid, 1500)


def test_photos_are_selected_by_mouse_and_keys(grid: PhotoGrid, qtbot: QtBot) -> None:
    grid.grid.show_photos(many(20), [], None)
    _click(grid, 2, qtbot)
    _click(grid, 5, qtbot, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_ids() == [3, 4, 5, 6]
    _click(grid, 0, qtbot, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected_ids() == [1, 3, 4, 5, 6]
    qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(grid.selected_ids()) == 20
    _click(grid, 1, qtbot)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.selected_ids() == [3]


@pytest.mark.parametrize(
    ("key", "modifier", "told"),
    [
        (Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, [1]),
        (Qt.Key.Key_9, Qt.KeyboardModifier.KeypadModifier, [9]),
        (Qt.Key.Key_0, Qt.KeyboardModifier.NoModifier, [0]),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, [0]),
        (Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier, []),
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, []),
    ],
)
def test_digits_label_and_nothing_else_does(
    grid: PhotoGrid, key: Qt.Key, modifier: Qt.KeyboardModifier, told: list[int]
) -> None:
    grid.grid.show_photos(many(3), [], None)
    heard: list[int] = []
    grid.digit.connect(heard.append)
    QApplication.sendEvent(grid, QKeyEvent(QEvent.Type.KeyPress, key, modifier, ""))
    assert heard == told


def test_an_empty_grid_takes_every_key_and_click(grid: PhotoGrid, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_1, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_PageDown):
        qtbot.keyClick(grid, key)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(50, 50))
    assert grid.selected_ids() == []
    assert grid.grid.next_unlabelled(0) is None


def test_very_long_names_stay_in_their_cell(grid: PhotoGrid) -> None:
    grid.grid.show_photos(photos(["名" * 300 + ".jpg", "🔩" * 80 + ".png"], LONG.id), [LONG], None)
    grid.select_row(1)
    first, second = (grid.visualRect(grid.grid.index(row)) for row in (0, 1))
    assert not first.intersects(second)
    assert first.width() <= grid.gridSize().width()
    assert not grid.grab().isNull()


def test_next_without_a_label_is_looked_for_behind_then_before() -> None:
    model = PhotoGridModel()
    model.show_photos(many(5), [GOOD], None)
    model.set_labels([1, 4, 5], GOOD.id)
    assert model.next_unlabelled(1) == 2
    assert model.next_unlabelled(3) == 1
    model.set_labels([2, 3], GOOD.id)
    assert model.next_unlabelled(0) is None


def test_50_000_photos_never_hold_the_window_up(grid: PhotoGrid) -> None:
    """Processor time of the longest single step; the bound is far above what it takes."""
    every, store = many(50_000), Store()
    stalls = {
        "open": _stall(lambda: grid.grid.show_photos(every, [GOOD], store)),
        "end": _stall(grid.scrollToBottom),
        "far": _stall(lambda: grid.select_row(31_000)),
        "select all": _stall(grid.selectAll),
        "label all": _stall(lambda: grid.grid.set_labels(grid.selected_ids(), GOOD.id)),
        "read again": _stall(lambda: grid.grid.show_photos(every, [GOOD], store)),
    }
    print("processor seconds the loop was held:", {name: round(s, 3) for name, s in stalls.items()})
    assert max(stalls.values()) < 1.0, stalls
    grid.select_row(31_000)
    assert _in_sight(grid, 31_000)


def _stall(act: Callable[[], object]) -> float:
    """Seconds of processor time that the loop was held by an action and by what follows from it."""
    longest, last, ended = 0.0, time.thread_time(), False

    def look() -> None:
        nonlocal longest, last
        now = time.thread_time()
        longest, last = max(longest, now - last), now

    def end() -> None:
        nonlocal ended
        ended = True

    act()
    look()
    QTimer.singleShot(100, end)
    while not ended:
        QApplication.processEvents()
        look()
    return longest


def _click(
    grid: PhotoGrid,
    row: int,
    qtbot: QtBot,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    qtbot.mouseClick(grid.viewport(), LEFT, modifier, grid.visualRect(grid.grid.index(row)).center())


def _in_sight(grid: PhotoGrid, row: int) -> bool:
    return grid.viewport().rect().intersects(grid.visualRect(grid.grid.index(row)))


def _has_colour(grid: PhotoGrid, colour: str, tolerance: int) -> bool:
    """Whether the middle of the first cell is about that colour."""
    pixel = grid.viewport().grab().toImage().pixelColor(grid.visualRect(grid.grid.index(0)).center())
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return all(
        abs(a - b) <= tolerance
        for a, b in zip((pixel.red(), pixel.green(), pixel.blue()), wanted, strict=True)
    )
