"""The trainings of a project whose model writes, beside each other, newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QWidget

from app.widgets.runs_view import RunsView, RunsViewModel
from core.evaluation.compare import Change
from core.methods.presets import Preset
from core.problems import Problem
from core.tasks.metrics.sums import ScoreChange, compare_sums, mean_of
from core.tasks.presets import resolve_text_preset
from core.tasks.result import MeasureChange, TextResult
from core.training.job import TextJob
from core.training.run import Run


@dataclass(frozen=True)
class TextRunRow:
    """A run with what its row says. `against` is its difference to the run on the page, on the same test photos; None
    where the texts differ, or there is no result."""

    run: Run
    started: datetime | None
    preset: str
    model: str
    revision: str
    result: TextResult | None
    against: ScoreChange | None = None


def read_text_rows(
    runs: Iterable[Run], beside: Run, cancelled: Callable[[], bool] = lambda: False
) -> tuple[TextRunRow, ...]:
    """All runs, compared with one of them. When it is cancelled, what is there by then."""
    shown = beside.text_result()
    return tuple(_read(run, shown if run != beside else None) for run in runs if not cancelled())


def _read(run: Run, shown: TextResult | None) -> TextRunRow:
    events, result = run.events(), run.text_result()
    try:
        job = run.job
    except Problem:
        job = None
    asked = job if isinstance(job, TextJob) else None
    return TextRunRow(
        run=run,
        started=datetime.fromtimestamp(events[0].time) if events else None,
        preset=asked.preset if asked else "",
        model=asked.model if asked else "",
        revision=result.revision if result else "",
        result=result,
        against=None if result is None or shown is None else _against(shown, result),
    )


def _against(before: TextResult, after: TextResult) -> ScoreChange | None:
    """By the test photos of learned kinds, where both were examined on the very same texts."""
    old, new = ([p for p in result.predictions if p.role == "base"] for result in (before, after))
    same = [(p.photo, p.question) for p in old] == [(p.photo, p.question) for p in new]
    if before.revision != after.revision or not same or not old:
        return None
    photos, share = [p.photo for p in old], before.task == "vqa"
    sums = (mean_of([p.score for p in side], photos, of_share=share) for side in (old, new))
    return compare_sums(*sums)


class TextRunsModel(RunsViewModel[TextRunRow]):
    """What came out, what a run still knows, and how it compares with the one shown."""

    def preset_of(self, row: TextRunRow) -> Preset:
        return resolve_text_preset(row.preset)

    def figure_headings(self) -> tuple[str, str]:
        return self.tr("試験の点（95 % の幅）"), self.tr("元の知識")

    def figure(self, row: TextRunRow, number: int) -> str:
        result, group = row.result, ("base", "known")[number]
        found: MeasureChange | None = None
        if result is not None:
            found = {str(name): each for name, each in result.metrics.items()}.get(group, {}).get(
                result.measure
            )
        if result is None or found is None:
            return self.tr("なし")
        after = found.after
        if result.task == "vqa":
            mean, low, high = (f"{100 * value:.0f}" for value in (after.mean, after.low, after.high))
            return self.tr("{mean} %（{low}～{high}）").format(mean=mean, low=low, high=high)
        mean, low, high = (f"{value:.2f}" for value in (after.mean, after.low, after.high))
        return self.tr("{mean}（{low}～{high}）").format(mean=mean, low=low, high=high)

    def remark(self, row: TextRunRow) -> str:
        if row.result is None:
            return self.tr("結果がありません")
        if row.against is None:
            return self.tr("写真か文が違うので、数だけでは比べられません")
        words = {
            Change.BETTER: self.tr("表示中より良い（差 {mean}、{low}～{high}）"),
            Change.WORSE: self.tr("表示中より悪い（差 {mean}、{low}～{high}）"),
            Change.UNCLEAR: self.tr("表示中との差は、偶然でも起こる大きさ（{mean}、{low}～{high}）"),
        }[row.against.change]
        found = row.against.difference
        ends = (found.mean, found.low, found.high)
        if row.result.task == "vqa":
            mean, low, high = (
                self.tr("{points} ポイント").format(points=f"{100 * value:+.0f}") for value in ends
            )
        else:
            mean, low, high = (f"{value:+.2f}" for value in ends)
        return words.format(mean=mean, low=low, high=high)


class TextRunsTable(RunsView[TextRunRow]):
    """The trainings of a model that writes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TextRunsModel(), parent)
