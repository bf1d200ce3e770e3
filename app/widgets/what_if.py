"""What if: fewer photos, or other light and another camera. The engine tries it; a chart and a sentence say what came of
it."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.background import run_in_background
from app.insight_job import Inquiry
from app.widgets.banner import ProblemBanner
from app.widgets.figure import Series
from app.widgets.what_if_part import WhatIfPart
from core.evaluation.compare import Change
from core.problems import Problem
from core.project.store import Project
from core.training.result import Interval
from core.training.run import Run
from core.whatif.findings import QUESTIONS, Fewer, Point, Question, Shift, Weather


@dataclass(frozen=True)
class Answers:
    """What a run was asked before."""

    fewer: Fewer | None = None
    shift: Shift | None = None

    @classmethod
    def read(cls, run: Path) -> "Answers":
        """Those that lie in a run's folder."""
        return cls(Fewer.read(run), Shift.read(run))


@dataclass(frozen=True)
class _Asked:
    """Which run is asked, and where its photos lie."""

    project: Project
    run: Run
    root: Path


class WhatIf(QWidget):
    """Two questions that can be asked of a run, one below the other; each asks the engine by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("what_if")
        self._asked: _Asked | None = None
        self._answers = Answers()
        self.banner = ProblemBanner(self)
        self.parts = {question: WhatIfPart(question) for question in QUESTIONS}
        self.inquiries = {question: Inquiry(self) for question in QUESTIONS}
        for question, part in self.parts.items():
            part.asked.connect(lambda question=question: self._ask(question))
            part.given_up.connect(lambda question=question: self._give_up(question))
            part.not_saved.connect(self.banner.show_problem)
            inquiry = self.inquiries[question]
            inquiry.told.connect(part.show_progress)
            inquiry.ended.connect(lambda run, problem, question=question: self._ended(question, run, problem))
        column = QVBoxLayout(self, spacing=16)
        column.addWidget(self.banner)
        for part in self.parts.values():
            column.addWidget(part)
        column.addStretch(1)
        self.retranslate()

    def show_run(self, project: Project, run: Run, root: Path, answers: Answers) -> None:
        """Show what a run was asked before, and offer to ask."""
        self.leave()
        self.banner.hide()
        self._asked, self._answers = _Asked(project, run, root), answers
        self.retranslate()

    def leave(self) -> None:
        """Another run is shown, or none: questions under way are given up."""
        for question in QUESTIONS:
            self._give_up(question)
        self._asked, self._answers = None, Answers()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.parts["fewer"].name(self.tr("写真がもっと少なかったら"), self.tr("調べる：写真を減らす"))
        self.parts["shift"].name(self.tr("明るさやカメラが変わったら"), self.tr("調べる：写し方を変える"))
        self.parts["fewer"].running_words = self.tr("写真を減らして、同じ学習をやり直しています。")
        self.parts["shift"].running_words = self.tr("テスト用の写真の写り方を変えて、見分けています。")
        self._show_fewer(self._answers.fewer)
        self._show_shift(self._answers.shift)

    # Asking

    def _ask(self, question: Question) -> None:
        asked = self._asked
        if asked is not None:
            self.banner.hide()
            self.parts[question].show_running(True)
            self.inquiries[question].ask(asked.project, asked.run, asked.root, question)

    def _give_up(self, question: Question) -> None:
        self.inquiries[question].give_up()
        self.parts[question].show_running(False)

    def _ended(self, question: Question, run: Run, problem: Problem | None) -> None:
        self.parts[question].show_running(False)
        if problem is not None or not self.inquiries[question].result:
            self.banner.show_problem(problem or Problem("app.what_if_cut_off"))
            return
        run_in_background(
            self, lambda _cancel: Answers.read(run.folder), success=lambda found: self._take(run, found)
        )

    def _take(self, run: Run, found: Answers) -> None:
        if self._asked is not None and self._asked.run == run:
            self._answers = replace(self._answers, fewer=found.fewer, shift=found.shift)
            self.retranslate()

    # What came of it

    def _show_fewer(self, found: Fewer | None) -> None:
        part = self.parts["fewer"]
        if found is None:
            part.offer(
                self.tr(
                    "種類ごとに 1、2、4… 枚だけで同じ学習をやり直し、写真をふやした分だけ良くなっているかを調べます。学習の何回分かの時間がかかります。"
                )
            )
            return
        labels = [
            self.tr("{shots} 枚").format(shots=point.shots) if point.shots else self.tr("学習の前")
            for point in found.points
        ]
        series = [
            _series(self.tr("習った種類"), "series_1", [point.base for point in found.points]),
            _series(
                self.tr("取り置いた種類"), "series_2", [point.new for point in found.points], dashed=True
            ),
        ]
        part.show_answer(self._fewer_words(found.points), [each for each in series if each], labels)

    def _fewer_words(self, points: tuple[Point, ...]) -> str:
        before, last = points[-2], points[-1]
        if before.base is None or last.base is None:
            return self.tr("習った種類のテスト用の写真がないため、これは測れません。")
        figures = {
            "few": before.shots,
            "many": last.shots,
            "then": self._told(before.base),
            "now": self._told(last.base),
        }
        if last.base.low > before.base.high:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。写真をふやした分だけ良くなっています。"
            )
        elif last.base.high < before.base.low:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。ふやした写真のラベルを確かめてください。"
            )
        else:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。この差だけでは、写真をふやすと良くなるとは言えません。"
            )
        return words.format(**figures)

    def _show_shift(self, found: Shift | None) -> None:
        part = self.parts["shift"]
        if found is None:
            part.offer(
                self.tr(
                    "テスト用の写真を暗くする、ぼかす、ざらつかせるなどして見分けを調べます。写真の枚数により、数秒から数分かかります。"
                )
            )
            return
        kinds = list(dict.fromkeys(each.kind for each in found.conditions))
        strengths = {1: self.tr("弱い変化"), 3: self.tr("中くらいの変化"), 5: self.tr("強い変化")}
        colours = {1: "series_1", 3: "accent", 5: "series_2"}
        series = [_series(self.tr("そのままの写真"), "series_3", [found.plain] * len(kinds), dashed=True)]
        for strength, name in strengths.items():
            of_kinds = {each.kind: each.right for each in found.conditions if each.strength == strength}
            series.append(_series(name, colours[strength], [of_kinds.get(kind) for kind in kinds]))
        part.show_answer(
            self._shift_words(found), [each for each in series if each], [self._kind(kind) for kind in kinds]
        )

    def _shift_words(self, found: Shift) -> str:
        falls = [each for each in found.conditions if each.change is Change.WORSE]
        figures = {"photos": found.photos, "plain": self._told(found.plain)}
        if not falls:
            return self.tr(
                "テスト用の写真 {photos} 枚では、どの変化でも、はっきりした低下は見つかりませんでした（そのままで正解 {plain}）。"
            ).format(**figures)
        first = min(falls, key=lambda each: (each.strength, each.right.mean))
        words = self.tr(
            "いちばん弱いのは「{kind}」です。正解は、そのままの {plain} から、{strength}で {right} に下がります（写真 {photos} 枚）。"
        ).format(
            kind=self._kind(first.kind),
            strength=self._strength(first),
            right=self._told(first.right),
            **figures,
        )
        holding = dict.fromkeys(each.kind for each in found.conditions)
        for fall in falls:
            holding.pop(fall.kind, None)
        if holding:
            words += self.tr("{kinds}では、はっきりした低下は見つかりませんでした。").format(
                kinds=self.tr("、").join(self._kind(kind) for kind in holding)
            )
        return words

    def _told(self, figure: Interval) -> str:
        percent, low, high = (f"{100 * share:.0f}" for share in (figure.mean, figure.low, figure.high))
        return self.tr("{percent} %（{low}～{high} %）").format(percent=percent, low=low, high=high)

    def _kind(self, kind: str) -> str:
        names = {
            "lighting": self.tr("明るさ"),
            "blur": self.tr("ぼけ"),
            "noise": self.tr("ざらつき"),
            "jpeg": self.tr("画質の低下"),
            "camera": self.tr("別のカメラ"),
        }
        return names.get(kind, kind)

    def _strength(self, weather: Weather) -> str:
        names = {1: self.tr("弱い変化"), 3: self.tr("中くらいの変化"), 5: self.tr("強い変化")}
        return names.get(weather.strength, str(weather.strength))


def _series(name: str, colour: str, figures: list[Interval | None], dashed: bool = False) -> Series | None:
    """Per cent with their intervals; None where one is missing."""
    known = [figure for figure in figures if figure is not None]
    if not known or len(known) < len(figures):
        return None
    values = [100 * figure.mean for figure in known]
    return Series(name, colour, values, dashed, [(100 * figure.low, 100 * figure.high) for figure in known])
