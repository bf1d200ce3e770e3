"""The drawers: how much of what the model knew before training is kept, one sentence for each figure."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.banner import ProblemBanner
from app.widgets.figure import Figure, Series
from core.insight.course import values_of
from core.insight.findings import ChannelsOf, CollapseOf, Insight, Moment, Spectra
from core.problems import Problem
from core.training.events import Collapse, Progress

FIGURES = ("spectrum", "collapse", "channels", "course")
# Within so much of what it was, a figure is called unchanged.
_ALIKE = 0.03
_FEWEST_ROUNDS = 2


class Drawers(QWidget):
    """Teaches and offers to look; shows how far the engine is; then the figures."""

    asked = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawers")
        self._insight: Insight | None = None
        self._course: Sequence[Collapse] = ()
        self._running = False
        self.banner = ProblemBanner(self)
        self.words = QLabel(objectName="drawers_words", wordWrap=True)
        self.start = QPushButton(objectName="drawers_start", minimumHeight=40)
        self.cancel = QPushButton(objectName="drawers_cancel", minimumHeight=40)
        self.bar = QProgressBar(objectName="drawers_progress", maximum=0)
        self.figures = {name: Figure(f"drawers_{name}") for name in FIGURES}
        self.titles = {name: QLabel(objectName=f"drawers_{name}_title") for name in FIGURES}
        self.sentences = {name: QLabel(objectName=f"drawers_{name}_words", wordWrap=True) for name in FIGURES}
        self.saves = {
            name: QPushButton(objectName=f"drawers_{name}_save", minimumHeight=40) for name in FIGURES
        }
        self.start.clicked.connect(self.asked)
        self.cancel.clicked.connect(self.given_up)
        for name, button in self.saves.items():
            button.clicked.connect(lambda _=False, name=name: self._save(name))
        self._lay_out()
        self.retranslate()

    def show_insight(self, insight: Insight | None) -> None:
        """Show what was found; None offers to look."""
        self._insight, self._running = insight, False
        self.retranslate()

    def show_course(self, course: Sequence[Collapse]) -> None:
        """Show the way through training, which the run told by itself: nothing has to be looked into for it."""
        self._course = course
        self.retranslate()

    def show_running(self) -> None:
        """The engine began to look."""
        self._running = True
        self.banner.hide()
        self.bar.setMaximum(0)
        self.retranslate()

    def show_progress(self, event: Progress) -> None:
        """How far the engine is."""
        self.bar.setMaximum(event.total)
        self.bar.setValue(event.done)

    def show_problem(self, problem: Problem) -> None:
        """The engine could not look."""
        self.show_insight(None)
        self.banner.show_problem(problem)

    def retranslate(self) -> None:
        """Words in the present language."""
        self.start.setText(self.tr("引き出しを開ける"))
        self.cancel.setText(self.tr("やめる"))
        self.bar.setAccessibleName(self.tr("調べています"))
        titles = (
            self.tr("写真を見る方向の数"),
            self.tr("種類どうしの並び方"),
            self.tr("チャンネルの使い道"),
            self.tr("学習のあいだの並び方の変化"),
        )
        for name, title in zip(FIGURES, titles, strict=True):
            self.titles[name].setText(title)
            self.figures[name].setAccessibleName(title)
            self.saves[name].setText(self.tr("図を保存"))
            self.saves[name].setAccessibleName(self.tr("図を保存：{title}").format(title=title))
        for button in (self.start, self.cancel):
            button.setAccessibleName(button.text())
        self._say()
        self._show()

    def _say(self) -> None:
        found = self._insight
        if self._running:
            self.words.setText(self.tr("同じ写真を、学習の前と後のモデルに見せて比べています。"))
        elif found is None:
            self.words.setText(
                self.tr(
                    "モデルが学習の前から持っていた知識が、どれだけ残ったかを調べます。写真の枚数により、数秒から数分かかります。"
                )
            )
        else:
            self.words.setText(
                self.tr("試験用の写真 {photos} 枚と {classes} 種類で、学習の前と後を比べました。").format(
                    photos=found.photos, classes=found.classes
                )
            )
        if found is not None:
            self._show_spectrum(found.images)
            self._show_collapse(found.base)
            self._show_channels(found.channels)
        self._show_course()

    def _show(self) -> None:
        shown = self._insight is not None and not self._running
        self.start.setVisible(not shown and not self._running)
        self.cancel.setVisible(self._running)
        self.bar.setVisible(self._running)
        for name in FIGURES:
            told = bool(self._course) if name == "course" else shown
            drawn = told and bool(self.figures[name].series)
            self.titles[name].setVisible(told)
            self.sentences[name].setVisible(told)
            self.figures[name].setVisible(drawn)
            self.saves[name].setVisible(drawn)

    # What the figures say

    def _tell(self, name: str, sentence: str) -> None:
        self.sentences[name].setText(sentence)
        self.figures[name].setAccessibleDescription(sentence)

    def _too_few(self, name: str) -> None:
        self.figures[name].show_series(())
        self._tell(name, self.tr("写真か種類が少ないため、これは測れません。"))

    def _show_spectrum(self, spectra: Spectra | None) -> None:
        if spectra is None:
            self._too_few("spectrum")
            return
        before, after = spectra.before, spectra.after
        ranks = {"before": f"{before.effective_rank:.1f}", "after": f"{after.effective_rank:.1f}"}
        if abs(spectra.rank_kept - 1) < _ALIKE:
            words = self.tr(
                "写真を見分けるのに使う方向は、実質 {before} から {after} で、ほとんど変わりません。見方の幅は保たれています。"
            )
        elif spectra.rank_kept < 1:
            words = self.tr(
                "写真を見分けるのに使う方向は、実質 {before} から {after} に減りました。見方の幅が狭くなっています。"
            )
        else:
            words = self.tr(
                "写真を見分けるのに使う方向は、実質 {before} から {after} に増えました。見方の幅は狭くなっていません。"
            )
        self._tell("spectrum", words.format(**ranks))
        self.figures["spectrum"].show_series([
            Series(self.tr("学習の前"), "series_3", before.singular_values, dashed=True),
            Series(self.tr("学習の後"), "series_1", after.singular_values),
        ])  # fmt: skip

    def _show_collapse(self, found: CollapseOf | None) -> None:
        if found is None:
            self._too_few("collapse")
            return
        before, after = found.before, found.after
        if abs(after.duality - before.duality) < _ALIKE * before.duality:
            words = self.tr("習った種類の写真と言葉の近さは、学習の前とほとんど変わりません。")
        elif after.duality < before.duality:
            words = self.tr("習った種類では、写真と言葉が前より近くなりました（棒が低いほど近い）。")
        else:
            words = self.tr("習った種類では、写真と言葉が前より離れました（棒が低いほど近い）。")
        self._tell("collapse", words)
        then, now = ((g.image_etf, g.text_etf, g.duality) for g in (before, after))
        labels = (self.tr("写真の並び"), self.tr("言葉の並び"), self.tr("写真と言葉のずれ"))
        series = (
            Series(self.tr("学習の前"), "series_3", then, dashed=True),
            Series(self.tr("学習の後"), "series_1", now),
        )
        self.figures["collapse"].show_series(series, labels)

    def _show_channels(self, found: dict[Moment, ChannelsOf] | None) -> None:
        if found is None:
            self._too_few("channels")
            return
        before, after = found["before"], found["after"]
        words = self.tr(
            "{count} チャンネルのうち、習った種類の役に立つほうが多いものは {before} から {after} になりました。"
        )
        count = len(after.base)
        self._tell(
            "channels",
            words.format(
                count=count, before=round(count * before.share_base), after=round(count * after.share_base)
            ),
        )
        order = sorted(range(count), key=lambda channel: -after.base[channel])
        self.figures["channels"].show_series([
            Series(self.tr("取り置いた種類での重み"), "series_2", [after.new[c] for c in order], dashed=True),
            Series(self.tr("習った種類での重み"), "series_1", [after.base[c] for c in order]),
        ])  # fmt: skip

    def _show_course(self) -> None:
        gaps = values_of(self._course, "base", "duality")
        lines = (
            (self.tr("写真と言葉のずれ"), "series_1", gaps, False),
            (self.tr("言葉の並び"), "series_2", values_of(self._course, "base", "text_etf"), False),
            (self.tr("写真の並び"), "series_3", values_of(self._course, "base", "image_etf"), True),
        )
        series = [Series(name, colour, values, dashed) for name, colour, values, dashed in lines if values]
        if not series or len(self._course) < _FEWEST_ROUNDS:
            self._too_few("course")
            return
        told = {"rounds": self._course[-1].epoch, "first": "", "last": ""}
        if not gaps:
            words = self.tr(
                "学習の {rounds} 周のあいだの、習った種類の言葉の並びです（0 で、どの種類も同じだけ離れる）。"
            )
        else:
            told |= {"first": f"{gaps[0]:.2f}", "last": f"{gaps[-1]:.2f}"}
            if abs(gaps[-1] - gaps[0]) < _ALIKE * gaps[0]:
                words = self.tr(
                    "習った種類の写真と言葉のずれは、{rounds} 周のあいだ {first} から {last} で、ほとんど変わりません。"
                )
            elif gaps[-1] < gaps[0]:
                words = self.tr(
                    "習った種類の写真と言葉のずれは、{rounds} 周で {first} から {last} に縮まりました（0 が理想の並び）。"
                )
            else:
                words = self.tr(
                    "習った種類の写真と言葉のずれは、{rounds} 周で {first} から {last} に広がりました（0 が理想の並び）。"
                )
        self._tell("course", words.format(**told))
        self.figures["course"].show_series(series, first=self._course[0].epoch)

    # Taking along

    def _save(self, name: str) -> None:
        kinds = "SVG (*.svg);;PNG (*.png);;CSV (*.csv)"
        chosen, kind = QFileDialog.getSaveFileName(self, self.tr("図を保存"), f"{name}.svg", kinds)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in (".svg", ".png", ".csv"):
            path = path.with_name(f"{path.name}.{(kind or 'svg')[:3].lower()}")
        try:
            self.figures[name].save(path)
        except OSError as error:
            self.banner.show_problem(
                Problem("app.figure_not_saved", path=path, reason=error.strerror or error)
            )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self, spacing=8)
        column.addWidget(self.banner)
        column.addWidget(self.words)
        row = QHBoxLayout(spacing=8)
        for part in (self.start, self.bar, self.cancel):
            row.addWidget(part)
        row.addStretch(1)
        column.addLayout(row)
        for name in FIGURES:
            self.titles[name].setProperty("class", "heading3")
            head = QHBoxLayout()
            head.addWidget(self.titles[name], 1)
            head.addWidget(self.saves[name])
            column.addLayout(head)
            column.addWidget(self.sentences[name])
            column.addWidget(self.figures[name])
        column.addStretch(1)
