"""Taking photos in: counted while it lasts, cancelled at any time, and every file accounted for."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.pages.photos import PhotosPage
from app.session import Session
from core.photos.scan import ScanProgress, ScanResult
from core.project import intake


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Iterator[PhotosPage]:
    """The page over a new project without photos."""
    session = Session()
    session.new_project(tmp_path / "検査", "検査")
    page = PhotosPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 650)
    page.retranslate()
    page.show()
    page.enter()
    yield page
    page.leave()
    session.close_project()


def test_the_empty_page_teaches_and_says_that_photos_stay_here(page: PhotosPage) -> None:
    assert "外に出ません" in page.privacy.text()
    assert page.zone.isVisible() and page.zone.title.text() and page.zone.words.text()
    assert not page.summary.isVisible()
    assert page.blocker()


def test_a_folder_is_chosen_and_every_photo_counted(
    page: PhotosPage, photo_folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(photo_folder))
    qtbot.mouseClick(page.choose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)
    assert "12 枚" in page.summary.text()
    assert page.blocker() == ""
    assert page.session.settings.last_folders["photos"] == str(photo_folder)


def test_a_choice_that_was_cancelled_changes_nothing(
    page: PhotosPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    qtbot.mouseClick(page.choose, Qt.MouseButton.LeftButton)
    assert not page.progress_row.isVisible()


def test_folders_and_files_are_dropped_together(page: PhotosPage, photo_folder: Path, qtbot: QtBot) -> None:
    drop(page, photo_folder / "良品", photo_folder / "キズ" / "写真 06.png")
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 7)
    assert page.grid.isVisible() and not page.zone.isVisible()


def test_the_names_of_sub_folders_become_labels(page: PhotosPage, photo_folder: Path, qtbot: QtBot) -> None:
    drop(page, photo_folder)
    qtbot.waitUntil(page.folders_card.isVisible)
    assert "良品" in page.folders_words.text() and "キズ" in page.folders_words.text()
    with qtbot.waitSignal(page.session.labels_changed):
        qtbot.mouseClick(page.use_folders, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.folders_card.isVisible())
    assert page.session.project is not None
    assert page.session.project.counts().labelled == 12
    assert "12 枚にラベル" in page.details.text()


def test_what_cannot_be_opened_is_listed_with_reason_and_remedy(
    page: PhotosPage, photo_folder: Path, qtbot: QtBot
) -> None:
    (photo_folder / "空.jpg").touch()
    (photo_folder / "文章.png").write_text("no picture", encoding="utf-8")
    drop(page, photo_folder)
    qtbot.waitUntil(page.unreadable_box.isVisible)
    rows = [page.unreadable.topLevelItem(row) for row in range(page.unreadable.topLevelItemCount())]
    assert {row.text(0) for row in rows} == {"空.jpg", "文章.png"}
    assert all(row.text(1) and row.text(2) for row in rows)
    assert "2 枚" in page.details.text()
    assert page.grid.grid.rowCount() == 12


def test_copies_are_said(page: PhotosPage, photo_folder: Path, qtbot: QtBot) -> None:
    original = photo_folder / "良品" / "写真 00.png"
    (photo_folder / "キズ" / "コピー.png").write_bytes(original.read_bytes())
    drop(page, photo_folder)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)
    assert "13 枚" in page.summary.text() and "まったく同じ" in page.details.text()


def test_a_folder_without_photos_is_refused_with_what_to_do(
    page: PhotosPage, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "空のフォルダー").mkdir()
    drop(page, tmp_path / "空のフォルダー")
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.do.text()
    assert page.blocker()


def test_a_folder_that_went_away_is_refused_with_words(
    page: PhotosPage, tmp_path: Path, qtbot: QtBot
) -> None:
    page.take_in([tmp_path / "ない" / "ない.jpg"])
    qtbot.waitUntil(lambda: page.unreadable_box.isVisible() or page.banner.isVisible())


def test_the_count_runs_while_it_lasts_and_next_waits(
    page: PhotosPage, held_scan: threading.Event, photo_folder: Path, qtbot: QtBot
) -> None:
    drop(page, photo_folder)
    qtbot.waitUntil(lambda: "5／12" in page.progress_words.text())
    assert "20 秒" in page.progress_words.text()
    assert page.bar.maximum() == 12 and page.bar.value() == 5
    assert page.blocker() and not page.choose.isEnabled()
    held_scan.set()
    qtbot.waitUntil(lambda: page.blocker() == "")
    assert not page.progress_row.isVisible()


def test_it_can_be_cancelled_and_begun_again(
    page: PhotosPage, held_scan: threading.Event, photo_folder: Path, qtbot: QtBot
) -> None:
    drop(page, photo_folder)
    qtbot.waitUntil(page.cancel.isVisible)
    qtbot.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
    assert page.choose.isEnabled() and not page.progress_row.isVisible()
    held_scan.set()
    qtbot.wait(100)
    assert page.grid.grid.rowCount() == 0
    drop(page, photo_folder)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)


def test_a_second_drop_waits_for_the_first(
    page: PhotosPage, held_scan: threading.Event, photo_folder: Path, qtbot: QtBot
) -> None:
    drop(page, photo_folder)
    assert not drag(page, photo_folder).isAccepted()
    held_scan.set()
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)


def test_the_same_folder_again_adds_only_what_is_new(
    page: PhotosPage, photo_folder: Path, qtbot: QtBot
) -> None:
    drop(page, photo_folder)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)
    Image.new("RGB", (20, 20), "red").save(photo_folder / "良品" / "新しい.png")
    drop(page, photo_folder)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 13)


@pytest.fixture
def held_scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Looking through a folder stops at the fifth photo until the event is set."""
    go, real = threading.Event(), intake.scan

    def slow(
        folder: Path, tell: Callable[[ScanProgress], None], cancelled: Callable[[], bool], **rest: object
    ) -> ScanResult:
        tell(ScanProgress(12, 5, 12, 20.0))
        go.wait(20)
        return real(folder, None, cancelled, **rest)

    monkeypatch.setattr(intake, "scan", slow)
    yield go
    go.set()


