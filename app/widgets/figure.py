"""A small chart that can be taken along: drawn by the same hand on the screen, as SVG and as PNG; CSV holds its numbers."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme
from core.files import write_atomic

_SIZE = QSize(900, 360)
_TICKS = 4
_CAP = 4
# Ends of a scale whose quarters are round, for one power of ten.
_ROUND_TOPS = (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10)


@dataclass(frozen=True)
class Series:
    """Values in their order; `colour` is a theme colour, and the dashed one is what was before. Of bars, `spread` has
    the interval (low, high) of each value."""

    name: str
    colour: str
    values: Sequence[float]
    dashed: bool = False
    spread: Sequence[tuple[float, float]] = ()


class Figure(QWidget):
    """Lines over `first`, `first` + 1 …, or with `labels` bars in groups under these names."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setMinimumHeight(170)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.series: tuple[Series, ...] = ()
        self.labels: tuple[str, ...] = ()
        self.first = 1
        self.percent = False
        self.ends: tuple[str, str] | None = None

    def show_series(
        self,
        series: Sequence[Series],
        labels: Sequence[str] = (),
        *,
        first: int = 1,
        percent: bool = False,
        ends: tuple[str, str] | None = None,
    ) -> None:
        """Show other values; `percent` draws them on a scale up to 100 %, `ends` stand below both ends of lines."""
        self.series, self.labels = tuple(series), tuple(labels)
        self.first, self.percent, self.ends = first, percent, ends
        self.update()

    def save(self, path: Path) -> None:
        """Write the figure as the ending of the name says: .svg, .png or .csv.

        Raises:
            OSError: it cannot be written there.
        """
        match path.suffix.lower():
            case ".csv":
                write_atomic(path, "\ufeff" + self._table())
            case ".png":
                image = QImage(_SIZE * 2, QImage.Format.Format_RGB32)
                image.setDevicePixelRatio(2)
                self._draw_on(QPainter(image))
                if not image.save(str(path), "PNG"):
                    raise OSError(str(path))
            case _:
                with path.open("wb"):
                    pass  # Qt itself would say nothing of a place that cannot be written
                drawing = QSvgGenerator()
                drawing.setFileName(str(path))
                drawing.setSize(_SIZE)
                drawing.setViewBox(QRect(0, 0, _SIZE.width(), _SIZE.height()))
                self._draw_on(QPainter(drawing))

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._draw(painter, QRectF(self.rect()))
        painter.end()

    def _draw_on(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        self._draw(painter, QRectF(0, 0, _SIZE.width(), _SIZE.height()))
        painter.end()

    def _draw(self, painter: QPainter, place: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(place, QColor(theme().surface))
        if not any(series.values for series in self.series):
            return
        line = painter.fontMetrics().height()
        values = (value for series in self.series for value in series.values)
        top = 100.0 if self.percent else round_top(max(values, default=0.0))
        field = place.adjusted(4.5 * line, 2.2 * line, -line, -1.8 * line)
        self._draw_axis(painter, field, top)
        self._draw_keys(painter, place, line)
        if self.labels:
            self._draw_bars(painter, field, top)
        else:
            self._draw_lines(painter, field, top)

    def _draw_axis(self, painter: QPainter, field: QRectF, top: float) -> None:
        tokens = theme()
        for tick in range(_TICKS + 1):
            y = field.bottom() - field.height() * tick / _TICKS
            painter.setPen(QColor(tokens.border))
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
            painter.setPen(QColor(tokens.muted))
            words = QRectF(field.left() - 80, y - 12, 72, 24)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(words, right, f"{top * tick / _TICKS:.3g}{' %' if self.percent else ''}")

    def _draw_keys(self, painter: QPainter, place: QRectF, line: int) -> None:
        x, y = place.left() + 4.5 * line, place.top() + line
        for series in self.series:
            painter.setPen(self._pen(series))
            painter.drawLine(QPointF(x, y), QPointF(x + 28, y))
            painter.setPen(QColor(theme().text))
            painter.drawText(QPointF(x + 36, y + line / 3), series.name)
            x += 36 + painter.fontMetrics().horizontalAdvance(series.name) + 24

    def _draw_lines(self, painter: QPainter, field: QRectF, top: float) -> None:
        longest = max(len(series.values) for series in self.series)
        for series in self.series:
            points = [
                QPointF(
                    field.left() + field.width() * number / max(1, longest - 1),
                    field.bottom() - field.height() * value / top,
                )
                for number, value in enumerate(series.values)
            ]
            painter.setPen(self._pen(series))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(theme().muted))
        left, right = self.ends or (str(self.first), str(self.first + longest - 1))
        below = QRectF(field.left(), field.bottom() + 2, field.width(), 24)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, left)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, right)

    def _draw_bars(self, painter: QPainter, field: QRectF, top: float) -> None:
        group = field.width() / len(self.labels)
        bar = group * 0.6 / len(self.series)
        for place, label in enumerate(self.labels):
            left = field.left() + group * (place + 0.2)
            for number, series in enumerate(self.series):
                height = field.height() * series.values[place] / top
                shape = QRectF(left + bar * number, field.bottom() - height, bar - 2, height)
                painter.setPen(self._pen(series))
                colour = theme().surface if series.dashed else getattr(theme(), series.colour)
                painter.setBrush(QColor(colour))
                painter.drawRect(shape)
                if series.spread:
                    self._draw_spread(painter, field, shape.center().x(), series.spread[place], top)
            painter.setPen(QColor(theme().text))
            words = QRectF(field.left() + group * place, field.bottom() + 2, group, 24)
            painter.drawText(words, Qt.AlignmentFlag.AlignHCenter, label)

    def _draw_spread(
        self, painter: QPainter, field: QRectF, x: float, spread: tuple[float, float], top: float
    ) -> None:
        painter.setPen(QPen(QColor(theme().text), 1.5))
        low, high = (field.bottom() - field.height() * end / top for end in spread)
        painter.drawLine(QPointF(x, low), QPointF(x, high))
        for end in (low, high):
            painter.drawLine(QPointF(x - _CAP, end), QPointF(x + _CAP, end))

    def _pen(self, series: Series) -> QPen:
        style = Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine
        return QPen(QColor(getattr(theme(), series.colour)), 2, style)

    def _table(self) -> str:
        """A column for each series; numbers as Python writes them, whatever the locale."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        bounds = (self.tr("{name}（95 % の下端）"), self.tr("{name}（95 % の上端）"))
        heads = [
            [series.name, *(words.format(name=series.name) for words in bounds if series.spread)]
            for series in self.series
        ]
        writer.writerow(["", *(head for of_series in heads for head in of_series)])
        longest = max((len(series.values) for series in self.series), default=0)
        for row in range(longest):
            name = self.labels[row] if self.labels else row + self.first
            cells: list[float | str] = [name]
            for series in self.series:
                cells.append(series.values[row] if row < len(series.values) else "")
                cells += series.spread[row] if series.spread else ()
            writer.writerow(cells)
        return text.getvalue()


def round_top(most: float) -> float:
    """The lowest end of a scale that shows `most` and reads well at its ticks."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return power * next((top for top in _ROUND_TOPS if most <= power * top * (1 + 1e-9)), _ROUND_TOPS[-1])
