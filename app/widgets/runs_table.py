"""The trainings of a project beside each other, newest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.evaluation.compare import LEVEL, Change, Comparison, compare
from core.evaluation.runs import AS_ON_SITE, Difference, Judgements, differences
from core.methods.presets import resolve_preset
from core.problems import Language, Problem
from core.project.revision import DataRevision
from core.training.job import TrainJob
from core.training.result import TrainResult
from core.training.run import Run
from core.training.state import JobState

Index = QModelIndex | QPersistentModelIndex
_REMARK = 4


@dataclass(frozen=True)
class RunRow:
    """A run with what its row says; the comparisons are None where it has no result. `against` are its differences to
    the run `beside` by figure, None where the data differ or there is nothing to compare."""

    run: Run
    state: JobState
    started: datetime | None
    preset: str
    revision: str
    learned: Comparison | None
    held_back: Comparison | None
    beside: Run | None = None
    against: Mapping[str, Difference] | None = None


def read_rows(
    runs: Sequence[Run], beside: Run, cancelled: Callable[[], bool] = lambda: False
) -> tuple[RunRow, ...]:
    """All runs compared with one of them, on the same photos; the intervals hold for all of them together. When it is
    cancelled, what is there by then."""
    read = [_read(run) for run in runs if not cancelled()]
    reference = next(((row, judged) for row, judged in read if row.run == beside), None)
    if reference is None or reference[1] is None:
        return tuple(row for row, _ in read)
    shown, before = reference
    like = [
        row.run for row, _ in read if row.run != beside and row.revision == shown.revision and row.learned
    ]
    level = LEVEL / max(1, len(like))
    return tuple(
        replace(row, beside=beside, against=_against(before, after, level)) if row.run in like else row
        for row, after in read
        if not cancelled()
    )


def _read(run: Run) -> tuple[RunRow, Judgements | None]:
    """What a run's folder says; a run that cannot be read has an empty row."""
    try:
        job, revision = run.job, run.revision
    except Problem:
        return RunRow(run, run.state(), None, "", "", None, None), None
    events = run.events()
    result = run.result()
    learned, held_back = (None, None) if result is None else _compared(result, revision)
    row = RunRow(
        run=run,
        state=run.state(),
        started=datetime.fromtimestamp(events[0].time) if events else None,
        preset=job.preset if isinstance(job, TrainJob) else "",
        revision=revision.id,
        learned=learned,
        held_back=held_back,
    )
    return row, None if result is None else Judgements.of(result, revision)


def _against(
    before: Judgements | None, after: Judgements | None, level: float
) -> dict[str, Difference] | None:
    if before is None or after is None:
        return None
    try:
        return differences(before, after, level, AS_ON_SITE)
    except Problem:
        return None


class RunsModel(QAbstractTableModel):
    """A row per run: when, how, what came out, and whether it saw the same photos as the one shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[RunRow] = ()
        self._shown: RunRow | None = None
        self._language: Language = "ja"

    def show(self, rows: Sequence[RunRow], shown: Run | None, language: Language) -> None:
        """Take other rows; `shown` is the run on the page."""
        self.beginResetModel()
        self._rows, self._language = tuple(rows), language
        self._shown = next((row for row in rows if row.run == shown), None)
        self.endResetModel()

    def row(self, number: int) -> RunRow:
        """A row by its place."""
        return self._rows[number]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 5

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == _REMARK and row.against:
            return self._differences(row.against)
        match index.column():
            case 0:
                return row.started.strftime("%Y-%m-%d %H:%M") if row.started else row.run.folder.name
            case 1:
                return self._method(row)
            case 2:
                return self._right(row.learned)
            case 3:
                return self._right(row.held_back)
        return self._remark(row)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("始めた日時"),
            self.tr("やり方"),
            self.tr("習った種類の正解"),
            self.tr("取り置いた種類の正解"),
            self.tr("備考"),
        )[section]

    def _method(self, row: RunRow) -> str:
        try:
            return resolve_preset(row.preset).texts[self._language].title
        except Problem:
            return row.preset

    def _right(self, found: Comparison | None) -> str:
        if found is None or not found.photos:
            return self.tr("なし")
        return self.tr("{after}／{photos} 枚").format(after=found.after, photos=found.photos)

    def _remark(self, row: RunRow) -> str:
        if self._shown is not None and row.run == self._shown.run:
            return self.tr("いま表示しています")
        if row.learned is None:
            return self.tr("結果がありません")
        if self._shown is not None and row.revision != self._shown.revision:
            return self.tr("写真かラベルが違うので、数だけでは比べられません")
        found = row.against or {}
        # The balance says most; where no classes were held back, the learned ones.
        key = next((key for key in ("union_h", "union_base") if key in found), None)
        if key is None or self._shown is None or row.beside != self._shown.run:
            return self.tr("同じ写真で比べられます")
        words = {
            Change.BETTER: self.tr("表示中より良い（{what}）"),
            Change.WORSE: self.tr("表示中より悪い（{what}）"),
            Change.UNCLEAR: self.tr("表示中との差は、偶然でも起こる大きさ（{what}）"),
        }[found[key].change]
        return words.format(what=self._difference(key, found[key]))

    def _difference(self, key: str, found: Difference) -> str:
        names = {
            "base": self.tr("習った種類"),
            "new": self.tr("取り置いた種類"),
            "h": self.tr("つりあい"),
        }
        return self.tr("{name} {mean} ポイント、{low}～{high}").format(
            name=names[key.removeprefix("union_")],
            mean=f"{100 * found.mean:+.1f}",
            low=f"{100 * found.low:+.1f}",
            high=f"{100 * found.high:+.1f}",
        )

    def _differences(self, against: Mapping[str, Difference]) -> str:
        lines = [self._difference(key, found) for key, found in against.items()]
        head = self.tr("表示中の学習との差（全部の種類から選ぶとき、95 % の幅、同じ写真どうし）")
        return "\n".join([head, *lines])


class RunsView(QTableView):
    """A table with a run in every row; choosing a row (double click or Enter) asks for that run."""

    chosen = Signal(object)

    def __init__(
        self, model: QAbstractTableModel, run_at: Callable[[int], Run], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("runs_table")
        self._run_at = run_at
        model.setParent(self)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(40)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(96)
        self.setStyleSheet(
            "QTableView::item { padding: 0 10px; } QHeaderView::section { padding: 6px 10px; }"
        )
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.activated.connect(lambda index: self.chosen.emit(self._run_at(index.row())))
        self.retranslate()

    def current(self) -> Run | None:
        """The run of the row with the cursor."""
        index = self.currentIndex()
        return self._run_at(index.row()) if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("このプロジェクトの学習の一覧"))


class RunsTable(RunsView):
    """The trainings that tell kinds apart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rows = RunsModel()
        super().__init__(self.rows, lambda number: self.rows.row(number).run, parent)


def _compared(result: TrainResult, revision: DataRevision) -> tuple[Comparison, Comparison]:
    base, new = set(revision.base), set(revision.new)
    learned = compare(p for p in result.predictions if p.label in base)
    return learned, compare(p for p in result.predictions if p.label in new)
