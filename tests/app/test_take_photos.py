"""Photos taken with a camera, as a person does it: look, press the class's key, see what was taken, undo, Esc."""

import builtins
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.pages.photos import PhotosPage
from app.session import Session
from app.take_photos_dialog import TakePhotosDialog
from core.onsite.live import live_source
from core.photos import shooting
from core.photos.decode import open_photo
from core.project.store import Project
from tests.core.photos.synthetic_camera import SyntheticCamera


@pytest.fixture
def camera() -> SyntheticCamera:
    return SyntheticCamera()


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path, camera: SyntheticCamera) -> Iterator[PhotosPage]:
    """The photos page of a new project with two classes."""
    session = Session()
    session.new_project(tmp_path / "検査", "検査")
    page = PhotosPage(session)
    page.open_camera = camera.open
    qtbot.addWidget(page)
    page.resize(1000, 650)
    page.retranslate()
    page.show()
    page.enter()
    for name in ("良品", "キズ"):
        project_of(page).add_class(name)
    yield page
    for dialog in page.findChildren(TakePhotosDialog):
        dialog.reject()
    page.leave()
    session.close_project()


def project_of(page: PhotosPage) -> Project:
    assert page.session.project is not None
    return page.session.project


def opened(page: PhotosPage, qtbot: QtBot) -> TakePhotosDialog:
    """The dialog, as the button opens it, once it shows the camera's picture and knows the classes."""
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    dialog = page.findChildren(TakePhotosDialog)[-1]
    dialog.side.burst.setValue(3)
    dialog.side.pause.setValue(0.1)
    count = len(project_of(page).classes())
    qtbot.waitUntil(lambda: dialog.view.shows and len(dialog.side.buttons) == count)
    return dialog


def press(qtbot: QtBot, dialog: TakePhotosDialog, key: Qt.Key) -> None:
    """Where the focus is, as a keyboard does."""
    focus = dialog.focusWidget()
    assert isinstance(focus, QWidget)
    qtbot.keyClick(focus, key)


def test_a_key_takes_a_burst_labelled_with_its_class(page: PhotosPage, qtbot: QtBot) -> None:
    dialog, project = opened(page, qtbot), project_of(page)
    press(qtbot, dialog, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)
    assert "「キズ」を 3 枚" in dialog.told.text()
    photos = project.photos("labelled")
    assert {project.product_class(photo.class_id or 0).name for photo in photos} == {"キズ"}
    assert len(photos) == 3 and len({photo.kin for photo in photos}) == 1
    assert {photo.path.parent.parent for photo in photos} == {project.camera_folder}
    assert open_photo(photos[0].path).size == (320, 240)
    qtbot.waitUntil(lambda: any("3 枚" in button.text() for button in dialog.side.buttons.values()))
    press(qtbot, dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 1)  # a burst lies folded
    assert "3 枚を使えます" in page.summary.text()


def test_the_class_s_button_and_its_letter_take_photos_too_and_zero_and_space_one_without_a_label(
    page: PhotosPage, qtbot: QtBot
) -> None:
    project = project_of(page)
    good = project.classes()[0]
    project.edit_class(good.id, key="g")
    dialog = opened(page, qtbot)
    press(qtbot, dialog, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)
    qtbot.mouseClick(dialog.side.buttons[good.id], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.strip.count() == 6)
    for number, key in enumerate((Qt.Key.Key_Space, Qt.Key.Key_0)):
        press(qtbot, dialog, key)
        qtbot.waitUntil(lambda number=number: dialog.strip.count() == 7 + number)  # type: ignore[misc]
    assert project.counts().labelled == 6 and project.counts().unlabelled == 2
    assert "種類なし" in dialog.strip.item(0).text()


def test_undo_takes_the_last_burst_back_and_the_history_brings_it_again(
    page: PhotosPage, qtbot: QtBot
) -> None:
    dialog, project = opened(page, qtbot), project_of(page)
    assert not dialog.undo.isEnabled()
    for key, count in ((Qt.Key.Key_1, 3), (Qt.Key.Key_2, 6)):
        press(qtbot, dialog, key)
        qtbot.waitUntil(lambda count=count: dialog.strip.count() == count)  # type: ignore[misc]
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)
    assert [count.labelled for count in project.counts().classes] == [3, 0]
    assert len(list(project.camera_folder.rglob("*.jpg"))) == 6, "no file is deleted"
    project.undo()
    assert [count.labelled for count in project.counts().classes] == [3, 3]


def test_blur_and_bad_light_are_said_in_words_with_a_shape_and_marked_on_the_photo(
    page: PhotosPage, camera: SyntheticCamera, qtbot: QtBot
) -> None:
    dialog = opened(page, qtbot)
    qtbot.waitUntil(lambda: "よく写っています" in dialog.words.text() and dialog.mark.mark == "ok")
    camera.blur = 5.0
    qtbot.waitUntil(lambda: "ぼけている" in dialog.words.text() and dialog.mark.mark == "warn")
    press(qtbot, dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)
    assert all("△ ぼけ" in dialog.strip.item(row).text() for row in range(3))
    assert "△ の付いた 3 枚" in dialog.told.text()
    camera.blur, camera.exposure = 0.0, 5.0
    qtbot.waitUntil(lambda: "白く飛んで" in dialog.words.text())
    camera.exposure = 0.005
    qtbot.waitUntil(lambda: "暗すぎます" in dialog.words.text())


