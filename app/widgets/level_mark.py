"""One mark for each level, told apart by shape as well as by colour: ○ fine, △ take care, □ stopped."""

from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme

# An answer is neither good nor bad: a scratch that was found must not look like a passed part.
Mark = Literal["ok", "warn", "stop", "answer"]
_COLOURS: dict[Mark, str] = {"ok": "ok", "warn": "warn", "stop": "bad", "answer": "accent"}


def mark_colour(mark: Mark) -> QColor:
    """The present theme's colour of a level."""
    return QColor(getattr(theme(), _COLOURS[mark]))


def draw_mark(painter: QPainter, mark: Mark, area: QRectF) -> None:
    """Draw the mark as large as the square `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = mark_colour(mark)
    width = max(2.0, area.width() * 0.1)
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    fill = QColor(colour)
    fill.setAlphaF(0.12)
    painter.setBrush(fill)
    inner = area.adjusted(width, width, -width, -width)
    if mark in ("ok", "answer"):
        painter.drawEllipse(inner)
    if mark == "ok":
        painter.drawPolyline(
            QPolygonF([_at(inner, 0.28, 0.53), _at(inner, 0.44, 0.68), _at(inner, 0.73, 0.36)])
        )
    elif mark == "warn":
        painter.drawPolygon(QPolygonF([_at(inner, 0.5, 0.04), _at(inner, 1.0, 0.94), _at(inner, 0.0, 0.94)]))
        painter.drawLine(QLineF(_at(inner, 0.5, 0.36), _at(inner, 0.5, 0.62)))
        painter.drawPoint(_at(inner, 0.5, 0.79))
    elif mark == "stop":
        painter.drawRect(inner)
        painter.drawLine(QLineF(_at(inner, 0.3, 0.3), _at(inner, 0.7, 0.7)))
        painter.drawLine(QLineF(_at(inner, 0.7, 0.3), _at(inner, 0.3, 0.7)))
    painter.restore()


class LevelMark(QWidget):
    """The mark as a widget; its meaning in words is the caller's to give (accessible name)."""

    def __init__(self, mark: Mark = "ok", edge: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark: Mark = mark
        self._edge = edge
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def mark(self) -> Mark:
        """The level shown."""
        return self._mark

    def set_mark(self, mark: Mark) -> None:
        """Show another level."""
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._edge, self._edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_mark(painter, self._mark, QRectF(self.rect()))
        painter.end()


def _at(area: QRectF, across: float, down: float) -> QPointF:
    return QPointF(area.left() + across * area.width(), area.top() + down * area.height())
