"""Each question on its own: how many answers are right, before and after."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.evaluation.unsure import exact
from core.tasks.scoring import QuestionTally

Index = QModelIndex | QPersistentModelIndex
_MOST_ROWS = 40


class QuestionTableModel(QAbstractTableModel):
    """A row a question, the worst first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallies: Sequence[QuestionTally] = ()

    def show(self, tallies: Sequence[QuestionTally]) -> None:
        """Take other counts."""
        self.beginResetModel()
        self._tallies = tuple(tallies)
        self.endResetModel()

    def question(self, row: int) -> str:
        """The question of a row."""
        return self._tallies[row].question

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return tally.question
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case 0:
                return tally.question
            case 1:
                return self.tr("{right}／{asked} 件").format(right=tally.before, asked=tally.asked)
            case 2:
                return self.tr("{right}／{asked} 件").format(right=tally.after, asked=tally.asked)
        share = exact(tally.after, tally.asked)
        return self.tr("{percent} %（{low}～{high}）").format(
            percent=f"{100 * share.mean:.0f}", low=f"{100 * share.low:.0f}", high=f"{100 * share.high:.0f}"
        )

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("質問"),
            self.tr("学習の前の正解"),
            self.tr("学習の後の正解"),
            self.tr("学習の後の割合（95 % の幅）"),
        )[section]


class QuestionTable(QTableView):
    """The table, as tall as its rows; `chosen` carries a question that was activated."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("question_table")
        self.rows = QuestionTableModel(self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(40)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(96)
        self.setStyleSheet(
            "QTableView::item { padding: 0 10px; } QHeaderView::section { padding: 6px 10px; }"
        )
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.rows.modelReset.connect(self.updateGeometry)
        self.activated.connect(lambda index: self.chosen.emit(self.rows.question(index.row())))
        self.retranslate()

    def sizeHint(self) -> QSize:
        rows = min(self.rows.rowCount(), _MOST_ROWS) * self.verticalHeader().defaultSectionSize()
        head = self.horizontalHeader().sizeHint().height()
        return QSize(super().sizeHint().width(), head + rows + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("質問ごとの正解"))
        self.rows.retranslate()
