"""The run's own training, again: on fewer photos, with some labels wrong, with more photos of some classes than others.

Seed, settings and test photos are the run's; what was computed of its photos is used again. Photos are taken away and
mislabelled as in the protocols `few-shot`, `label-noise` and `long-tail`.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.bench.protocols.label_noise import SHARES, mislabelled
from core.bench.protocols.long_tail import RATIOS, with_tail
from core.bench.sets import learning_only
from core.methods.catalogue import parse_composition
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Epoch, Event, Progress, Stage
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.loop import train
from core.training.result import TrainResult
from core.training.run import Run
from core.training.sampling import few_shot
from core.training.served import features_path
from core.training.setup import cache_folder
from core.whatif.findings import Fewer, Point, Tail, Wrong


def with_fewer(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Fewer:
    """On 1, 2, 4, 8 … photos of each class; the first point is the model before training, the last the run itself.

    Raises:
        Problem: `whatif.nothing_learned`, `whatif.too_few_photos`, or as training raises.
        Halt: as asked.
    """
    asked = _Asked.of(run, revision)
    counts = asked.learned.counts("train")
    most = max(counts[label] for label in revision.base)
    variants = [
        (2**k, learning_only(revision, few_shot(asked.learned, 2**k, asked.job.seed).photos))
        for k in range(most.bit_length())
        if 2**k < most
    ]
    points = _trained(asked, variants, emit, commands)
    return Fewer(points=(_point(0, asked.result, "zero_shot"), *points, asked.itself(most)))


def with_wrong_labels(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Wrong:
    """With shares of the labels wrong; the first point is the run itself. Raises as `with_fewer`."""
    asked = _Asked.of(run, revision)
    variants = [
        (share, mislabelled(asked.learned, share, asked.job.seed).revision) for share in SHARES if share
    ]
    return Wrong(points=(asked.itself(0), *_trained(asked, variants, emit, commands)))


def with_a_tail(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Tail:
    """With fewer and fewer photos from class to class, down to a tenth, a fiftieth, a hundredth of the most; the first
    point is the run itself. Steeper ones than the photos allow are left out. Raises as `with_fewer`."""
    asked = _Asked.of(run, revision)
    counts = asked.learned.counts("train")
    least = min(counts[label] for label in revision.base)
    ratios = [ratio for n, ratio in enumerate(RATIOS) if not n or ratio <= least]
    variants = [(ratio, with_tail(asked.learned, ratio, asked.job.seed)) for ratio in ratios]
    return Tail(points=(asked.itself(1), *_trained(asked, variants, emit, commands)))


@dataclass(frozen=True)
class _Asked:
    """A finished run, and its revision with no other training photos of learned classes than it learned from."""

    run: Run
    job: TrainJob
    result: TrainResult
    learned: DataRevision

    @classmethod
    def of(cls, run: Run, revision: DataRevision) -> "_Asked":
        job, result = run.job, run.result()
        assert isinstance(job, TrainJob) and result is not None, "the run is finished"
        # What a search chose is trained again, not searched for again.
        job = job.model_copy(update={"composition": result.composition, "hyper": result.hyper})
        if job.features:
            job = job.model_copy(update={"features": str(features_path(job, run.folder))})
        if not parse_composition(job.composition).trainable:
            raise Problem("whatif.nothing_learned")
        learned = learning_only(revision, few_shot(revision, job.shots, job.seed).photos)
        counts = learned.counts("train")
        if max((counts[label] for label in learned.base), default=0) < 2:
            raise Problem("whatif.too_few_photos")
        return cls(run, job, result, learned)

    def itself(self, amount: float) -> Point:
        return _point(amount, self.result, "tuned")


def _trained(
    asked: _Asked, variants: Sequence[tuple[float, DataRevision]], emit: Emit, commands: Commands
) -> list[Point]:
    emit(Stage(stage="load", index=1, of=2))
    backbone = load_backbone(asked.job.backbone, choose_device(asked.job.device).torch_name)
    emit(Stage(stage="what_if", index=2, of=2))
    pace, points = _Pace(len(variants), emit), []
    for number, (amount, revision) in enumerate(variants):
        commands.heed(emit)
        pace.begin(number)
        with tempfile.TemporaryDirectory(prefix="hikidashi-what-if-") as folder:
            revision.save(Path(folder) / DATA_FILE)
            save_job(asked.job.model_copy(update={"run": folder, "shots": None}))
            cache = cache_folder(asked.run.folder)
            found = train(Path(folder), pace, commands, backbone=backbone, cache=cache)
        commands.heed(emit)
        points.append(_point(amount, found, "tuned"))
    return points


def _point(amount: float, result: TrainResult, which: str) -> Point:
    intervals = result.intervals[which]  # type: ignore[index]
    return Point(amount=amount, base=intervals.get("base"), new=intervals.get("new"))


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
