"""Work on models: from a file or the network in the engine, into a file here. One at a time."""

import shutil
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import Cancel, Task, post, run_in_background
from app.engine import EngineProcess
from core.backbones.bundle import Bundle, write_bundle
from core.problems import Problem
from core.settings import locations
from core.training.events import Event, Failed, Finished, Progress, Stage, Stopped
from core.training.job import JOB_FILE, DownloadModelJob, ImportModelsJob, save_job
from core.training.state import JobState


class ModelsJob(QObject):
    """`told` passes on a Progress or a Stage. `ended` comes once: with what was done, with a Problem, or with neither
    where it was stopped."""

    told = Signal(object)
    ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._engine: EngineProcess | None = None
        self._task: Task[Bundle] | None = None
        self._result: dict[str, Any] | None = None
        self._problem: Problem | None = None

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._engine is not None or self._task is not None

    def take_in(self, bundle: Path) -> None:
        """Verify a file of models and install it."""
        self._start(lambda run: ImportModelsJob(run=str(run), bundle=str(bundle)))

    def fetch(self, name: str) -> None:
        """Download a model; the operator agreed to that one connection."""
        self._start(lambda run: DownloadModelJob(run=str(run), model=name))

    def write(self, names: Sequence[str], path: Path) -> None:
        """Put models into one file."""
        tell = partial(post().send, post().open(self, self._written_so_far))

        def op(cancel: Cancel) -> Bundle:
            began = time.monotonic()

            def told(done: int, total: int) -> None:
                left = (time.monotonic() - began) / max(done, 1) * (total - done)
                tell(Progress(done=done, total=total, seconds_left=left))

            return write_bundle(path, names, progress=told, cancelled=cancel)

        self._task = run_in_background(self, op, success=self._written, failure=self._not_written)

    def stop(self) -> None:
        """Ask it to end; `ended` comes when it has."""
        if self._engine is not None:
            self._engine.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.ended.emit(None, None)

    def give_up(self) -> None:
        """End it now; nothing is told."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()

    def _start(self, job_in: Callable[[Path], ImportModelsJob | DownloadModelJob]) -> None:
        self._result = self._problem = None
        root = locations().cache / "models"
        folder = root / str(time.time_ns())
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._over)

        def prepare(_cancel: object) -> None:
            shutil.rmtree(root, ignore_errors=True)
            folder.mkdir(parents=True)
            save_job(job_in(folder))

        run_in_background(
            self,
            prepare,
            success=lambda _: engine.start(folder / JOB_FILE) if engine is self._engine else None,
            failure=self._not_prepared,
        )

    def _not_prepared(self, error: Exception) -> None:
        self._problem = Problem("app.engine_not_started", reason=str(error))
        self._over(None)

    def _take(self, event: Event) -> None:
        match event:
            case Progress() | Stage():
                self.told.emit(event)
            case Finished():
                self._result = event.result
            case Failed():
                self._problem = Problem(event.code, **event.data)
            case Stopped():
                self._problem = self._result = None

    def _over(self, state: JobState | None) -> None:
        engine, self._engine = self._engine, None
        if engine is None:
            return
        engine.deleteLater()
        if state is JobState.INTERRUPTED and self._problem is None:
            self._problem = Problem("app.models_cut_off")
        self.ended.emit(self._result, self._problem)

    def _written_so_far(self, progress: Progress) -> None:
        if self._task is not None:
            self.told.emit(progress)

    def _written(self, bundle: Bundle) -> None:
        self._task = None
        names = [model.record.name for model in bundle.models]
        self.ended.emit({"written": str(bundle.path), "names": names, "size_bytes": bundle.size_bytes}, None)

    def _not_written(self, error: Exception) -> None:
        self._task = None
        if not isinstance(error, Problem):
            raise error
        self.ended.emit(None, error)
