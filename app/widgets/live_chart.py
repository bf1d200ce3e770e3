"""A chart that follows the training: a title, a sentence that says what it shows, and few lines.

New values only mark the chart as stale; a timer draws at most eight times a second, and only while seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QHideEvent, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.theme import theme

REDRAW_MS = 125
_LEAST_HEIGHT = 160
_KEYS_IN_A_ROW = 2


@dataclass(frozen=True)
class ChartLine:
    """A line by key and the theme colour it has: measured points, or with `dash` one level for all x."""

    key: str
    colour: str
    symbol: str = "o"
    dash: Qt.PenStyle | None = None


@dataclass
class _Drawn:
    line: ChartLine
    key: "_LineKey"
    xs: Sequence[float] = ()
    ys: Sequence[float] = ()
    curve: pg.PlotDataItem | None = None
    ruler: pg.InfiniteLine | None = None


@dataclass(frozen=True)
class Reach:
    """How far the y axis reaches; None follows the data."""

    low: float | None = None
    high: float | None = None


class LiveChart(QWidget):
    """One chart. Solid lines with dots are measured; dashed lines are the mark to beat."""

    def __init__(
        self, name: str, lines: Sequence[ChartLine], reach: Reach, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._reach = reach
        self._rounds = 1
        self._stale = True
        self.title = QLabel(objectName=f"{name}_title")
        self.title.setProperty("class", "heading3")
        self.sentence = QLabel(objectName=f"{name}_sentence", wordWrap=True)
        self.plot = _Plot(objectName=f"{name}_plot")
        self._drawn = {line.key: _Drawn(line, _LineKey(line)) for line in lines}
        self._lay_out()
        self._prepare_plot()
        self._timer = QTimer(self, interval=REDRAW_MS)
        self._timer.timeout.connect(self._redraw_if_stale)
        self.restyle()

    def set_words(self, title: str, axis: str, names: dict[str, str]) -> None:
        """Title, what the x axis counts, and the name of every line."""
        self.title.setText(title)
        self.plot.setAccessibleName(title)
        self._axis_words = axis
        for key, drawn in self._drawn.items():
            drawn.key.set_name(names[key])
        self._label_axis()

    def say(self, sentence: str) -> None:
        """The sentence under the title; a screen reader reads it for the chart."""
        self.sentence.setText(sentence)
        self.plot.setAccessibleDescription(sentence)

    def put(self, key: str, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Give a line its values; for a level only the last value counts."""
        drawn = self._drawn[key]
        drawn.xs, drawn.ys = list(xs), list(ys)
        self._stale = True

    def set_rounds(self, rounds: int) -> None:
        """How far the x axis reaches."""
        self._rounds = max(1, rounds)
        self._stale = True

    def values(self, key: str) -> tuple[Sequence[float], Sequence[float]]:
        """What a line shows."""
        return self._drawn[key].xs, self._drawn[key].ys

    def clear(self) -> None:
        """Take all values away."""
        for key in self._drawn:
            self.put(key, (), ())

    def restyle(self) -> None:
        """Take the colours of the present theme."""
        tokens = theme()
        self.plot.setBackground(QColor(tokens.surface))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(QColor(tokens.border))
            axis.setTextPen(QColor(tokens.muted))
            axis.setTickFont(QFont(self.font()))
        for drawn in self._drawn.values():
            drawn.key.update()
            colour = QColor(getattr(tokens, drawn.line.colour))
            if drawn.ruler is not None:
                drawn.ruler.setPen(pg.mkPen(colour, width=2, style=drawn.line.dash))
            if drawn.curve is not None:
                drawn.curve.setPen(pg.mkPen(colour, width=2))
                drawn.curve.setSymbolBrush(colour)
        self._label_axis()
        self._stale = True

    def redraw(self) -> None:
        """Draw what was put."""
        self._stale = False
        for drawn in self._drawn.values():
            if drawn.ruler is not None:
                drawn.ruler.setVisible(bool(drawn.ys))
                if drawn.ys:
                    drawn.ruler.setPos(drawn.ys[-1])
            elif drawn.curve is not None:
                drawn.curve.setData(list(drawn.xs), list(drawn.ys))
        self.plot.setXRange(min(1, self._rounds - 1), self._rounds, padding=0.03)
        self._fit_y()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        self._stale = True
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def _redraw_if_stale(self) -> None:
        if self._stale:
            self.redraw()

    def _lay_out(self) -> None:
        keys = QGridLayout()
        keys.setHorizontalSpacing(16)
        for place, drawn in enumerate(self._drawn.values()):
            keys.addWidget(drawn.key, place // _KEYS_IN_A_ROW, place % _KEYS_IN_A_ROW)
        keys.setColumnStretch(_KEYS_IN_A_ROW, 1)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        column.addWidget(self.plot, 1)
        column.addLayout(keys)
        self._axis_words = ""

    def _prepare_plot(self) -> None:
        self.plot.setMinimumHeight(_LEAST_HEIGHT)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.setMouseEnabled(False, False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.plot.showGrid(x=False, y=True, alpha=0.15)
        for drawn in self._drawn.values():
            if drawn.line.dash is not None:
                drawn.ruler = pg.InfiniteLine(angle=0, movable=False)
                self.plot.addItem(drawn.ruler, ignoreBounds=True)
            else:
                drawn.curve = self.plot.plot(symbol=drawn.line.symbol, symbolSize=6, symbolPen=None)

    def _label_axis(self) -> None:
        self.plot.getAxis("left").setLabel(text="")
        self.plot.getAxis("bottom").setLabel(text=self._axis_words, color=theme().muted)

    def _fit_y(self) -> None:
        values = [value for drawn in self._drawn.values() for value in drawn.ys]
        low = self._reach.low if self._reach.low is not None else min(values, default=0.0)
        high = self._reach.high if self._reach.high is not None else max(values, default=1.0)
        self.plot.setYRange(low, max(high, low + 1e-6), padding=0.05)


class _Plot(pg.PlotWidget):
    """Asks for little, and takes the height that is left: the key below it stays on a small screen."""

    def sizeHint(self) -> QSize:
        return QSize(320, _LEAST_HEIGHT)


class _LineKey(QWidget):
    """What a line is called, behind a piece of it: the key stands under the chart, never inside."""

    _PIECE = 28

    def __init__(self, line: ChartLine) -> None:
        super().__init__()
        self._line = line
        self._name = ""

    def set_name(self, name: str) -> None:
        self._name = name
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(self._PIECE + 8 + metrics.horizontalAdvance(self._name) + 2, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme()
        colour = QColor(getattr(tokens, self._line.colour))
        middle = self.height() / 2
        painter.setPen(QPen(colour, 2, self._line.dash or Qt.PenStyle.SolidLine))
        painter.drawPolyline(QPolygonF([QPointF(0, middle), QPointF(self._PIECE, middle)]))
        if self._line.dash is None:
            self._draw_symbol(painter, colour, middle)
        painter.setPen(QColor(tokens.text))
        painter.drawText(
            self.rect().adjusted(self._PIECE + 8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._name
        )
        painter.end()

    def _draw_symbol(self, painter: QPainter, colour: QColor, middle: float) -> None:
        place = QRectF(self._PIECE / 2 - 3.5, middle - 3.5, 7, 7)
        painter.setBrush(colour)
        if self._line.symbol == "s":
            painter.drawRect(place)
        else:
            painter.drawEllipse(place)
