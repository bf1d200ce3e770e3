"""Tables with one thing in every row, to read and to choose from; what the columns say is each table's own."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

Index = QModelIndex | QPersistentModelIndex
Row = TypeVar("Row")
_MOST_ROWS = 40


class RowTableModel(QAbstractTableModel, Generic[Row]):
    """The rows, and the words of their cells."""

    columns = 0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = ()

    def headings(self) -> tuple[str, ...]:
        """What stands above the columns."""
        raise TypeError(f"{type(self).__name__} has no headings")

    def words(self, row: Row, column: int) -> str:
        """What a cell says."""
        raise TypeError(f"{type(self).__name__} has no words")

    def tip(self, row: Row, column: int) -> str:
        """What a cell tells who stays on it."""
        return self.words(row, column)

    def row(self, number: int) -> Row:
        """A row by its place."""
        return self._rows[number]

    def retranslate(self) -> None:
        """Say everything again."""
        self.beginResetModel()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.words(self._rows[index.row()], index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self.tip(self._rows[index.row()], index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.headings()[section]


class RowTable(QTableView):
    """The table: whole rows are chosen, columns are as wide as what they say."""

    def __init__(self, name: str, rows: QAbstractTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        rows.setParent(self)
        self.setModel(rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(96)
        self.setStyleSheet(
            "QTableView::item { padding: 0 10px; } QHeaderView::section { padding: 6px 10px; }"
        )
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def choose_one(self) -> None:
        """One row at a time, tall enough for a finger."""
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().setDefaultSectionSize(40)


class TallTable(RowTable):
    """As tall as its rows, so that only the page around it scrolls; the first column takes the room that is left."""

    def __init__(self, name: str, rows: QAbstractTableModel, parent: QWidget | None = None) -> None:
        super().__init__(name, rows, parent)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        rows.modelReset.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        rows = min(self.model().rowCount(), _MOST_ROWS) * self.verticalHeader().defaultSectionSize()
        head = self.horizontalHeader().sizeHint().height()
        return QSize(super().sizeHint().width(), head + rows + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())
