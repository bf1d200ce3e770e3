"""The answer on site, large enough to read from the other side of the bench: word, colour and shape."""

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme
from app.widgets.level_mark import Mark, draw_mark, mark_colour

_LARGEST_POINTS = 72
_SMALLEST_POINTS = 16


class Answer(StrEnum):
    """What the board says."""

    WAITING = "waiting"
    LOADING = "loading"
    SURE = "sure"
    UNSURE = "unsure"
    UNREADABLE = "unreadable"


_MARKS: dict[Answer, Mark] = {Answer.SURE: "answer", Answer.UNSURE: "warn", Answer.UNREADABLE: "stop"}


class ResultBoard(QWidget):
    """Circle: sure. Triangle: unsure, a person decides. Square with a cross: the photo is unreadable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("result_board")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(140)
        self.answer = Answer.WAITING
        self.word = ""
        self.detail = ""

    def show_answer(self, answer: Answer, word: str, detail: str = "") -> None:
        """Show the word large and the detail below it."""
        self.answer, self.word, self.detail = answer, word, detail
        self.setAccessibleName(word)
        self.setAccessibleDescription(detail)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme()
        level = _MARKS.get(self.answer)
        colour = mark_colour(level) if level else QColor(tokens.border)
        fill = QColor(colour)
        fill.setAlphaF(0.12 if level else 0.0)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        style = Qt.PenStyle.SolidLine if level else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour, 3 if level else 2, style))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 12, 12)
        text = box.adjusted(24, 16, -24, -16)
        if level:
            side = min(box.height() * 0.56, box.width() * 0.22)
            mark = QRectF(box.left() + 28, box.center().y() - side / 2, side, side)
            draw_mark(painter, level, mark)
            text.setLeft(mark.right() + 32)
        self._draw_words(painter, text, QColor(tokens.text), QColor(tokens.muted))
        painter.end()

    def _draw_words(self, painter: QPainter, area: QRectF, text: QColor, muted: QColor) -> None:
        aligned = Qt.AlignmentFlag.AlignLeft if self.answer in _MARKS else Qt.AlignmentFlag.AlignHCenter
        wrapped = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        share = 0.62 if self.detail else 1.0
        upper = QRectF(area.left(), area.top(), area.width(), area.height() * share)
        lower = QRectF(area.left(), upper.bottom(), area.width(), area.height() - upper.height())
        largest = _LARGEST_POINTS if self.answer in _MARKS else 24
        painter.setFont(_fitting(self.font(), self.word, upper, largest, bold=True))
        painter.setPen(text)
        down = Qt.AlignmentFlag.AlignBottom if self.detail else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(upper, aligned | down | wrapped, self.word)
        if self.detail:
            painter.setFont(_fitting(self.font(), self.detail, lower, 20, bold=False))
            painter.setPen(muted)
            painter.drawText(lower, aligned | Qt.AlignmentFlag.AlignTop | wrapped, self.detail)


def _fitting(base: QFont, text: str, area: QRectF, largest: int, *, bold: bool) -> QFont:
    """The largest font with which the wrapped text fits; the smallest one for text that never does."""
    font = QFont(base)
    font.setBold(bold)
    flags = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)
    for points in range(largest, _SMALLEST_POINTS - 1 if bold else 9, -2):
        font.setPointSize(points)
        needed = QFontMetricsF(font).boundingRect(QRectF(0, 0, area.width(), 1e6), flags, text)
        if needed.height() <= area.height() and needed.width() <= area.width():
            break
    return font
