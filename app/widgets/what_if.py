"""What if: fewer photos, other light, wrong labels … The engine tries it; a chart and a sentence say what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.background import run_in_background
from app.insight_job import Inquiry
from app.widgets.banner import ProblemBanner
from app.widgets.what_if_again import FewerPart, TailPart, WrongPart
from app.widgets.what_if_judged import BalancePart, ElsewherePart, ShiftPart
from core.problems import Problem
from core.project.store import Project
from core.training.job import WhatIfQuestion
from core.training.run import Run
from core.whatif.findings import Answer, read_answers


@dataclass(frozen=True)
class _Asked:
    """Which run is asked, and where its photos lie."""

    project: Project
    run: Run
    root: Path


class WhatIf(QWidget):
    """The questions that can be asked of a run, one below the other. One at a time: each takes the whole PC."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("what_if")
        self._asked: _Asked | None = None
        self.banner = ProblemBanner(self)
        parts = (FewerPart(), ShiftPart(), ElsewherePart(), BalancePart(), WrongPart(), TailPart())
        self.parts = {part.question: part for part in parts}
        self.inquiries = {question: Inquiry(self) for question in self.parts}
        column = QVBoxLayout(self, spacing=16)
        column.addWidget(self.banner)
        for question, part in self.parts.items():
            column.addWidget(part)
            part.asked.connect(lambda folder, question=question: self._ask(question, folder))
            part.given_up.connect(lambda question=question: self._give_up(question))
            part.not_saved.connect(self.banner.show_problem)
            inquiry = self.inquiries[question]
            inquiry.told.connect(part.show_progress)
            inquiry.ended.connect(lambda run, problem, question=question: self._ended(question, run, problem))
        column.addStretch(1)

    def show_run(
        self, project: Project, run: Run, root: Path, answers: Mapping[WhatIfQuestion, Answer]
    ) -> None:
        """Show what a run was asked before, and offer to ask."""
        self.leave()
        self.banner.hide()
        self._asked = _Asked(project, run, root)
        self._show(answers)

    def leave(self) -> None:
        """Another run is shown, or none: questions under way are given up."""
        for question in self.parts:
            self._give_up(question)
        self._asked = None
        self._show({})

    def retranslate(self) -> None:
        """Words in the present language."""
        for part in self.parts.values():
            part.retranslate()

    def _show(self, answers: Mapping[WhatIfQuestion, Answer]) -> None:
        for question, part in self.parts.items():
            part.show_answer(answers.get(question))

    def _ask(self, question: WhatIfQuestion, folder: str) -> None:
        asked = self._asked
        if asked is not None:
            self.banner.hide()
            self.parts[question].show_running(True)
            self.inquiries[question].ask(asked.project, asked.run, asked.root, question, folder)
            self._enable()

    def _give_up(self, question: WhatIfQuestion) -> None:
        self.inquiries[question].give_up()
        self.parts[question].show_running(False)
        self._enable()

    def _enable(self) -> None:
        idle = not any(inquiry.running for inquiry in self.inquiries.values())
        for part in self.parts.values():
            part.start.setEnabled(idle)

    def _ended(self, question: WhatIfQuestion, run: Run, problem: Problem | None) -> None:
        self.parts[question].show_running(False)
        self._enable()
        if problem is not None or not self.inquiries[question].result:
            self.banner.show_problem(problem or Problem("app.what_if_cut_off"))
            return
        run_in_background(
            self,
            lambda _cancel: read_answers(run.folder).get(question),
            success=lambda found: self._take(question, run, found),
        )

    def _take(self, question: WhatIfQuestion, run: Run, found: Answer | None) -> None:
        if self._asked is not None and self._asked.run == run:
            self.parts[question].show_answer(found)
