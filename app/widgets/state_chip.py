"""The state of a job, in a word and a shape: what the state machine says, and nothing else."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme
from core.training.state import JobState

_COLOURS = {
    JobState.QUEUED: "muted",
    JobState.RUNNING: "accent",
    JobState.PAUSED: "warn",
    JobState.FINISHED: "ok",
    JobState.STOPPED: "warn",
    JobState.FAILED: "bad",
    JobState.INTERRUPTED: "warn",
}


class StateChip(QWidget):
    """A rounded chip; each state has its own word, and each kind of state its own shape."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("state_chip")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._state = JobState.QUEUED
        self.retranslate()

    @property
    def state(self) -> JobState:
        """The state shown."""
        return self._state

    def show_state(self, state: JobState) -> None:
        """Show a state."""
        self._state = state
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.text = {
            JobState.QUEUED: self.tr("準備中"),
            JobState.RUNNING: self.tr("学習中"),
            JobState.PAUSED: self.tr("一時停止"),
            JobState.FINISHED: self.tr("完了"),
            JobState.STOPPED: self.tr("中止"),
            JobState.FAILED: self.tr("失敗"),
            JobState.INTERRUPTED: self.tr("中断（再開できます）"),
        }[self._state]
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text) + metrics.height() + 32, metrics.height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(theme(), _COLOURS[self._state]))
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        fill = QColor(colour)
        fill.setAlphaF(0.14)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        edge = self.fontMetrics().height() * 0.6
        self._draw_shape(painter, QRectF(area.left() + 12, area.center().y() - edge / 2, edge, edge), colour)
        painter.setPen(QColor(theme().text))
        words = area.adjusted(20 + edge, 0, -8, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)
        painter.end()

    def _draw_shape(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        bar = area.width() * 0.35
        match self._state:
            case JobState.RUNNING:
                middle = QPointF(area.right(), area.center().y())
                painter.drawPolygon(QPolygonF([area.topLeft(), middle, area.bottomLeft()]))
            case JobState.PAUSED:
                painter.drawRect(QRectF(area.left(), area.top(), bar, area.height()))
                painter.drawRect(QRectF(area.right() - bar, area.top(), bar, area.height()))
            case JobState.STOPPED | JobState.FAILED:
                painter.drawRect(area)
            case JobState.INTERRUPTED:
                top = QPointF(area.center().x(), area.top())
                painter.drawPolygon(QPolygonF([top, area.bottomRight(), area.bottomLeft()]))
            case _:
                painter.drawEllipse(area)