def drag(page: PhotosPage, *paths: Path) -> QDragEnterEvent:
    data = urls(*paths)  # the event does not keep it alive
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setAccepted(False)
    QApplication.sendEvent(page, event)
    return event


def drop(page: PhotosPage, *paths: Path) -> None:
    """Drag over the page, and let go when it takes what is dragged."""
    assert drag(page, *paths).isAccepted()
    data = urls(*paths)
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(page, event)


def urls(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_a_zip_is_dropped_or_chosen_like_a_folder(
    page: PhotosPage, photo_folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    zips = [Path(shutil.make_archive(str(photo_folder.parent / name), "zip", photo_folder / name))
            for name in ("良品", "キズ")]  # fmt: skip
    drop(page, zips[0])
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 6)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(zips[1])], ""))
    qtbot.mouseClick(page.choose_files, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 12)
    assert page.session.project is not None
    unpacked = page.session.project.unpacked_folder
    assert all(photo.path.is_relative_to(unpacked) for photo in page.session.project.photos())


def test_a_spoiled_zip_says_what_to_do(page: PhotosPage, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    drop(page, tmp_path / "x.zip")
    qtbot.waitUntil(page.banner.isVisible)
    assert "zip" in page.banner.what.text()


def test_what_does_not_come_through_as_it_is_is_said(page: PhotosPage, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("I;16", (20, 20), 4000).save(tmp_path / "photos" / "deep.png")
    Image.new("CMYK", (20, 20)).save(tmp_path / "photos" / "print.jpg")
    drop(page, tmp_path / "photos")
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 2)
    assert "16 ビット" in page.details.text() and "CMYK" in page.details.text()
