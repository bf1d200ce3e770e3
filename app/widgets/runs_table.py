"""The trainings of a project beside each other, newest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtWidgets import QWidget

from app.widgets.runs_view import REMARK, RunsView, RunsViewModel
from core.evaluation.compare import LEVEL, Change, Comparison, compare
from core.evaluation.runs import AS_ON_SITE, Difference, Judgements, differences
from core.methods.presets import Preset, resolve_preset
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.job import TrainJob
from core.training.result import TrainResult
from core.training.run import Run
from core.training.state import JobState


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


class RunsModel(RunsViewModel[RunRow]):
    """What came out, and whether a run saw the same photos as the one shown."""

    def preset_of(self, row: RunRow) -> Preset:
        return resolve_preset(row.preset)

    def figure_headings(self) -> tuple[str, str]:
        return self.tr("習った種類の正解"), self.tr("取り置いた種類の正解")

    def figure(self, row: RunRow, number: int) -> str:
        found = (row.learned, row.held_back)[number]
        if found is None or not found.photos:
            return self.tr("なし")
        return self.tr("{after}／{photos} 枚").format(after=found.after, photos=found.photos)

    def tip(self, row: RunRow, column: int) -> str:
        if column == REMARK and row.against:
            return self._differences(row.against)
        return super().tip(row, column)

    def remark(self, row: RunRow) -> str:
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


class RunsTable(RunsView[RunRow]):
    """The trainings that tell kinds apart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(RunsModel(), parent)


def _compared(result: TrainResult, revision: DataRevision) -> tuple[Comparison, Comparison]:
    base, new = set(revision.base), set(revision.new)
    learned = compare(p for p in result.predictions if p.label in base)
    return learned, compare(p for p in result.predictions if p.label in new)
