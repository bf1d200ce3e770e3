"""The answer on site, to be read from three metres: one strong colour, one shape, one word, the class below it.

The colours are those of signals and stay the same in light and dark; each has a contrast of at least 4.5 : 1 with what
is written on it, and each answer a shape of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme
from core.onsite.result import Verdict

_LARGEST = 0.5  # of the height, for the word
_NAME = 0.27
_DETAIL = 0.14
_SMALLEST = 14  # pixels
_LARGEST_DETAIL = 34
_GAP = 8
_SHORT = 4  # letters: OK, NG, 要確認 are never wrapped
_WORTH = 0.7
_ONE_LINE = Qt.TextFlag.TextSingleLine
_WRAPPED = Qt.TextFlag.TextWordWrap
# Only where a single word is wider than the board in the smallest letters.
_BROKEN = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere


class Answer(StrEnum):
    """What the board says. SURE: a class that is neither OK nor NG."""

    WAITING = "waiting"
    LOADING = "loading"
    OK = "ok"
    NG = "ng"
    SURE = "sure"
    UNSURE = "unsure"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Signal:
    """A colour, and what is written on it."""

    ground: str
    ink: str


SIGNALS: dict[Answer, Signal] = {
    Answer.OK: Signal("#14713a", "#ffffff"),
    Answer.NG: Signal("#b3161a", "#ffffff"),
    Answer.SURE: Signal("#0b5c6b", "#ffffff"),
    Answer.UNSURE: Signal("#ffc62e", "#1f2328"),
    Answer.UNREADABLE: Signal("#565c63", "#ffffff"),
}


ANSWERS: dict[Verdict, Answer] = {
    Verdict.OK: Answer.OK,
    Verdict.NG: Answer.NG,
    Verdict.UNSURE: Answer.UNSURE,
    Verdict.UNKNOWN: Answer.SURE,
    Verdict.UNREADABLE: Answer.UNREADABLE,
}


class ResultBoard(QWidget):
    """Ring: OK. Cross: NG. Disc: a class that is neither. Triangle: a person decides. Crossed box: unreadable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("result_board")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(140)
        self.answer = Answer.WAITING
        self.word = ""
        self.name = ""
        self.detail = ""

    def show_answer(self, answer: Answer, word: str, detail: str = "", name: str = "") -> None:
        """Show the word as large as it goes, the class `name` below it, then the detail."""
        self.answer, self.word, self.name, self.detail = answer, word, name, detail
        self.setAccessibleName(f"{word} {name}".strip())
        self.setAccessibleDescription(detail)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 260)

    def layout_of(self, box: QRectF) -> tuple[QRectF, list[tuple[str, QFont, float]]]:
        """Where the mark goes (empty without one), and each text with its font and height."""
        answered = self.answer in SIGNALS
        side = min(box.height() * 0.66, box.width() * 0.3) if answered else 0.0
        mark = QRectF(box.left() + 28, box.center().y() - side / 2, side, side)
        width = box.width() - (side + 84 if answered else 48)
        wanted = [
            (self.word, _LARGEST if answered else 0.2, True, 1000 if answered else 40),
            (self.name, _NAME, True, 1000),
            (self.detail, _DETAIL if self.name else 0.2, False, _LARGEST_DETAIL),
        ]
        return mark, [
            (text, *_fitting(self.font(), text, QSizeF(width, share * box.height()), most, bold=bold))
            for text, share, bold, most in wanted
            if text
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, signal = theme(), SIGNALS.get(self.answer)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if signal:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(signal.ground))
        else:
            painter.setPen(QPen(QColor(tokens.border), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, 12, 12)
        mark, texts = self.layout_of(box)
        if signal:
            draw_answer(painter, self.answer, mark, QColor(signal.ink))
        ink = QColor(signal.ink if signal else tokens.text)
        left = mark.right() + 28 if signal else box.left() + 24
        across = Qt.AlignmentFlag.AlignLeft if signal else Qt.AlignmentFlag.AlignHCenter
        top = box.center().y() - (sum(height for _, _, height in texts) + _GAP * (len(texts) - 1)) / 2
        for text, font, height in texts:
            painter.setFont(font)
            painter.setPen(QColor(tokens.muted) if not signal and text == self.detail else ink)
            area = QRectF(left, top, box.right() - 24 - left, height + 2)
            painter.drawText(area, across | Qt.AlignmentFlag.AlignTop | _wrap(font, text, area.width()), text)
            top += height + _GAP
        painter.end()


def draw_answer(painter: QPainter, answer: Answer, area: QRectF, ink: QColor) -> None:
    """The shape of an answer, as large as the square `area`."""
    painter.save()
    width = area.width() * 0.13
    round_ends = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, *round_ends))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    match answer:
        case Answer.OK:
            painter.drawEllipse(inner)
        case Answer.NG:
            painter.drawLine(QLineF(inner.topLeft(), inner.bottomRight()))
            painter.drawLine(QLineF(inner.topRight(), inner.bottomLeft()))
        case Answer.SURE:
            painter.setBrush(ink)
            painter.drawEllipse(inner.adjusted(width, width, -width, -width))
        case Answer.UNSURE:
            top = QPointF(inner.center().x(), inner.top())
            painter.drawPolygon(QPolygonF([top, inner.bottomRight(), inner.bottomLeft()]))
            middle = inner.center().x()
            painter.drawLine(
                QLineF(
                    middle,
                    inner.top() + 0.4 * inner.height(),
                    middle,
                    inner.top() + 0.62 * inner.height(),
                )
            )
            painter.drawPoint(QPointF(middle, inner.top() + 0.82 * inner.height()))
        case _:
            painter.setPen(QPen(ink, width * 0.6, Qt.PenStyle.SolidLine, *round_ends))
            painter.drawRect(inner)
            painter.drawLine(QLineF(inner.bottomLeft(), inner.topRight()))
    painter.restore()


