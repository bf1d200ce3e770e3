"""Looking into a run: the engine does it in a process of its own; what it found lies in the run's folder."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from core.problems import Problem
from core.project.store import CACHE_FOLDER, Project
from core.training.events import Event, Failed, Finished, Progress
from core.training.job import JOB_FILE, InsightJob, Job, WhatIfJob, WhatIfQuestion, save_job
from core.training.run import Run


class Inquiry(QObject):
    """At most one at a time. `told` passes on how far it is; `ended` the run, and a Problem where it went wrong;
    `result` then has the engine's answer."""

    told = Signal(object)
    ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._engine: EngineProcess | None = None
        self._run: Run | None = None
        self._problem: Problem | None = None
        self.result: dict[str, Any] = {}

    @property
    def running(self) -> bool:
        """Whether the engine is looking."""
        return self._engine is not None

    def start(self, project: Project, run: Run, root: Path, photo: Path | None = None) -> None:
        """Look into a run whose photos lie under `root`, or where it looks in one photo."""
        looked_at = "" if photo is None else str(photo)
        self._begin(
            project,
            run,
            "insight" if photo is None else "heat",
            lambda folder: InsightJob(
                run=str(folder), source_run=str(run.folder), root=str(root), photo=looked_at
            ),
        )

    def ask(self, project: Project, run: Run, root: Path, question: WhatIfQuestion, photos: str = "") -> None:
        """Ask a run whose photos lie under `root` what would be; of the photos in another folder, if any."""
        self._begin(
            project,
            run,
            f"what-if-{question}",
            lambda folder: WhatIfJob(
                run=str(folder), source_run=str(run.folder), root=str(root), question=question, photos=photos
            ),
        )

    def _begin(self, project: Project, run: Run, kind: str, job_in: Callable[[Path], Job]) -> None:
        """An earlier inquiry is given up."""
        self.give_up()
        self._run, self._problem, self.result = run, None, {}
        cache = project.folder / CACHE_FOLDER
        folder = cache / f"{kind}-{time.time_ns()}"
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._end)

        def prepare(_cancel: object) -> None:
            for old in cache.glob(f"{kind}-*"):
                shutil.rmtree(old, ignore_errors=True)
            folder.mkdir(parents=True)
            save_job(job_in(folder))

        run_in_background(
            self,
            prepare,
            success=lambda _: engine.start(folder / JOB_FILE) if engine is self._engine else None,
            failure=self._not_prepared,
        )

    def give_up(self) -> None:
        """Stop looking; nothing is told."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()

    def _not_prepared(self, error: Exception) -> None:
        self._problem = Problem("app.engine_not_started", reason=str(error))
        self._end()

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self.told.emit(event)
            case Finished():
                self.result = event.result
            case Failed():
                self._problem = Problem(event.code, **event.data)

    def _end(self, _state: object = None) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.deleteLater()
            self.ended.emit(self._run, self._problem)
