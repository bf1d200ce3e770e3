"""The row above the answer on site: which package, photos, folder or camera; what is set up now and then."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.session import Session
from app.widgets.onsite_dialogs import CameraDialog
from core.photos.formats import PHOTO_SUFFIXES

_PACKAGES = "package"
_PHOTOS = "onsite_photos"
_WATCHED = "onsite_watched"
_MOST_LETTERS, _BEGINNING, _END = 28, 16, 10
_MARKS = re.compile(r"[-_.]")


class OnSiteTools(QWidget):
    """`package`, `photos` and `source` (with seconds between photos of a camera; "" for none any more) tell what was
    chosen; the others what is asked for."""

    package = Signal(Path)
    photos = Signal(list)
    source = Signal(str, float)
    new_class = Signal()
    ok_ng = Signal()
    sound = Signal(bool)
    lock = Signal()
    pin = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.package_name = QLabel(objectName="onsite_package", wordWrap=True)
        self.package_name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.log = QLabel(objectName="onsite_log")
        self.log.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.log.setProperty("class", "note")
        self.log.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.open_button = _button("onsite_open", self._choose_package)
        self.photos_button = _button("onsite_photos", self._choose_photos)
        self.photos_button.setProperty("class", "primary")
        self.folder_button = _button("onsite_folder", self._choose_folder)
        self.watch_button, self.more_button = _button("onsite_watch"), _button("onsite_more")
        self._build_menus()
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        told = QVBoxLayout(spacing=0)
        told.addWidget(self.package_name)
        told.addWidget(self.log)
        row.addLayout(told, 1)
        for button in (
            self.open_button,
            self.more_button,
            self.watch_button,
            self.folder_button,
            self.photos_button,
        ):
            row.addWidget(button)

    def show_state(self, *, ready: bool, loaded: bool, minding: bool, classes: bool) -> None:
        """What can be done now: photos may come once a package is `ready` for them, classes be set up once it is `loaded`.
        What is about `classes` is not there for a package that writes."""
        for button in (self.photos_button, self.folder_button, self.watch_button):
            button.setEnabled(ready)
            button.setToolTip("" if ready else self.tr("先にパッケージを開いてください。"))
        for action in (self.new_class_action, self.ok_ng_action):
            action.setEnabled(loaded)
            action.setVisible(classes)
        self.no_source_action.setEnabled(minding)

    def say_package(self, words: str, name: str = "") -> None:
        """What is open. A long file `name` in the words is cut in its middle and broken behind its marks, so that the
        buttons keep their room."""
        cut = name if len(name) <= _MOST_LETTERS else f"{name[:_BEGINNING]}…{name[-_END:]}"
        self.package_name.setText(words.replace(name, _MARKS.sub("\\g<0>\u200b", cut)) if name else words)
        self.package_name.setAccessibleName(words)
        self.package_name.setToolTip(words)

    def retranslate(self, *, can_play: bool) -> None:
        """Words in the present language."""
        texts = {
            self.open_button: self.tr("パッケージを開く"),
            self.photos_button: self.tr("写真を選ぶ"),
            self.folder_button: self.tr("フォルダーを選ぶ"),
            self.watch_button: self.tr("見張る"),
            self.more_button: self.tr("そのほか"),
        }
        for button, text in texts.items():
            button.setText(text)
            button.setAccessibleName(text)
        self.watch_folder_action.setText(self.tr("フォルダーを見張る…"))
        self.camera_action.setText(self.tr("カメラにつなぐ…"))
        self.no_source_action.setText(self.tr("見張りをやめる"))
        self.new_class_action.setText(self.tr("種類を名前だけで足す…"))
        self.ok_ng_action.setText(self.tr("OK と NG を決める…"))
        silent = self.tr("音を鳴らす（このパソコンには音を出すプログラムがありません）")
        self.sound_action.setText(self.tr("音を鳴らす") if can_play else silent)
        self.sound_action.setEnabled(can_play)
        self.lock_action.setText(self.tr("ロックして全画面にする…"))
        self.pin_action.setText(self.tr("暗証番号を変える…"))

    def _choose_package(self) -> None:
        pattern = self.tr("現場用パッケージ (*.hkd)")
        start = self._session.settings.last_folders.get(_PACKAGES, "")
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("パッケージを開く"), start, pattern)
        if chosen:
            self._remember(_PACKAGES, Path(chosen).parent)
            self.package.emit(Path(chosen))

    def _choose_photos(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))
        pattern = self.tr("写真 ({suffixes})").format(suffixes=suffixes)
        start = self._session.settings.last_folders.get(_PHOTOS, "")
        chosen, _ = QFileDialog.getOpenFileNames(self, self.tr("写真を選ぶ"), start, pattern)
        if chosen:
            self._remember(_PHOTOS, Path(chosen[0]).parent)
            self.photos.emit([Path(path) for path in chosen])

    def _choose_folder(self) -> None:
        start = self._session.settings.last_folders.get(_PHOTOS, "")
        chosen = QFileDialog.getExistingDirectory(self, self.tr("フォルダーを選ぶ"), start)
        if chosen:
            self._remember(_PHOTOS, Path(chosen))
            self.photos.emit([Path(chosen)])

    def _choose_watched(self) -> None:
        start = self._session.settings.last_folders.get(_WATCHED, "")
        chosen = QFileDialog.getExistingDirectory(self, self.tr("見張るフォルダーを選ぶ"), start)
        if chosen:
            self._remember(_WATCHED, Path(chosen))
            self.source.emit(chosen, 1.0)

    def _choose_camera(self) -> None:
        kept = self._session.settings.onsite
        dialog = CameraDialog(kept.source, kept.every_s, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.source.emit(dialog.source(), dialog.every.value())

    def _remember(self, key: str, folder: Path) -> None:
        folders = self._session.settings.last_folders | {key: str(folder)}
        self._session.change_settings(last_folders=folders)

    def _build_menus(self) -> None:
        watching, more = QMenu(self.watch_button), QMenu(self.more_button)
        self.watch_folder_action = watching.addAction("", self._choose_watched)
        self.camera_action = watching.addAction("", self._choose_camera)
        self.no_source_action = watching.addAction("", lambda: self.source.emit("", 1.0))
        self.new_class_action = more.addAction("", self.new_class.emit)
        self.ok_ng_action = more.addAction("", self.ok_ng.emit)
        self.sound_action = more.addAction("")
        self.sound_action.setCheckable(True)
        self.sound_action.triggered.connect(self.sound)
        more.addSeparator()
        self.lock_action = more.addAction("", self.lock.emit)
        self.pin_action = more.addAction("", self.pin.emit)
        self.watch_button.setMenu(watching)
        self.more_button.setMenu(more)


def _button(name: str, pressed: Callable[[], None] | None = None) -> QPushButton:
    button = QPushButton(objectName=name, minimumHeight=40)
    if pressed is not None:
        button.clicked.connect(pressed)
    return button
