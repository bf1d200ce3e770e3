"""From photos to features in their place: the engine makes the file, then the project forgets its photos."""

import shutil
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from app.training_choice import TrainingChoice
from core.problems import Problem
from core.project.features_only import FEATURES_FILE, FeaturesOnly
from core.project.store import CACHE_FOLDER, Project
from core.training.events import Event, Failed, Finished, Progress
from core.training.job import DATA_FILE, JOB_FILE, FeaturesJob, save_job


class FeaturesKeeping(QObject):
    """At most one at a time. `told` passes on how far the engine is; from `forgetting` on there is no way back; `ended` comes with a Problem where it went wrong,
    and then nothing was forgotten, else with None."""

    told = Signal(object)
    forgetting = Signal()
    ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._engine: EngineProcess | None = None
        self._project: Project | None = None
        self._revision = ""
        self._folder = Path()
        self._finished = False
        self._problem: Problem | None = None

    @property
    def running(self) -> bool:
        """Whether features are being made or photos forgotten."""
        return self._project is not None

    @property
    def can_give_up(self) -> bool:
        """Whether the engine is still at work, and nothing was forgotten."""
        return self._engine is not None

    def start(self, project: Project) -> None:
        """Make features of the labelled photos as they are now, with the model that was chosen for training."""
        self.give_up()
        self._project, self._problem, self._finished = project, None, False
        self._folder = project.folder / CACHE_FOLDER / f"features-{time.time_ns()}"
        folder = self._folder
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._made)

        def begin(revision_id: str) -> None:
            if engine is self._engine:
                self._revision = revision_id
                engine.start(folder / JOB_FILE)

        run_in_background(
            self, lambda _cancel: _prepare(project, folder), success=begin, failure=self._failed
        )

    def give_up(self) -> None:
        """Stop; nothing was forgotten. What is forgotten already stays so."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()
            self._project = None

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self.told.emit(event)
            case Finished():
                self._finished = True
            case Failed():
                self._problem = Problem(event.code, **event.data)

    def _made(self, _state: object) -> None:
        """The engine is gone: now, and only with a whole file, the photos are forgotten."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.deleteLater()
        project, path, revision = self._project, self._folder / FEATURES_FILE, self._revision
        if project is None:
            return
        if not self._finished:
            self._failed(self._problem or Problem("app.features_cut_off"))
            return
        self.forgetting.emit()
        run_in_background(
            self,
            lambda _cancel: project.keep_features_only(path, revision),
            success=self._kept,
            failure=self._failed,
            in_order=True,
        )

    def _kept(self, state: FeaturesOnly) -> None:
        self._project = None
        self.ended.emit(None if state.swept else Problem("app.features_not_swept"))

    def _failed(self, error: Exception) -> None:
        given_up, self._project, self._engine = self._project is None, None, None
        if given_up:
            return
        if not isinstance(error, Problem):
            raise error
        self.ended.emit(error)


def _prepare(project: Project, folder: Path) -> str:
    """Lay out the job; gives which photos and labels it is about."""
    for old in folder.parent.glob("features-*"):
        shutil.rmtree(old, ignore_errors=True)
    revision = project.snapshot()
    revision.save(folder / DATA_FILE)
    job = FeaturesJob(
        run=str(folder),
        out=str(folder / FEATURES_FILE),
        backbone=TrainingChoice.of(project).backbone,
        seed=project.seed,
    )
    save_job(job)
    return revision.id
