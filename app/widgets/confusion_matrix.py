"""Which class was taken for which: a table whose cells open the photos behind them, by mouse or keyboard."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.theme import theme

Index = QModelIndex | QPersistentModelIndex
_WIDEST_NAME = 12  # in heights of a line
_SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
_RIGHT_ROLE = Qt.ItemDataRole.UserRole + 2


class ConfusionModel(QAbstractTableModel):
    """Photos by true class (row) and answer (column)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self._names: Sequence[str] = ()

    def show(self, counts: NDArray[np.int64], names: Sequence[str]) -> None:
        """Take `(C, C)` counts and the C class names."""
        self.beginResetModel()
        self._counts, self._names = counts, tuple(names)
        self.endResetModel()

    def retranslate(self) -> None:
        """Say the words of the cells again, in the present language."""
        if self._names:
            last = len(self._names) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, last))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def count(self, row: int, column: int) -> int:
        """Photos in a cell."""
        return int(self._counts[row, column])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        count = self.count(row, column)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(count) if count else ""
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._words(row, column, count)
            case _ if role == _SHARE_ROLE:
                return count / max(1, int(self._counts[row].sum()))
            case _ if role == _RIGHT_ROLE:
                return row == column
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        name = f"{section + 1}  {self._names[section]}"
        if role == Qt.ItemDataRole.DisplayRole:
            across = orientation is Qt.Orientation.Horizontal
            return str(section + 1) if across else name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return name
        return None

    def _words(self, row: int, column: int, count: int) -> str:
        truth, answer = self._names[row], self._names[column]
        if row == column:
            return self.tr("「{truth}」を正しく見分けた：{count} 枚").format(truth=truth, count=count)
        return self.tr("正解は「{truth}」、答えは「{answer}」：{count} 枚").format(
            truth=truth, answer=answer, count=count
        )


class ConfusionMatrix(QTableView):
    """The table. Choosing a cell (click, or arrows then Enter) tells its true class and answer."""

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("confusion_matrix")
        self.cells = ConfusionModel(self)
        self.setModel(self.cells)
        self.setItemDelegate(_CellDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(True)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(self._choose)
        self.retranslate()

    def show_counts(self, counts: NDArray[np.int64], names: Sequence[str]) -> None:
        """Show `(C, C)` counts under the C class names."""
        self.cells.show(counts, names)
        self._measure()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("取り違えの表。縦が正解、横が答え"))
        self.cells.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        rows = self.cells.rowCount()
        cell = self.verticalHeader().defaultSectionSize()
        frame = 2 * self.frameWidth() + 4
        width = self.verticalHeader().width() + rows * cell + frame
        return QSize(width, self.horizontalHeader().height() + rows * cell + frame)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.cell_chosen.emit(index.row(), index.column())

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        cell = max(40, metrics.horizontalAdvance("0000") + 8)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(cell)
            header.setDefaultSectionSize(cell)
        rows = range(self.cells.rowCount())
        names = [self.cells.headerData(row, Qt.Orientation.Vertical) for row in rows]
        widest = max((QFontMetrics(self.font()).horizontalAdvance(name) for name in names), default=0)
        self.verticalHeader().setFixedWidth(min(widest + 24, _WIDEST_NAME * metrics.height()))
        self.updateGeometry()


class _CellDelegate(QStyledItemDelegate):
    """A cell's fill grows with its share of the true class; right answers and mistakes differ by colour
    and by place, and a mistake has a frame."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        share, right = float(index.data(_SHARE_ROLE)), bool(index.data(_RIGHT_ROLE))
        tokens = theme()
        hue = QColor(tokens.ok if right else tokens.bad)
        area = option.rect.adjusted(1, 1, -1, -1)
        painter.save()
        fill = QColor(hue)
        fill.setAlphaF(0.10 + 0.45 * share if share else 0.0)
        painter.fillRect(area, fill if share else QColor(tokens.surface))
        if share and not right:
            painter.setPen(QPen(hue, 1))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(tokens.focus), 3))
            painter.drawRect(QRect(area).adjusted(1, 1, -2, -2))
        painter.setPen(QColor(tokens.text))
        painter.drawText(option.rect, Qt.AlignmentFlag.AlignCenter, index.data() or "·")
        painter.restore()
