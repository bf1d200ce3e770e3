"""What seeing a result is, whatever the model does: read the run, compare the others with it, show it or teach."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from app.background import Task, run_in_background
from app.pages.base import Page
from app.run_story import RunStory
from app.session import Session
from app.theme import GAP, TOUCH
from app.ways import notice_text
from app.widgets.banner import ProblemBanner
from app.widgets.runs_view import RunLine, RunsView
from core.evaluation.wish import keep_wish
from core.problems import Problem
from core.project.store import Project
from core.training.events import Decided, Event, Warned
from core.training.result import RESULT_FILE
from core.training.run import Run


class Frozen(Protocol):
    """What a run was trained on."""

    @property
    def root(self) -> str: ...


class Shown(Protocol):
    """The result on the page; `notices` are what bears on it of what the engine told on the way."""

    @property
    def run(self) -> Run: ...

    @property
    def revision(self) -> Frozen: ...

    @property
    def notices(self) -> tuple[Warned | Decided, ...]: ...


S = TypeVar("S", bound=Shown)
Line = TypeVar("Line", bound=RunLine)


class BaseCheckPage(Page, Generic[S, Line]):
    """結果を見る. A task says how its result is read and shown."""

    key = "check"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: S | None = None
        self._rows: Sequence[Line] = ()
        self._comparing: Task[tuple[Line, ...]] | None = None
        session.project_changed.connect(self._load)
        session.run_changed.connect(self._load)

    def title(self) -> str:
        return self.tr("結果を見る")

    def next_text(self) -> str:
        return self.tr("持ち出す")

    def blocker(self) -> str:
        run = self.session.run
        if run is not None and (run.folder / RESULT_FILE).is_file():
            return ""
        return self.tr("学習が終わると、ここに結果が出て、先へ進めます。")

    def enter(self) -> None:
        self._load()

    def retranslate(self) -> None:
        self.empty.setText(self.tr("学習が終わると、ここに結果が出ます。まだ結果がありません。"))
        for number, text in enumerate(self._tab_words()):
            self.tabs.setTabText(number, text)
        self.tabs.setAccessibleName(self.tr("結果の見方"))
        self.open_run.setText(self.tr("選んだ学習の結果を表示"))
        self.open_run.setAccessibleName(self.open_run.text())
        self.runs.retranslate()
        self._say_notices()
        self._show_runs()

    # What a task says

    def _tab_words(self) -> Sequence[str]:
        """The names of the tabs."""
        raise TypeError(f"{type(self).__name__} has no tabs")

    def _my_project(self) -> Project | None:
        """The project, where its task is this page's."""
        raise TypeError(f"{type(self).__name__} has no project")

    def _reader(self) -> Callable[[Run], S | None]:
        """What reads a result and what is beside it, None where there is none; it is done off the screen's thread."""
        raise TypeError(f"{type(self).__name__} reads nothing")

    def _comparison(self, project: Project, run: Run) -> Callable[[Callable[[], bool]], tuple[Line, ...]]:
        """What compares all runs with one; it is done off the screen's thread, and given what tells to end early."""
        raise TypeError(f"{type(self).__name__} compares nothing")

    def _has_result(self, run: Run) -> bool:
        """Whether a run can be shown here."""
        raise TypeError(f"{type(self).__name__} shows no runs")

    def _fill(self, shown: S) -> None:
        """Show a result."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    # Loading

    def _load(self) -> None:
        """Read the run's result and its neighbours, unless they are on the page already."""
        run, project = self.session.run, self._my_project()
        if run is None or project is None:
            self._leave_run()
            self._show_or_teach()
            return
        if not self.isVisible() or (self._shown is not None and self._shown.run == run):
            return
        self._leave_run()
        read, compared = self._reader(), self._comparison(project, run)
        run_in_background(self, lambda _cancel: read(run), success=self._loaded, failure=self._refused)
        if self._comparing is not None:
            self._comparing.cancel()
        self._comparing = run_in_background(self, compared, success=self._runs_loaded)

    def _leave_run(self) -> None:
        """Another run is to be shown, or none; a task gives up what was begun for this one."""
        self._shown, self._rows = None, ()

    def _loaded(self, shown: S | None) -> None:
        if shown is not None and shown.run != self.session.run:
            return
        self.banner.hide()
        self._shown = shown
        if shown is not None:
            self._fill(shown)
            self._say_notices()
        self._show_or_teach()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._show_or_teach()
        self.banner.show_problem(error)

    def _runs_loaded(self, rows: Sequence[Line]) -> None:
        self._rows = rows
        self._show_runs()

    def _show_runs(self) -> None:
        self.runs.rows.show(self._rows, self.session.run, self.session.language)

    def _show_or_teach(self) -> None:
        self.body.setVisible(self._shown is not None)
        self.empty.setVisible(self._shown is None)
        self.changed.emit()

    def _say_notices(self) -> None:
        """What the engine decided or had to leave out, since the figures depend on it."""
        notices = self._shown.notices if self._shown is not None else ()
        texts = (notice_text(notice, self.session.language) for notice in notices)
        told = [self.tr("{what} {why}").format(what=text.what, why=text.why) for text in texts]
        self.notices.setText("\n".join(told))
        self.notices.setVisible(bool(told))

    def _keep_wish(self, wished_error: float) -> None:
        project = self._project()
        run_in_background(
            self,
            lambda _cancel: keep_wish(project, wished_error),
            success=lambda _: None,
            failure=self._refused,
            in_order=True,
        )

    def _open_run(self, run: Run | None) -> None:
        if run is not None and self._has_result(run):
            self.session.run = run

    def _project(self) -> Project:
        project = self.session.project
        assert project is not None, "there is no project"
        return project

    def _root(self, shown: S) -> Path:
        """Where the run's photos are counted from: a project that was moved takes its runs along."""
        project = self._project()
        inside = shown.run.folder.is_relative_to(project.folder)
        return project.folder if inside else Path(shown.revision.root)

    # Laying out

    def _lay_out(self, name: str, verdict: QWidget, tabs: Iterable[QWidget]) -> None:
        """Verdict, notices and tabs, or a line that teaches; `name` begins their names."""
        self.banner = ProblemBanner(self)
        self.empty = QLabel(objectName=f"{name}_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.notices = QLabel(objectName=f"{name}_notices", wordWrap=True, visible=False)
        self.tabs = QTabWidget(objectName=f"{name}_tabs")
        for tab in tabs:
            self.tabs.addTab(tab, "")
        self.body = QWidget()
        inside = QVBoxLayout(self.body, spacing=12)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(verdict)
        inside.addWidget(self.notices)
        inside.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.empty, 1)
        column.addWidget(self.body, 1)

    def _build_runs(self, button: str, runs: RunsView[Line]) -> QWidget:
        self.runs = runs
        runs.chosen.connect(self._open_run)
        self.open_run = QPushButton(objectName=button, minimumHeight=TOUCH)
        self.open_run.clicked.connect(lambda: self._open_run(runs.current()))
        tab = QWidget()
        column = QVBoxLayout(tab, spacing=GAP)
        column.addWidget(runs, 1)
        column.addWidget(self.open_run, 0, Qt.AlignmentFlag.AlignLeft)
        return tab


def bearing(events: Iterable[Event], codes: Sequence[str]) -> tuple[Warned | Decided, ...]:
    """Of what the engine told on the way, what bears on the result by its code, and the last other decision."""
    notices = RunStory.of(events).notices.values()
    found = [notice for notice in notices if notice.code in codes]
    others = [notice for notice in notices if isinstance(notice, Decided) and notice not in found]
    return (*found, *others[-1:])