def draw_chip(painter: QPainter, answer: Answer, area: QRectF) -> None:
    """The shape on its colour, small."""
    signal, inset = SIGNALS[answer], area.width() * 0.16
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(signal.ground))
    painter.drawRoundedRect(area, inset, inset)
    draw_answer(painter, answer, area.adjusted(inset, inset, -inset, -inset), QColor(signal.ink))
    painter.restore()


def _fitting(base: QFont, text: str, room: QSizeF, most: int, *, bold: bool) -> tuple[QFont, float]:
    """The largest font (in pixels) with which the text fits without a broken word, and its height. One line is better
    than two where that costs little size: names of Japanese parts would be cut anywhere."""
    font = QFont(base)
    font.setBold(bold)
    several = _largest(font, text, room, most, _WRAPPED)
    one = _largest(font, text, room, most, _ONE_LINE)
    font.setPixelSize(one if one >= _WORTH * several or len(text) <= _SHORT else several)
    return font, _size(font, text, room.width(), _wrap(font, text, room.width())).height()


def _largest(font: QFont, text: str, room: QSizeF, most: int, flags: Qt.TextFlag) -> int:
    low, high = _SMALLEST, max(_SMALLEST, min(most, int(room.height())))
    while low < high:
        pixels = (low + high + 1) // 2
        font.setPixelSize(pixels)
        needed = _size(font, text, room.width(), flags)
        fits = needed.height() <= room.height() and needed.width() <= room.width()
        low, high = (pixels, high) if fits else (low, pixels - 1)
    return low


def _wrap(font: QFont, text: str, width: float) -> Qt.TextFlag:
    return _WRAPPED if _size(font, text, width, _WRAPPED).width() <= width else _BROKEN


def _size(font: QFont, text: str, width: float, flags: Qt.TextFlag) -> QSizeF:
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e6), int(flags), text).size()
