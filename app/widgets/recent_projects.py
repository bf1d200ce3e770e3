"""Projects opened lately, as rows of two lines; those that cannot be found say so and cannot be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.theme import GAP, theme

_PROJECT = Qt.ItemDataRole.UserRole
_STATE = Qt.ItemDataRole.UserRole + 1
# A face of another language may be higher than the line it is written on.
_ON_THE_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip


@dataclass(frozen=True)
class RecentProject:
    """A project remembered. `state`: whether it can be opened, and whether its latest training needs a hand."""

    folder: Path
    name: str
    state: Literal["there", "gone", "interrupted", "training"]


class RecentProjects(QListWidget):
    """The list; `chosen` tells the project that is to be opened."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("home_recent")
        self.setItemDelegate(_TwoLines(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        self._projects: tuple[RecentProject, ...] = ()

    def show_projects(self, projects: Sequence[RecentProject]) -> None:
        """Show these, the latest first."""
        self._projects = tuple(projects)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        states = {
            "there": "",
            "gone": self.tr("見つかりません"),
            "interrupted": self.tr("学習が途中で止まっています"),
            "training": self.tr("いま学習中です"),
        }
        self.clear()
        for project in self._projects:
            item = QListWidgetItem(f"{project.name}\n{project.folder}")
            item.setData(_PROJECT, project)
            item.setData(_STATE, states[project.state])
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{project.name} {states[project.state]}")
            item.setToolTip(str(project.folder))
            if project.state == "gone":
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)

    def _choose(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(item.data(_PROJECT))


class _TwoLines(QStyledItemDelegate):
    """Name above, folder below, state at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, 2 * option.fontMetrics.lineSpacing() + 2 * GAP + 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme()
        there = bool(option.state & QStyle.StateFlag.State_Enabled)
        area = option.rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if there and option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(area, 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        self._draw_words(painter, option, index, area.adjusted(2 * GAP, GAP, -2 * GAP, -GAP), there)
        painter.restore()

    def _draw_words(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        area: QRect,
        there: bool,
    ) -> None:
        tokens = theme()
        name, folder = index.data().split("\n")
        state = index.data(_STATE)
        bold = QFont(option.font)
        bold.setBold(there)
        room = option.fontMetrics.horizontalAdvance(state) + 2 * GAP if state else 0
        line = option.fontMetrics.lineSpacing()
        top = QRect(area.left(), area.top(), area.width() - room, line)
        bottom = QRect(area.left(), area.bottom() - line, area.width() - room, line)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text if there else tokens.muted))
        painter.drawText(top, _ON_THE_LINE, _short(painter, name, top))
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(bottom, _ON_THE_LINE, _short(painter, folder, bottom))
        painter.setPen(QColor(tokens.warn))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, state)


def _short(painter: QPainter, text: str, place: QRect) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
