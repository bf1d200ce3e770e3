"""Each class on its own: how many of its photos were missed, how many others were taken for it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.widgets.row_table import RowTableModel, TallTable
from core.evaluation.tally import ClassTally
from core.project.revision import ClassEntry


class ClassTableModel(RowTableModel[ClassTally]):
    """A row per class with test photos: name, learned or held back, missed, false alarms."""

    columns = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: Sequence[ClassEntry] = ()

    def show(self, tallies: Sequence[ClassTally], classes: Sequence[ClassEntry]) -> None:
        """Take other counts."""
        self.beginResetModel()
        self._rows = sorted(tallies, key=lambda tally: (-tally.missed, tally.label))
        self._classes = classes
        self.endResetModel()

    def headings(self) -> tuple[str, ...]:
        return self.tr("種類"), self.tr("学習"), self.tr("見逃し"), self.tr("過検出")

    def words(self, row: ClassTally, column: int) -> str:
        entry = self._classes[row.label]
        match column:
            case 0:
                return entry.name
            case 1:
                return self.tr("習った") if entry.role == "base" else self.tr("取り置き")
            case 2:
                return self.tr("{missed}／{photos} 枚").format(missed=row.missed, photos=row.photos)
        return self.tr("{count} 枚").format(count=row.false_alarms)

    def tip(self, row: ClassTally, column: int) -> str:
        return self._classes[row.label].name

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return (
                "",
                "",
                self.tr("この種類なのに、ほかの種類と答えた写真です。"),
                self.tr("ほかの種類なのに、この種類と答えた写真です。"),
            )[section]
        return super().headerData(section, orientation, role)


class ClassTable(TallTable):
    """The table, the class with the most misses first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rows = ClassTableModel()
        super().__init__("class_table", self.rows, parent)
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("種類ごとの見逃しと過検出"))
        self.rows.retranslate()
