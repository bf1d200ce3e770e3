"""One photo, large: decoded off the screen's thread, fitted to the room there is."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.background import Task, run_in_background
from core.photos.decode import open_photo
from core.problems import Problem

_EDGE = 700


class PhotoPreview(QLabel):
    """The selected photo, as large as there is room; decoded off the screen's thread. `asked` is a double click."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labels_preview")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(140)
        self._pixmap: QPixmap | None = None
        self._path: Path | None = None
        self._task: Task[QImage] | None = None

    def load(self, path: Path) -> None:
        """Show a photo."""
        if path == self._path:
            return
        self._path = path
        if self._task is not None:
            self._task.cancel()
        self._task = run_in_background(
            self, lambda _cancel: _decode(path), success=self._came, failure=self._missed
        )

    def show_picture(self, pixmap: QPixmap | None) -> None:
        """Show a picture, or nothing."""
        self._pixmap = pixmap
        if pixmap is None:
            self._path = None
        self._fit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.asked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _came(self, image: QImage) -> None:
        self._task = None
        self._pixmap = QPixmap.fromImage(image)
        self._fit()

    def _missed(self, error: Exception) -> None:
        self._task = None
        self._pixmap = None
        self.setText(self.tr("この写真は開けません。"))
        if not isinstance(error, Problem):
            raise error

    def _fit(self) -> None:
        if self._pixmap is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        scaled = self._pixmap.scaled(
            self.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(scaled)


def _decode(path: Path) -> QImage:
    picture = open_photo(path, at_least=_EDGE)
    picture.thumbnail((2 * _EDGE, 2 * _EDGE))
    data = picture.tobytes()
    # A copy: QImage does not own the bytes it is made of.
    return QImage(data, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888).copy()
