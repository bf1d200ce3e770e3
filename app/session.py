"""What is open in the window: the project, the choice of preset, the run, the settings."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import finish_in_order
from app.engine import EngineProcess
from core.problems import Language
from core.project.store import Project
from core.settings import Settings, load_settings, save_settings, system_language
from core.tasks.runs import runs_of
from core.tasks.texts import Task
from core.training.run import Run
from core.training.state import JobState

MOST_RECENT = 8
_LOG = logging.getLogger(__name__)


class Session(QObject):
    """Shared by all pages. Signals come after the change."""

    project_changed = Signal()
    task_changed = Signal()
    labels_changed = Signal()
    run_changed = Signal()
    stage_changed = Signal()
    settings_changed = Signal()
    language_changed = Signal()
    theme_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings: Settings = load_settings()
        self.engine = EngineProcess(self)
        self.preset: str | None = None
        self._task: Task = "classification"
        self._project: Project | None = None
        self._run: Run | None = None

    @property
    def language(self) -> Language:
        """The language of the window."""
        chosen = self.settings.language
        return system_language() if chosen == "system" else chosen

    @property
    def project(self) -> Project | None:
        """The open project."""
        return self._project

    @property
    def task(self) -> Task:
        """What the open project's model is to learn."""
        return self._task

    @property
    def run(self) -> Run | None:
        """The run on screen: training now, or looked at."""
        return self._run

    @run.setter
    def run(self, run: Run | None) -> None:
        if run != self._run:
            self._run = run
            self.run_changed.emit()

    def open_project(self, folder: Path) -> None:
        """Open a project; the one before is closed. Raises Problem when it cannot be opened."""
        self._take(Project.open(folder, user=self.settings.operator))

    def new_project(self, folder: Path, name: str) -> None:
        """Create a project and open it. Raises Problem when it cannot be created."""
        self._take(Project.create(folder, name, user=self.settings.operator))

    def take_project(self, project: Project) -> None:
        """Take a project that is already open."""
        self._take(project)

    def show_task(self, task: Task) -> None:
        """The project's task is another one now: with it, the run on screen."""
        project = self._project
        if project is None or task == self._task:
            return
        self._task, self.preset = task, None
        self._run = _newest_run(project, task)
        self.task_changed.emit()
        self.run_changed.emit()

    def close_project(self) -> None:
        """Close the open project, once everything asked of it is written."""
        finish_in_order()
        if self._project is not None:
            self._project.close()
        self._project, self._run, self.preset = None, None, None
        self._task = "classification"
        self.project_changed.emit()
        self.run_changed.emit()

    def change_settings(self, **changes: object) -> None:
        """Change remembered settings, keep them at once, and tell whoever shows them."""
        before = self.language, self.settings.theme, self.settings.text_scale
        self.settings = Settings.model_validate(self.settings.model_dump() | changes)
        save_settings(self.settings)
        self.settings_changed.emit()
        if before[0] != self.language:
            self.language_changed.emit()
        if before != (self.language, self.settings.theme, self.settings.text_scale):
            self.theme_changed.emit()

    def training_now(self) -> bool:
        """Whether the engine trains for this window."""
        return self.engine.running

    def _take(self, project: Project) -> None:
        finish_in_order()
        if self._project is not None:
            self._project.close()
        self._project = project
        self.preset, self._task = None, project.task
        self._run = _newest_run(project, self._task)
        folder = str(project.folder)
        others = [path for path in self.settings.recent_projects if path != folder]
        self.change_settings(recent_projects=tuple([folder, *others][:MOST_RECENT]))
        _LOG.info("project opened")
        self.project_changed.emit()
        self.run_changed.emit()


def _newest_run(project: Project, task: Task) -> Run | None:
    """The newest run of a task that a worker ever took up."""
    return next((run for run in runs_of(project, task) if run.state() is not JobState.QUEUED), None)
