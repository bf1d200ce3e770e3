"""A photo that can be looked into: fitted, pixel by pixel, moved by hand, brighter or darker.

Only what is in sight is drawn, whatever the size of the photo: fitted from a smaller copy, closer from the photo itself,
and from twice its size on each pixel as a square.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

SMALLER_EDGE = 1600
BRIGHTNESS = range(-20, 21)  # tenths of a stop up to two either way
_MOST, _STEP = 32.0, 1.25
_SQUARES_FROM = 2.0


@dataclass(frozen=True)
class Pictures:
    """A decoded photo, and the same smaller where it is large."""

    whole: QImage
    smaller: QImage

    @classmethod
    def of(cls, photo: Image.Image) -> "Pictures":
        """Of an upright RGB photo; takes a while, and any thread may ask."""
        small = photo.copy()
        small.thumbnail((SMALLER_EDGE, SMALLER_EDGE), Image.Resampling.BICUBIC, reducing_gap=3.0)
        return cls(_image(photo), _image(small))


class ZoomView(QWidget):
    """`scale` is screen pixels for a pixel of the photo; `pointed` tells place and colour (x, y, r, g, b) of the pixel
    below the pointer, or nothing (None)."""

    scaled = Signal(float)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("zoom_view")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._pictures: Pictures | None = None
        self._scale: float | None = None  # None: fitted
        self._centre = QPointF()  # the point of the photo in the middle of the view
        self._table: NDArray[np.uint8] | None = None
        self._held: QPointF | None = None

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    @property
    def fitted(self) -> float:
        """The scale at which all of the photo is in sight, never more than its own size."""
        if self._pictures is None:
            return 1.0
        whole, ratio = self._pictures.whole, self.devicePixelRatioF()
        return min(self.width() * ratio / whole.width(), self.height() * ratio / whole.height(), 1.0)

    @property
    def scale(self) -> float:
        """The scale now."""
        return self.fitted if self._scale is None else self._scale

    def show_pictures(self, pictures: Pictures | None) -> None:
        """Show another photo, or none. Its scale stays, so that the same place of several can be compared; the place
        stays where both are of one size."""
        before = self._pictures
        self._pictures = pictures
        if pictures is not None and (before is None or before.whole.size() != pictures.whole.size()):
            self._centre = QPointF(pictures.whole.width() / 2, pictures.whole.height() / 2)
        self._changed()

    def set_brightness(self, tenths: int) -> None:
        """Tenths of a stop: the curve lifts or lowers the middle, black and white stay."""
        levels = np.arange(256) / 255
        self._table = np.rint(255 * levels ** (2.0 ** (-tenths / 10))).astype(np.uint8) if tenths else None
        self.update()

    def fit(self) -> None:
        """All of the photo."""
        self._scale = None
        self._changed()

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """A scale; what is at a place of the view (its middle by default) stays there."""
        if self._pictures is None:
            return
        place = self._middle() if at is None else at
        held = self._photo_point(place)
        self._scale = min(max(scale, self.fitted), _MOST)
        if self._scale <= self.fitted:
            self._scale = None
        self._centre = held - (place - self._middle()) * self.devicePixelRatioF() / self.scale
        self._changed()

    def move_by(self, x: float, y: float) -> None:
        """Move what is looked at, in pixels of the view."""
        self._centre += QPointF(x, y) * self.devicePixelRatioF() / self.scale
        self._changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom_to(self.scale * _STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            moved = self._held - event.position()
            self._held = event.position()
            self.move_by(moved.x(), moved.y())
        self.pointed.emit(self._pixel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between all of it and pixel by pixel, at that place."""
        if self.scale < 1:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    def leaveEvent(self, _event: object) -> None:
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal | Qt.Key.Key_Semicolon:
                self.zoom_to(self.scale * _STEP)
            case Qt.Key.Key_Minus:
                self.zoom_to(self.scale / _STEP)
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pictures is not None:
            painter.drawImage(0, 0, self._brightened(self._in_sight(self._pictures)))

    def _in_sight(self, pictures: Pictures) -> QImage:
        """What the view shows, in pixels of the screen."""
        ratio = self.devicePixelRatioF()
        sight = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        sight.fill(self.palette().window().color())
        whole, smaller = pictures.whole, pictures.smaller
        source = smaller if self.scale * whole.width() <= smaller.width() else whole
        size = QSize(whole.width(), whole.height())
        left_top = QPointF(sight.width() / 2, sight.height() / 2) - self._centre * self.scale
        place = QRectF(left_top.x(), left_top.y(), size.width() * self.scale, size.height() * self.scale)
        seen = place.intersected(QRectF(sight.rect()))
        by = source.width() / whole.width() / self.scale
        part = QRectF(
            (seen.x() - place.x()) * by, (seen.y() - place.y()) * by, seen.width() * by, seen.height() * by
        )
        painter = QPainter(sight)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < _SQUARES_FROM)
        painter.drawImage(seen, source, part)
        painter.end()
        sight.setDevicePixelRatio(ratio)
        return sight

    def _brightened(self, sight: QImage) -> QImage:
        if self._table is None:
            return sight
        # Four bytes a pixel, of which the fourth is not looked at.
        pixels = np.frombuffer(sight.bits(), np.uint8)
        brighter = np.take(self._table, pixels)
        image = QImage(brighter.tobytes(), sight.width(), sight.height(), QImage.Format.Format_RGB32).copy()
        image.setDevicePixelRatio(sight.devicePixelRatio())
        return image

    def _pixel_at(self, place: QPointF) -> tuple[int, int, int, int, int] | None:
        if self._pictures is None:
            return None
        point = self._photo_point(place)
        x, y, whole = int(point.x() // 1), int(point.y() // 1), self._pictures.whole
        if not (0 <= x < whole.width() and 0 <= y < whole.height()):
            return None
        colour = whole.pixelColor(x, y)
        return x, y, colour.red(), colour.green(), colour.blue()

    def _photo_point(self, place: QPointF) -> QPointF:
        return self._centre + (place - self._middle()) * self.devicePixelRatioF() / self.scale

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _changed(self) -> None:
        """Keep the photo in sight, paint, and tell the scale."""
        if self._pictures is not None:
            whole, scale, ratio = self._pictures.whole, self.scale, self.devicePixelRatioF()
            self._centre = QPointF(
                _held_in(self._centre.x(), whole.width(), self.width() * ratio / scale),
                _held_in(self._centre.y(), whole.height(), self.height() * ratio / scale),
            )
        self.update()
        self.scaled.emit(self.scale)


def _held_in(centre: float, length: float, seen: float) -> float:
    """The middle of a stretch of which `seen` is in sight; all of it in the middle where there is room."""
    return length / 2 if seen >= length else min(max(centre, seen / 2), length - seen / 2)


def _image(photo: Image.Image) -> QImage:
    data = photo.tobytes()
    image = QImage(data, photo.width, photo.height, 3 * photo.width, QImage.Format.Format_RGB888)
    # A copy: QImage does not own the bytes it is made of.
    return image.copy()
