"""Each question on its own: how many answers are right, before and after."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.widgets.row_table import RowTableModel, TallTable
from core.evaluation.unsure import exact
from core.tasks.scoring import QuestionTally


class QuestionTableModel(RowTableModel[QuestionTally]):
    """A row a question, the worst first."""

    columns = 4

    def show(self, tallies: Sequence[QuestionTally]) -> None:
        """Take other counts."""
        self.beginResetModel()
        self._rows = tuple(tallies)
        self.endResetModel()

    def headings(self) -> tuple[str, ...]:
        return (
            self.tr("質問"),
            self.tr("学習の前の正解"),
            self.tr("学習の後の正解"),
            self.tr("学習の後の割合（95 % の幅）"),
        )

    def words(self, row: QuestionTally, column: int) -> str:
        match column:
            case 0:
                return row.question
            case 1:
                return self.tr("{right}／{asked} 件").format(right=row.before, asked=row.asked)
            case 2:
                return self.tr("{right}／{asked} 件").format(right=row.after, asked=row.asked)
        share = exact(row.after, row.asked)
        return self.tr("{percent} %（{low}～{high}）").format(
            percent=f"{100 * share.mean:.0f}", low=f"{100 * share.low:.0f}", high=f"{100 * share.high:.0f}"
        )

    def tip(self, row: QuestionTally, column: int) -> str:
        return row.question


class QuestionTable(TallTable):
    """The table; `chosen` carries a question that was activated."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rows = QuestionTableModel()
        super().__init__("question_table", self.rows, parent)
        self.choose_one()
        self.activated.connect(lambda index: self.chosen.emit(self.rows.row(index.row()).question))
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("質問ごとの正解"))
        self.rows.retranslate()