def test_without_a_class_it_says_to_add_one_and_the_new_one_has_a_key(page: PhotosPage, qtbot: QtBot) -> None:
    for entry in project_of(page).classes():
        project_of(page).remove_class(entry.id)
    dialog = opened(page, qtbot)
    qtbot.waitUntil(dialog.side.no_class.isVisible)
    qtbot.keyClicks(dialog.side.name, "crack")
    qtbot.keyClick(dialog.side.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.side.buttons))
    assert not dialog.side.no_class.isVisible()
    press(qtbot, dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)
    assert project_of(page).counts().labelled == 3


def test_keys_typed_into_a_field_take_no_photo(
    page: PhotosPage, camera: SyntheticCamera, qtbot: QtBot
) -> None:
    dialog = opened(page, qtbot)
    dialog.side.name.setFocus()
    press(qtbot, dialog, Qt.Key.Key_1)
    assert dialog.side.name.text() == "1"
    given = camera.given
    qtbot.waitUntil(lambda: camera.given > given + 5)
    assert not list(project_of(page).camera_folder.rglob("*.jpg"))
    qtbot.waitUntil(lambda: "ここを押して" in dialog.view.hint)
    qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.view.hint)
    press(qtbot, dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: dialog.strip.count() == 3)


def test_an_unplugged_camera_is_told_in_words_and_the_picture_comes_back(
    page: PhotosPage, camera: SyntheticCamera, qtbot: QtBot
) -> None:
    dialog = opened(page, qtbot)
    camera.plugged = False
    qtbot.waitUntil(dialog.banner.isVisible)
    assert "写真が来ません" in dialog.banner.what.text() and dialog.banner.do.text()
    assert not dialog.view.shows
    press(qtbot, dialog, Qt.Key.Key_1)
    camera.plugged = True
    qtbot.waitUntil(lambda: not dialog.banner.isVisible() and dialog.view.shows)
    assert dialog.strip.count() == 0


def test_a_full_disk_is_told_and_what_was_taken_is_kept(
    page: PhotosPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = shooting.write_atomic, []

    def full(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        write(path, content)

    monkeypatch.setattr(shooting, "write_atomic", full)
    dialog = opened(page, qtbot)
    press(qtbot, dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: dialog.strip.count() == 2)
    assert dialog.banner.isVisible() and "保存できません" in dialog.banner.what.text()
    assert {photo.path for photo in project_of(page).photos("labelled")} == set(written)


def test_who_ends_amid_a_burst_loses_none_of_it(page: PhotosPage, qtbot: QtBot) -> None:
    dialog, project = opened(page, qtbot), project_of(page)
    dialog.side.burst.setValue(20)
    press(qtbot, dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: len(list(project.camera_folder.rglob("*.jpg"))) > 1)
    press(qtbot, dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: project.counts().labelled > 1)
    assert project.counts().labelled == len(list(project.camera_folder.rglob("*.jpg"))) < 20


def test_camera_and_burst_are_remembered(page: PhotosPage, camera: SyntheticCamera, qtbot: QtBot) -> None:
    dialog = opened(page, qtbot)
    dialog.side.source.setCurrentText("camera:2")
    qtbot.keyClick(dialog.side.source.lineEdit(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: camera.words == ["camera:0", "camera:2"])
    press(qtbot, dialog, Qt.Key.Key_Escape)
    kept = Session().settings.camera
    assert (kept.source, kept.burst, kept.every_s) == ("camera:2", 3, 0.1)


@pytest.mark.parametrize(
    ("word", "told"), [("camera:0", "部品「cv2」"), ("台所", "番号でもアドレスでもありません")]
)
def test_a_part_that_is_not_installed_and_a_word_that_is_no_camera_are_told(
    page: PhotosPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, word: str, told: str
) -> None:
    original = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name == "core.onsite.stream":
            raise ModuleNotFoundError(name="cv2")
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    page.open_camera = live_source
    page.session.change_settings(camera={"source": word})
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    dialog = page.findChildren(TakePhotosDialog)[-1]
    qtbot.waitUntil(dialog.banner.isVisible)
    assert told in dialog.banner.what.text() and dialog.banner.do.text()


def test_every_button_can_be_touched_and_reached_by_keyboard(page: PhotosPage, qtbot: QtBot) -> None:
    dialog = opened(page, qtbot)
    assert dialog.minimumSizeHint().width() <= 1366 and dialog.minimumSizeHint().height() <= 700
    reached = set()
    for _ in range(30):
        reached.add(QApplication.focusWidget() or dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    for widget in (dialog.end, dialog.side.add, dialog.side.plain, *dialog.side.buttons.values()):
        assert widget in reached and widget.height() >= 40
