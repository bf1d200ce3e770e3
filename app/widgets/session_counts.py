"""How many pieces were OK, NG, unsure and unreadable since counting began; large enough for a glance."""

from collections import Counter
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.theme import theme
from app.widgets.result_board import ANSWERS, Answer, draw_chip
from core.onsite.result import Verdict

_ALWAYS = (Verdict.OK, Verdict.NG, Verdict.UNSURE)


class SessionCounts(QWidget):
    """A row of counts; `reset` asks to start over."""

    reset = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("session_counts")
        self._counts: Counter[Verdict] = Counter()
        self._since: datetime | None = None
        self.total = QLabel(objectName="count_total", wordWrap=True)
        self.total.setProperty("class", "muted")
        self.cells = {verdict: _Cell(answer) for verdict, answer in ANSWERS.items()}
        self.again = QPushButton(objectName="count_reset")
        self.again.clicked.connect(self.reset)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        for cell in self.cells.values():
            row.addWidget(cell, 1)
        row.addWidget(self.total)
        row.addWidget(self.again)
        self.retranslate()

    def show_counts(self, counts: Counter[Verdict], since: datetime | None) -> None:
        """Show the counts since a time."""
        self._counts, self._since = counts, since
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        names = {
            Verdict.OK: "OK",
            Verdict.NG: "NG",
            Verdict.UNSURE: self.tr("要確認"),
            Verdict.UNKNOWN: self.tr("区別なし"),
            Verdict.UNREADABLE: self.tr("読めない"),
        }
        for verdict, cell in self.cells.items():
            cell.show_count(names[verdict], self._counts[verdict])
            cell.setVisible(verdict in _ALWAYS or self._counts[verdict] > 0)
        words = self.tr("合計 {total} 枚（{since} から）") if self._since else self.tr("合計 {total} 枚")
        since = f"{self._since:%H:%M}" if self._since else ""
        self.total.setText(words.format(total=f"{self._counts.total():,}", since=since))
        self.again.setText(self.tr("数え直す"))
        self.again.setAccessibleName(self.tr("枚数を 0 から数え直す"))
        self.again.setEnabled(self._counts.total() > 0)


class _Cell(QWidget):
    """A mark in its colour, a name, a number."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer, self._name, self._count = answer, "", 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_count(self, name: str, count: int) -> None:
        self._name, self._count = name, count
        self.setAccessibleName(f"{name} {count}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        height = self.fontMetrics().height()
        width = QFontMetrics(self._large()).horizontalAdvance(f"{self._count:,}")
        name = self.fontMetrics().horizontalAdvance(self._name)
        return QSize(int(1.5 * height) + 14 + name + 14 + width + 12, 2 * height + 12)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QColor(theme().border))
        painter.setBrush(QColor(theme().surface))
        painter.drawRoundedRect(box, 8, 8)
        height = float(self.fontMetrics().height())
        chip = QRectF(box.left() + 6, box.center().y() - 0.75 * height, 1.5 * height, 1.5 * height)
        draw_chip(painter, self._answer, chip)
        painter.setPen(QColor(theme().text))
        rest = box.adjusted(chip.width() + 14, 0, -8, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._name)
        painter.setFont(self._large())
        painter.drawText(
            rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{self._count:,}"
        )
        painter.end()

    def _large(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.5)
        return font
