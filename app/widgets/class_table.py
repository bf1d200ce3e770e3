"""Each class on its own: how many of its photos were missed, how many others were taken for it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.evaluation.tally import ClassTally
from core.project.revision import ClassEntry

Index = QModelIndex | QPersistentModelIndex
_MOST_ROWS = 40


class ClassTableModel(QAbstractTableModel):
    """A row per class with test photos: name, learned or held back, missed, false alarms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallies: Sequence[ClassTally] = ()
        self._classes: Sequence[ClassEntry] = ()

    def show(self, tallies: Sequence[ClassTally], classes: Sequence[ClassEntry]) -> None:
        """Take other counts."""
        self.beginResetModel()
        self._tallies = sorted(tallies, key=lambda tally: (-tally.missed, tally.label))
        self._classes = classes
        self.endResetModel()

    def retranslate(self) -> None:
        """Say everything again."""
        self.beginResetModel()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tallies)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        tally = self._tallies[index.row()]
        entry = self._classes[tally.label]
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.name
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case 0:
                return entry.name
            case 1:
                return self.tr("習った") if entry.role == "base" else self.tr("取り置き")
            case 2:
                return self.tr("{missed}／{photos} 枚").format(missed=tally.missed, photos=tally.photos)
        return self.tr("{count} 枚").format(count=tally.false_alarms)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("種類"), self.tr("学習"), self.tr("見逃し"), self.tr("過検出"))[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                "",
                "",
                self.tr("この種類なのに、ほかの種類と答えた写真です。"),
                self.tr("ほかの種類なのに、この種類と答えた写真です。"),
            )[section]
        return None


class ClassTable(QTableView):
    """The table, the class with the most misses first; as tall as its rows, so that only the page around it scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_table")
        self.rows = ClassTableModel(self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(96)
        self.setStyleSheet(
            "QTableView::item { padding: 0 10px; } QHeaderView::section { padding: 6px 10px; }"
        )
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.rows.modelReset.connect(self.updateGeometry)
        self.retranslate()

    def sizeHint(self) -> QSize:
        rows = min(self.rows.rowCount(), _MOST_ROWS) * self.verticalHeader().defaultSectionSize()
        head = self.horizontalHeader().sizeHint().height()
        return QSize(super().sizeHint().width(), head + rows + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("種類ごとの見逃しと過検出"))
        self.rows.retranslate()
