"""Trainings beside each other, newest first: when, how, and what came out; the figures are those of the task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.widgets.row_table import RowTable, RowTableModel
from core.methods.presets import Preset
from core.problems import Language, Problem
from core.training.run import Run

REMARK = 4


class RunLine(Protocol):
    """What a table of trainings needs of a row."""

    @property
    def run(self) -> Run: ...

    @property
    def started(self) -> datetime | None: ...

    @property
    def preset(self) -> str: ...


Line = TypeVar("Line", bound=RunLine)


class RunsViewModel(RowTableModel[Line]):
    """A row per run: when, how, two figures, and how it compares with the one on the page."""

    columns = 5

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Line | None = None
        self._language: Language = "ja"

    def preset_of(self, row: Line) -> Preset:
        """The preset that a run was trained with. Raises Problem where it is not known."""
        raise TypeError(f"{type(self).__name__} knows no presets")

    def figure_headings(self) -> tuple[str, str]:
        """What stands above the two figures."""
        raise TypeError(f"{type(self).__name__} has no figures")

    def figure(self, row: Line, number: int) -> str:
        """One of the two figures, 0 or 1."""
        raise TypeError(f"{type(self).__name__} has no figures")

    def remark(self, row: Line) -> str:
        """How a run compares with the one on the page."""
        raise TypeError(f"{type(self).__name__} has no remarks")

    def show(self, rows: Sequence[Line], shown: Run | None, language: Language) -> None:
        """Take other rows; `shown` is the run on the page."""
        self.beginResetModel()
        self._rows, self._language = tuple(rows), language
        self._shown = next((row for row in rows if row.run == shown), None)
        self.endResetModel()

    def headings(self) -> tuple[str, ...]:
        return self.tr("始めた日時"), self.tr("やり方"), *self.figure_headings(), self.tr("備考")

    def words(self, row: Line, column: int) -> str:
        match column:
            case 0:
                return row.started.strftime("%Y-%m-%d %H:%M") if row.started else row.run.folder.name
            case 1:
                return self._method(row)
            case 2 | 3:
                return self.figure(row, column - 2)
        if self._shown is not None and row.run == self._shown.run:
            return self.tr("いま表示しています")
        return self.remark(row)

    def _method(self, row: Line) -> str:
        try:
            return self.preset_of(row).texts[self._language].title
        except Problem:
            return row.preset


class RunsView(RowTable, Generic[Line]):
    """A table with a run in every row; choosing a row (double click or Enter) asks for that run."""

    chosen = Signal(object)

    def __init__(self, rows: RunsViewModel[Line], parent: QWidget | None = None) -> None:
        super().__init__("runs_table", rows, parent)
        self.rows = rows
        self.choose_one()
        self.horizontalHeader().setStretchLastSection(True)
        self.activated.connect(lambda index: self.chosen.emit(rows.row(index.row()).run))
        self.retranslate()

    def current(self) -> Run | None:
        """The run of the row with the cursor."""
        index = self.currentIndex()
        return self.rows.row(index.row()).run if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("このプロジェクトの学習の一覧"))
