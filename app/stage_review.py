"""The stage of the open project, looked up and decided about off the screen's thread."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.session import Session
from core.evaluation.wish import wish_of
from core.poc.evidence import Wish
from core.poc.handover import Handover, found_report, package_label
from core.poc.review import Review, decide, review
from core.problems import Problem
from core.project.decisions import Stage, Verdict
from core.project.store import Project

_EXPORTED = "exported"  # what the export page remembers of the last package


class StageReview(QObject):
    """What lies on the table now. `changed` comes with every look; `decided` after a decision was put on record or
    taken back; `refused` carries the Problem where something could not be done."""

    changed = Signal()
    decided = Signal()
    refused = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.review: Review | None = None
        self._asked = self._shown = 0
        session.project_changed.connect(self._other_project)

    def look(self) -> None:
        """Look again at the project and its newest result."""
        self._then(_review, lambda _: None, in_order=False)

    def wish(self, wish: Wish) -> None:
        """Wish for another figure."""
        self._then(lambda project: _changed(project, wish), lambda _: None)

    def note(self, **given: str) -> None:
        """Fill in some of what the hand-over takes."""
        self._then(lambda project: _noted(project, given), lambda _: None)

    def take_report(self, path: Path) -> None:
        """Fill in a report."""
        self._then(lambda project: _noted(project, {"report": found_report(path)}), lambda _: None)

    def decide(self, verdict: Verdict, who: str, reason: str, to: Stage | None = None) -> None:
        """Put a decision on record, with what was on the table when it was taken."""
        seen = self.review
        if seen is not None:
            self._then(
                lambda project: _decided(project, seen, verdict, who, reason, to),
                lambda _: self.decided.emit(),
            )

    def take_back(self, who: str, reason: str) -> None:
        """Take the latest decision back."""
        self._then(lambda project: _taken_back(project, who, reason), lambda _: self.decided.emit())

    def _then(
        self, act: Callable[[Project], Review], done: Callable[[Any], None], *, in_order: bool = True
    ) -> None:
        """Act on the project, then show what it is like. A look writes next to nothing, and labels wait for none."""
        project = self._session.project
        if project is None:
            return
        self._asked += 1
        number = self._asked

        def looked(found: Review) -> None:
            if project is not self._session.project:
                return
            if number > self._shown:
                self.review, self._shown = found, number
                self.changed.emit()
            elif in_order:
                # A look that was asked for later came first, and may not have seen this.
                self.look()
            done(found)

        run_in_background(
            self, lambda _cancel: act(project), success=looked, failure=self._not_done, in_order=in_order
        )

    def _not_done(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.refused.emit(error)
        if error.code == "stage.moved":
            self.look()

    def _other_project(self) -> None:
        self.review = None
        self.changed.emit()
        self.look()


def _review(project: Project) -> Review:
    _note_export(project)
    return review(project)


def _changed(project: Project, wish: Wish) -> Review:
    wish.keep(project)
    return review(project)


def _noted(project: Project, given: dict[str, str]) -> Review:
    Handover.of(project).model_copy(update=given).keep(project)
    return review(project)


def _decided(
    project: Project, seen: Review, verdict: Verdict, who: str, reason: str, to: Stage | None
) -> Review:
    decide(project, seen, verdict, who=who, reason=reason, to=to)
    return review(project)


def _taken_back(project: Project, who: str, reason: str) -> Review:
    project.decisions.take_back(who=who, reason=reason)
    return review(project)


def _note_export(project: Project) -> None:
    """A package that the export page wrote and verified needs no second look, as long as nothing else is wished: then
    its unsure threshold is not the one that was asked for, and it has to be written again."""
    kept, known = project.setting(_EXPORTED), Handover.of(project)
    if not isinstance(kept, dict) or kept.get("verified") is not True:
        return
    label = package_label(Path(str(kept.get("package"))).name, str(kept.get("sha256")))
    as_wished = kept.get("wished_error") in (None, wish_of(project))
    if as_wished != (known.package == label):
        known.model_copy(update={"package": label if as_wished else ""}).keep(project)
