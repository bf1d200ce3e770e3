"""The answer on site, large enough to read from the other side of the bench: word, colour and shape."""

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme
from app.widgets.level_mark import Mark, draw_mark, mark_colour

_LARGEST = 72  # points
_SMALLEST = 14
_GAP = 12
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere


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
        """Word and detail as one block in the middle of the height."""
        answered = self.answer in _MARKS
        across = Qt.AlignmentFlag.AlignLeft if answered else Qt.AlignmentFlag.AlignHCenter
        flags = across | Qt.AlignmentFlag.AlignTop | _WRAPPED
        room = QSizeF(area.width(), area.height() * (0.66 if self.detail else 1.0))
        word, word_height = _fitting(
            self.font(), self.word, room, _LARGEST if answered else 24, _SMALLEST, bold=True
        )
        room = QSizeF(area.width(), area.height() - word_height - _GAP)
        detail, detail_height = _fitting(self.font(), self.detail, room, 18, 9, bold=False)
        top = area.top() + max(0.0, (area.height() - word_height - detail_height - _GAP) / 2)
        painter.setFont(word)
        painter.setPen(text)
        painter.drawText(QRectF(area.left(), top, area.width(), word_height + 2), flags, self.word)
        painter.setFont(detail)
        painter.setPen(muted)
        below = QRectF(area.left(), top + word_height + _GAP, area.width(), detail_height + 2)
        painter.drawText(below, flags, self.detail)


def _fitting(
    base: QFont, text: str, room: QSizeF, largest: int, smallest: int, *, bold: bool
) -> tuple[QFont, float]:
    """The largest font with which the wrapped text fits, and its height; the smallest where none does."""
    font = QFont(base)
    font.setBold(bold)
    height = 0.0
    for points in range(largest, smallest - 1, -1):
        font.setPointSize(points)
        needed = QFontMetricsF(font).boundingRect(QRectF(0, 0, room.width(), 1e6), int(_WRAPPED), text)
        height = needed.height()
        if height <= room.height() and needed.width() <= room.width():
            break
    return font, height
