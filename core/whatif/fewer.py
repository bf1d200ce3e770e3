"""How would it be with fewer photos? The run's own training, again, on 1, 2, 4, 8 … photos of each class.

Seed, settings and test photos are the run's; what was computed of its photos is used again.
"""

import tempfile
import time
from pathlib import Path

from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.methods.catalogue import parse_composition
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Epoch, Event, Progress, Stage
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.loop import train
from core.training.result import TrainResult
from core.training.run import Run
from core.training.setup import cache_folder
from core.whatif.findings import Fewer, Point


def with_fewer(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Fewer:
    """The curve, on the run's revision (its photos may have moved).

    Raises:
        Problem: `whatif.nothing_learned`, `whatif.too_few_photos`, or as training raises.
        Halt: as asked.
    """
    job, result = run.job, run.result()
    assert isinstance(job, TrainJob) and result is not None, "the run is finished"
    if not parse_composition(job.composition).trainable:
        raise Problem("whatif.nothing_learned")
    most = _most(revision, job.shots)
    numbers = [shots for shots in (2**k for k in range(most.bit_length())) if shots < most]
    if not numbers:
        raise Problem("whatif.too_few_photos")
    emit(Stage(stage="load", index=1, of=2))
    backbone = load_backbone(job.backbone, choose_device(job.device).torch_name)
    emit(Stage(stage="what_if", index=2, of=2))
    points = [_point(0, result, "zero_shot")]
    pace = _Pace(len(numbers), emit)
    for number, shots in enumerate(numbers):
        commands.heed(emit)
        pace.begin(number)
        with tempfile.TemporaryDirectory(prefix="hikidashi-what-if-") as folder:
            revision.save(Path(folder) / DATA_FILE)
            save_job(job.model_copy(update={"run": folder, "shots": shots}))
            found = train(Path(folder), pace, commands, backbone=backbone, cache=cache_folder(run.folder))
        commands.heed(emit)
        points.append(_point(shots, found, "tuned"))
    return Fewer(points=(*points, _point(most, result, "tuned")))


def _most(revision: DataRevision, shots: int | None) -> int:
    """How many photos of a class the run learned from, at most."""
    counts = revision.counts("train")
    most = max((counts[label] for label in revision.base), default=0)
    return most if shots is None else min(most, shots)


def _point(shots: int, result: TrainResult, which: str) -> Point:
    intervals = result.intervals[which]  # type: ignore[index]
    return Point(shots=shots, base=intervals.get("base"), new=intervals.get("new"))


class _Pace:
    """Passes on how far all trainings are together; what else they tell is their own."""

    _PARTS = 100

    def __init__(self, trainings: int, emit: Emit) -> None:
        self._trainings, self._emit, self._done = trainings, emit, 0
        self._began = time.monotonic()

    def begin(self, number: int) -> None:
        """A training begins."""
        self._done = number * self._PARTS
        self._tell(0)

    def __call__(self, event: Event) -> None:
        """A training told something."""
        if isinstance(event, Epoch):
            self._tell(self._PARTS * event.epoch // event.epochs)

    def _tell(self, parts: int) -> None:
        done, total = self._done + parts, self._trainings * self._PARTS
        taken = time.monotonic() - self._began
        left = taken / done * (total - done) if done else None
        self._emit(Progress(done=done, total=total, seconds_left=left))
