"""What presets cost on this PC: measured once by a short trial in the engine, then remembered."""

import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import run_in_background
from app.engine import EngineProcess
from core import __version__
from core.project.revision import DataRevision
from core.project.store import CACHE_FOLDER, Project
from core.tasks.revision import TextRevision
from core.training.events import Event, Finished
from core.training.job import DATA_FILE, HyperValue, Job, TextTrialJob, TrialJob, save_job


@dataclass(frozen=True)
class PresetCost:
    """Expected seconds of training and bytes of memory of one preset."""

    seconds: float
    memory_bytes: int


Frozen = DataRevision | TextRevision
Costs = dict[str, PresetCost]  # by `cost_key`


def cost_key(preset: str, changed: Mapping[str, HyperValue]) -> str:
    """What a cost belongs to: a preset as it is, or with settings that were changed."""
    return f"{preset} {json.dumps(changed, sort_keys=True)}" if changed else preset


class Trial(QObject):
    """Runs at most one trial at a time. `measured` tells the costs; what could not be measured is left out."""

    measured = Signal(object)
    memory = "trial"

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._engine: EngineProcess | None = None
        self._key = ""
        self._project: Project | None = None
        self._found: Costs = {}
        self._changed: dict[str, HyperValue] = {}
        self.presets: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the engine is measuring."""
        return self._engine is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """Which costs are being measured, or were measured last."""
        return tuple(cost_key(name, self._changed) for name in self.presets)

    def remembered(self, project: Project, revision: Frozen, backbone: str, shots: int | None) -> Costs:
        """What was measured before for the same photos, model and photos per class on this project."""
        return self._remembered(project, _key_of(revision, backbone, shots))

    def start(
        self,
        project: Project,
        revision: Frozen,
        backbone: str,
        shots: int | None,
        presets: Sequence[str],
        changed: Mapping[str, HyperValue],
    ) -> None:
        """Measure presets on this revision, with settings that were changed in them; an earlier trial that still runs
        is given up."""
        self.give_up()
        self._key, self._project, self._found = _key_of(revision, backbone, shots), project, {}
        self.presets, self._changed = tuple(presets), dict(changed)
        # Two folders below the project, so that the trial shares the project's cache; a folder of its own,
        # because a trial that was given up may still be ending in the last one.
        cache = project.folder / CACHE_FOLDER
        run = cache / f"trial-{time.time_ns()}"
        job = self.job(run, backbone, shots)
        engine = self._engine = EngineProcess(self)
        engine.told.connect(self._take)
        engine.ended.connect(self._ended)

        def prepare(_cancel: object) -> None:
            for old in cache.glob("trial-*"):
                shutil.rmtree(old, ignore_errors=True)
            revision.save(run / DATA_FILE)
            save_job(job)

        run_in_background(
            self,
            prepare,
            success=lambda _: engine.start(run / "job.json") if engine is self._engine else None,
            failure=lambda _: self._end({}),
        )

    def job(self, run: Path, backbone: str, shots: int | None) -> Job:
        """What the engine is to measure."""
        return TrialJob(
            run=str(run), presets=self.presets, changed=self._changed, backbone=backbone, shots=shots
        )

    def give_up(self) -> None:
        """Stop measuring; nothing is told."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.let_go()

    def _remembered(self, project: Project, key: str) -> Costs:
        kept = project.setting(self.memory)
        return _costs(kept.get("found")) if isinstance(kept, dict) and kept.get("key") == key else {}

    def _take(self, event: Event) -> None:
        if isinstance(event, Finished) and self._project is not None:
            measured = _costs(event.result)
            self._found = {cost_key(name, self._changed): cost for name, cost in measured.items()}
            known = self._remembered(self._project, self._key) | self._found
            found = {name: asdict(cost) for name, cost in known.items()}
            self._project.remember(self.memory, {"key": self._key, "found": found})

    def _ended(self, _state: object) -> None:
        self._end(self._found)

    def _end(self, costs: Costs) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.deleteLater()
            self.measured.emit(costs)


class TextTrial(Trial):
    """The same for models that write; `backbone` is the model, and there is no choice of photos."""

    memory = "trial_texts"

    def job(self, run: Path, backbone: str, shots: int | None) -> Job:
        return TextTrialJob(run=str(run), presets=self.presets, changed=self._changed, model=backbone)


def _key_of(revision: Frozen, backbone: str, shots: int | None) -> str:
    """Another PC or another version of the program, whose presets may be others, measures anew."""
    here = [platform.node(), os.cpu_count(), __version__]
    return hashlib.sha256(json.dumps([revision.id, backbone, shots, *here]).encode()).hexdigest()


def _costs(found: object) -> Costs:
    """What can be read of it."""
    try:
        return {
            name: PresetCost(cost["seconds"], cost["memory_bytes"])
            for name, cost in found.items()  # type: ignore[attr-defined]
        }
    except (AttributeError, KeyError, TypeError):
        return {}
