"""Looking into a photo: all of it, pixel by pixel, brighter; labelled from there with the same keys."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.photo_viewer import PhotoViewer
from app.widgets.zoom_view import Pictures, ZoomView
from tests.app.labels_page import labels_page

WIDTH, HEIGHT = 400, 200


@pytest.fixture
def view(qtbot: QtBot) -> ZoomView:
    """A view of half the photo's size; each pixel of the photo has its own colour."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    photo = np.dstack((x % 256, y, 64 * (x // 256) + 32)).astype(np.uint8)
    view = ZoomView()
    qtbot.addWidget(view)
    view.resize(WIDTH // 2, HEIGHT // 2)
    view.show()
    view.show_pictures(Pictures.of(Image.fromarray(photo)))
    return view


def colour_of(view: ZoomView, x: int, y: int) -> QColor:
    return view.grab().toImage().pixelColor(x, y)


def test_at_first_all_of_it_is_in_sight_and_never_larger_than_it_is(view: ZoomView, qtbot: QtBot) -> None:
    assert view.scale == 0.5
    view.resize(2 * WIDTH, 2 * HEIGHT)
    assert view.scale == 1.0


def test_at_its_own_size_a_pixel_of_the_photo_is_one_of_the_screen(view: ZoomView) -> None:
    view.zoom_to(1.0, QPointF(0, 0))
    for x, y in ((0, 0), (1, 0), (150, 99)):
        seen = colour_of(view, x, y)
        assert (seen.red(), seen.green()) == (x, y)


def test_closer_each_pixel_is_a_square_of_its_own_colour(view: ZoomView) -> None:
    view.zoom_to(16.0, QPointF(0, 0))
    for x, y in ((0, 0), (15, 15), (16, 0), (160, 90)):
        seen = colour_of(view, x, y)
        assert (seen.red(), seen.green()) == (x // 16, y // 16)


def test_what_is_below_the_pointer_stays_there(view: ZoomView, qtbot: QtBot) -> None:
    told: list[object] = []
    view.pointed.connect(told.append)
    place = QPoint(120, 60)
    qtbot.mouseMove(view, place)
    view.zoom_to(8.0, QPointF(place))
    qtbot.mouseMove(view, place + QPoint(1, 0))
    qtbot.waitUntil(lambda: len(told) >= 2)
    assert told[0] == told[-1] == (240, 120, 240, 120, 32)


def test_it_is_moved_by_hand_and_never_out_of_sight(view: ZoomView) -> None:
    view.zoom_to(1.0, QPointF(0, 0))
    view.move_by(30, 20)
    assert (colour_of(view, 0, 0).red(), colour_of(view, 0, 0).green()) == (30, 20)
    view.move_by(9999, 9999)
    assert colour_of(view, WIDTH // 2 - 1, HEIGHT // 2 - 1).green() == HEIGHT - 1
    view.move_by(-9999, -9999)
    assert (colour_of(view, 0, 0).red(), colour_of(view, 0, 0).green()) == (0, 0)


def test_out_as_far_as_all_of_it(view: ZoomView) -> None:
    view.zoom_to(5.0)
    view.zoom_to(0.01)
    assert view.scale == view.fitted == 0.5


@pytest.mark.parametrize("tenths", [-20, -5, 5, 20])
def test_brightness_lifts_the_middle_and_keeps_black_and_white(view: ZoomView, tenths: int) -> None:
    levels = np.array([[0, 64, 128, 255]], np.uint8).repeat(50, 1).repeat(100, 0)
    view.show_pictures(Pictures.of(Image.fromarray(levels).convert("RGB")))
    view.resize(200, 100)
    view.set_brightness(tenths)
    seen = [colour_of(view, 25 + 50 * place, 50).green() for place in range(4)]
    expected = [round(255 * (level / 255) ** (2 ** (-tenths / 10))) for level in (0, 64, 128, 255)]
    assert seen == expected
    view.set_brightness(0)
    assert colour_of(view, 75, 50).green() == 64


def test_nothing_to_show_is_no_fault(view: ZoomView) -> None:
    view.show_pictures(None)
    view.zoom_to(2.0)
    view.fit()
    view.set_brightness(5)
    assert not view.grab().isNull()


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> Iterator[LabelsPage]:
    assert session.project is not None
    session.project.add_class("良品")
    with labels_page(session, qtbot) as page:
        yield page
        page.viewer.close()


@pytest.fixture
def viewer(page: LabelsPage, qtbot: QtBot) -> PhotoViewer:
    qtbot.mouseClick(page.larger, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "40 × 30" in page.viewer.pixel.text())
    return page.viewer


def test_arrow_keys_go_on_in_the_grid_and_number_keys_label(
    page: LabelsPage, viewer: PhotoViewer, qtbot: QtBot
) -> None:
    first = page.grid.currentIndex().data()
    qtbot.keyClick(viewer.view, Qt.Key.Key_Right)
    assert page.grid.currentIndex().row() == 1
    qtbot.keyClick(viewer.view, Qt.Key.Key_Left)
    assert first in viewer.name.text() and "ラベルなし" in viewer.name.text()
    qtbot.keyClick(viewer.view, Qt.Key.Key_1)
    assert page.grid.grid.label(0) is not None and page.grid.currentIndex().row() == 1
    qtbot.mouseClick(viewer.earlier, Qt.MouseButton.LeftButton)
    assert "良品" in viewer.name.text()
    assert not viewer.earlier.isEnabled() and viewer.later.isEnabled()


def test_a_photo_that_is_gone_says_so(page: LabelsPage, viewer: PhotoViewer, qtbot: QtBot) -> None:
    gone: Path = page.grid.grid.photo(1).path
    gone.unlink()
    qtbot.keyClick(viewer.view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: "開けません" in viewer.pixel.text())


def test_closed_nothing_large_is_kept(viewer: PhotoViewer, qtbot: QtBot) -> None:
    qtbot.keyClick(viewer.view, Qt.Key.Key_Escape)
    assert not viewer.isVisible() and viewer.view._pictures is None


def test_the_size_of_the_pictures_is_remembered(page: LabelsPage, session: Session, qtbot: QtBot) -> None:
    before = page.grid.gridSize().height()
    page.thumbnail_size.slider.setValue(18)
    assert page.grid.gridSize().height() == 2 * before
    qtbot.waitUntil(lambda: session.settings.thumbnail_letters == 18)
    other = LabelsPage(session)
    qtbot.addWidget(other)
    assert other.thumbnail_size.slider.value() == 18


def test_larger_pictures_keep_what_is_looked_at_in_sight(page: LabelsPage, qtbot: QtBot) -> None:
    page.resize(700, 400)
    page.grid.select_row(11)
    for letters in (24, 6, 15):
        page.thumbnail_size.slider.setValue(letters)
        qtbot.wait(20)
        assert page.grid.viewport().rect().intersects(page.grid.visualRect(page.grid.currentIndex()))
