"""A test photo in a window of its own, to be looked into; the arrow keys go on to the next one of the list."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.background import Task, run_in_background
from app.theme import GAP, TOUCH
from app.widgets.zoom_view import Pictures, ZoomView
from core.photos.decode import open_photo
from core.problems import Problem

_SIZE = (1000, 680)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class LargePhoto(QDialog):
    """`step` asks for another photo: −1 the one before, 1 the next."""

    step = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("large_photo")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._path: Path | None = None
        self._task: Task[Pictures] | None = None
        self.words = QLabel(objectName="large_photo_words", wordWrap=True)
        self.words.setProperty("class", "heading3")
        self.view = ZoomView()
        self.keys = QLabel(wordWrap=True)
        self.keys.setProperty("class", "muted")
        # Enter is not a click on whichever came first.
        self.shut = QPushButton(objectName="large_photo_close", minimumHeight=TOUCH, autoDefault=False)
        self.shut.clicked.connect(self.close)
        below = QHBoxLayout(spacing=GAP)
        below.addWidget(self.keys, 1)
        below.addWidget(self.shut)
        column = QVBoxLayout(self, spacing=GAP)
        column.addWidget(self.words)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        self.resize(*_SIZE)
        self.retranslate()

    def show_photo(self, path: Path | None, words: str) -> None:
        """Show a photo, with what is to be read beside it."""
        self.words.setText(words)
        if path == self._path:
            return
        self._path = path
        if self._task is not None:
            self._task.cancel()
        self.view.show_pictures(None)
        if path is not None:
            self._task = run_in_background(
                self,
                lambda _cancel: Pictures.of(open_photo(path)),
                success=self.view.show_pictures,
                failure=self._missed,
            )

    def open_here(self) -> None:
        """In front, ready for keys."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.view.setFocus()

    def done(self, result: int) -> None:
        """Closed: nothing large stays in memory."""
        self.show_photo(None, "")
        super().done(result)

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setWindowTitle(self.tr("写真を大きく見る"))
        self.view.setAccessibleName(self.windowTitle())
        self.keys.setText(
            self.tr("ホイールか ＋ － キーで拡大、ドラッグで移動、ダブルクリックで等倍。← → で前後の写真。")
        )
        self.shut.setText(self.tr("閉じる"))
        self.shut.setAccessibleName(self.shut.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = _STEPS.get(Qt.Key(event.key()))
        if by is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.step.emit(by)
        else:
            super().keyPressEvent(event)

    def _missed(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.words.setText(self.tr("この写真は開けません。"))
