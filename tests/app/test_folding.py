"""Photos that are practically the same are one cell; what is done to it is done to all; a question groups the rest."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.models.photo_grid import PhotoGridModel, PhotoRole
from app.pages.labels import LabelsPage
from app.pages.photos import PhotosPage
from app.session import Session
from app.widgets.photo_grid import PhotoGrid, badge_of
from app.widgets.same_part import SamePartQuestion
from core.photos.scan import scan
from core.project.classes import ProductClass
from core.project.grouping import Grouping
from core.project.sources import Photo
from tests.app.labels_page import labels_page

GOOD = ProductClass(1, 0, "良品", "good part", "1", "base", None)
BAD = ProductClass(2, 1, "キズ", "scratch", "2", "base", None)
LEFT = Qt.MouseButton.LeftButton


def photos(*kin: int) -> list[Photo]:
    """Photos 1, 2, 3 …, each alike to the photo of that number."""
    return [
        Photo(number, Path(f"/{number}.jpg"), "", 0, 0, "", None, None, False, None, "", "", first)
        for number, first in enumerate(kin, start=1)
    ]


@pytest.fixture
def grid(qtbot: QtBot) -> PhotoGrid:
    """Six photos in three cells: 1, 3 and 6 are alike, 2 and 5 are."""
    grid = PhotoGrid("grid")
    qtbot.addWidget(grid)
    grid.resize(800, 500)
    grid.show()
    grid.grid.show_photos(photos(1, 2, 1, 4, 2, 1), [GOOD, BAD], None)
    return grid


def shown(grid: PhotoGrid) -> list[int]:
    return [grid.grid.photo(row).id for row in range(grid.grid.rowCount())]


def test_photos_that_are_alike_are_one_cell_with_their_number(grid: PhotoGrid) -> None:
    assert shown(grid) == [1, 2, 4]
    assert [grid.grid.index(row).data(PhotoRole.ALIKE) for row in range(3)] == [3, 2, 1]
    assert grid.grid.row_of(6) == 0 and grid.grid.row_of(5) == 1
    assert "ほかに 2 枚" in grid.grid.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert not grid.grab().isNull()


def test_selecting_a_cell_selects_all_that_is_folded_into_it(grid: PhotoGrid) -> None:
    grid.select_row(0)
    assert grid.selected_ids() == [1, 3, 6]
    grid.selectAll()
    assert sorted(grid.selected_ids()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_lays_out_and_folds_again(grid: PhotoGrid, key: Qt.Key, qtbot: QtBot) -> None:
    grid.select_row(0)
    qtbot.keyClick(grid, key)
    assert shown(grid) == [1, 3, 6, 2, 4]
    assert grid.selected_ids() == [1]
    assert not grid.grab().isNull()
    qtbot.keyClick(grid, key)
    assert shown(grid) == [1, 2, 4] and grid.selected_ids() == [1, 3, 6]


def test_enter_on_a_photo_alone_does_nothing(grid: PhotoGrid, qtbot: QtBot) -> None:
    grid.select_row(2)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert shown(grid) == [1, 2, 4]


def test_a_click_on_the_number_lays_out_and_one_on_the_photo_selects(grid: PhotoGrid, qtbot: QtBot) -> None:
    cell = grid.visualRect(grid.grid.index(1))
    badge = badge_of(cell, grid.fontMetrics(), 2)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=cell.center())
    assert shown(grid) == [1, 2, 4] and grid.selected_ids() == [2, 5]
    qtbot.mouseClick(grid.viewport(), LEFT, pos=badge.center())
    assert shown(grid) == [1, 2, 5, 4]


def test_photos_of_different_labels_are_not_folded_together(grid: PhotoGrid) -> None:
    labelled = [
        replace(photo, class_id=BAD.id if photo.id == 3 else None) for photo in photos(1, 2, 1, 4, 2, 1)
    ]
    grid.grid.show_photos(labelled, [GOOD, BAD], None)
    assert shown(grid) == [1, 2, 3, 4]
    assert [photo.id for photo in grid.grid.photos_of(0)] == [1, 6]


def test_a_group_laid_out_stays_so_when_the_photos_are_read_again(grid: PhotoGrid) -> None:
    grid.toggle(0)
    grid.grid.show_photos(photos(1, 2, 1, 4, 2, 1), [GOOD], None)
    assert shown(grid) == [1, 3, 6, 2, 4]


def test_one_of_a_group_laid_out_is_labelled_alone(grid: PhotoGrid) -> None:
    grid.toggle(0)
    grid.grid.set_labels([3], BAD.id)
    assert [grid.grid.label(row) for row in range(3)] == [None, BAD.id, None]
    grid.toggle(0)
    assert shown(grid) == [1, 2, 3, 4]


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = PhotoGridModel()
    model.show_photos(photos(1, 1, 3), [GOOD], None)
    qtmodeltester.check(model)
    model.toggle(0)
    qtmodeltester.check(model)


# On the pages


@pytest.fixture
def copies(session: Session, photo_folder: Path) -> Session:
    """A project where the first photo is there three times."""
    original = photo_folder / "良品" / "写真 00.png"
    for name in ("コピー1.png", "コピー2.png"):
        (photo_folder / "良品" / name).write_bytes(original.read_bytes())
    assert session.project is not None
    session.project.add_photos(scan(photo_folder))
    session.project.add_class("良品")
    session.project.add_class("キズ")
    return session


@pytest.fixture
def labels(copies: Session, qtbot: QtBot) -> Iterator[LabelsPage]:
    """The labels page over it."""
    with labels_page(copies, qtbot) as page:
        yield page


def test_labelling_a_folded_cell_labels_all_of_it_and_one_undo_takes_it_back(
    labels: LabelsPage, qtbot: QtBot
) -> None:
    project, grid = labels.session.project, labels.grid
    assert project is not None and grid.grid.rowCount() == 12
    row = next(row for row in range(12) if len(grid.grid.photos_of(row)) == 3)
    grid.select_row(row)
    assert "3 枚" in labels.preview_name.text()
    qtbot.keyClick(grid, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: project.counts().labelled == 3)
    assert grid.currentIndex().row() == row + 1
    qtbot.mouseClick(labels.undo, LEFT)
    qtbot.waitUntil(lambda: project.counts().labelled == 0)
    qtbot.waitUntil(lambda: grid.grid.label(row) is None)


def test_the_last_row_is_found_though_there_are_more_photos_than_rows(
    labels: LabelsPage, qtbot: QtBot
) -> None:
    labels.grid.select_row(11)
    labels.reload()
    qtbot.wait(200)
    assert labels.grid.currentIndex().row() == 11


@pytest.fixture
def page(copies: Session, qtbot: QtBot) -> Iterator[PhotosPage]:
    """The photos page over it."""
    page = PhotosPage(copies)
    qtbot.addWidget(page)
    page.resize(1000, 650)
    page.retranslate()
    page.show()
    page.enter()
    qtbot.waitUntil(page.same_part.isVisible)
    yield page
    page.leave()


def test_the_question_is_asked_with_the_number_of_groups_each_answer_makes(page: PhotosPage) -> None:
    ask = page.same_part
    assert ask.asking.isVisible() and "同じ部品" in ask.question.text()
    assert "2 組" in ask.buttons["folder"].text() and ask.buttons["folder"].isEnabled()
    assert "10 組" not in ask.buttons["none"].text()


def test_the_answer_is_kept_folded_and_its_leak_is_said(page: PhotosPage, qtbot: QtBot) -> None:
    project, ask = page.session.project, page.same_part
    assert project is not None
    project.label_by_folders()
    qtbot.mouseClick(ask.buttons["folder"], LEFT, pos=QPoint(10, ask.buttons["folder"].height() // 2))
    qtbot.waitUntil(lambda: project.same_part == "folder")
    qtbot.waitUntil(lambda: not ask.asking.isVisible() and ask.answered_row.isVisible())
    qtbot.waitUntil(lambda: "2 組" in ask.answer.text())
    qtbot.waitUntil(ask.leak_row.isVisible)
    assert "良品" in ask.leak.text()
    qtbot.mouseClick(ask.change, LEFT)
    ask.buttons["none"].click()
    qtbot.waitUntil(lambda: project.same_part == "none")
    qtbot.waitUntil(lambda: not ask.leak_row.isVisible())


def test_a_way_that_tells_no_two_photos_apart_cannot_be_chosen(qtbot: QtBot) -> None:
    ask = SamePartQuestion()
    qtbot.addWidget(ask)
    ask.show_grouping(Grouping(4, {}, {"none": 4, "folder": 2, "name": 4}), "ja")
    assert ask.buttons["folder"].isEnabled() and not ask.buttons["name"].isEnabled()
    assert "ありません" in ask.buttons["name"].text()


def test_near_duplicates_are_counted_on_the_page(page: PhotosPage, photo_folder: Path, qtbot: QtBot) -> None:
    assert "まったく同じ" in page.details.text() and "2 枚" in page.details.text()
    cells = Image.effect_noise((6, 6), 60).convert("RGB").resize((120, 120), Image.Resampling.BICUBIC)
    cells.save(photo_folder / "良品" / "a.png")
    cells.save(photo_folder / "良品" / "b.jpg", quality=70)
    page.take_in([photo_folder])
    qtbot.waitUntil(lambda: "保存し直した" in page.details.text())
    assert page.grid.grid.rowCount() == 13
