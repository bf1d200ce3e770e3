"""What a camera sees now, as large as there is room; the newest frame in place of the one before."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import GAP, theme

_FRAME = 4


def image_of(view: NDArray[np.uint8]) -> QImage:
    """A picture `(H, W, 3)`, red first, as Qt has it; a copy of its own."""
    height, width, _ = view.shape
    return QImage(view.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class LiveView(QWidget):
    """Takes the keys while it has the focus; its frame is bold while photos are being taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live_view")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self._image, self._words, self._taking, self._hint = QImage(), "", False, ""

    @property
    def hint(self) -> str:
        """The words over the picture."""
        return self._hint

    @property
    def shows(self) -> bool:
        """Whether there is a picture."""
        return not self._image.isNull()

    def show_frame(self, view: NDArray[np.uint8]) -> None:
        """Show a picture `(H, W, 3)`, red first."""
        self._image = image_of(view)
        self.update()

    def show_words(self, words: str) -> None:
        """Words in place of a picture."""
        self._image, self._words = QImage(), words
        self.update()

    def set_taking(self, taking: bool) -> None:
        """Whether photos are being taken now."""
        if taking != self._taking:
            self._taking = taking
            self.update()

    def set_hint(self, hint: str) -> None:
        """Words over the lower edge of the picture; "" for none."""
        if hint != self._hint:
            self._hint = hint
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(720, 540)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, inside = theme(), self.rect().adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.raised))
        if self._image.isNull():
            painter.setPen(QColor(tokens.text))
            painter.drawText(
                inside, Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value, self._words
            )
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._image.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(inside.topLeft(), size)
            place.moveCenter(inside.center())
            painter.drawImage(place, self._image)
        if self._hint:
            self._draw_hint(painter, inside)
        if self._taking or self.hasFocus():
            width = 2 * _FRAME if self._taking else _FRAME - 1
            painter.setPen(QPen(QColor(tokens.accent if self._taking else tokens.focus), width))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()

    def _draw_hint(self, painter: QPainter, inside: QRect) -> None:
        tokens, wrapped = theme(), Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value
        needed = self.fontMetrics().boundingRect(inside, wrapped, self._hint).height() + 2 * GAP
        band = inside.adjusted(0, inside.height() - needed, 0, 0)
        painter.fillRect(band, QColor(tokens.accent_soft))
        painter.setPen(QColor(tokens.text))
        painter.drawText(band, wrapped, self._hint)
