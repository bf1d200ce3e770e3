"""Does it hold when the light changes, the lens is dirty, another camera stands there? Test photos are changed so, by
the same seeded corruptions as the protocol `domain-shift` (core.bench.corruptions), and judged again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.backbones.device import choose_device
from core.bench.corruptions import CORRUPTIONS
from core.bench.protocols.domain_shift import corrupted
from core.evaluation.compare import compare_right
from core.evaluation.intervals import intervals_of
from core.evaluation.judged import Judged, judge
from core.methods.class_text import class_texts
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.artefact import Tuned, open_artefact
from core.training.commands import Commands, Emit
from core.training.events import Progress, Stage
from core.training.features import FeatureStore
from core.training.job import TrainJob
from core.training.photos import see
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.setup import cache_folder, runs_in_bfloat16
from core.training.views import ViewRecipe
from core.whatif.findings import Shift, Weather

STRENGTHS = (1, 3, 5)
# Enough to see a fall of ten points; few enough for a small PC to judge sixteen times.
MOST_PHOTOS = 200
_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)


def under_shift(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Shift:
    """Test photos of learned classes, as they are and changed in five ways at three strengths.

    Raises:
        Problem: `evaluation.no_test_photos`, or as the artefact and the backbone raise.
        Halt: as asked.
    """
    job = run.job
    assert isinstance(job, TrainJob), "the run is a training"
    emit(Stage(stage="load", index=1, of=2))
    tuned = open_artefact(run.folder, choose_device(job.device).torch_name)
    judging = _Judging(tuned, runs_in_bfloat16(run.folder, job.precision, tuned.backbone))
    shown = _some(revision)
    emit(Stage(stage="what_if", index=2, of=2))
    plain = judging(shown, cache_folder(run.folder))
    if not len(plain.labels):
        raise Problem("evaluation.no_test_photos")
    ways = [(kind, strength) for kind in CORRUPTIONS for strength in STRENGTHS]
    conditions = []
    for number, (kind, strength) in enumerate(ways):
        commands.heed(emit)
        emit(Progress(done=number, total=len(ways)))
        with tempfile.TemporaryDirectory(prefix="hikidashi-what-if-") as folder:
            to = tuned.backbone.preprocessing
            changed = corrupted(shown, kind, strength, job.seed, to, Path(folder) / "photos")
            found = judging(changed, Path(folder) / "cache")
        conditions.append(_weather(kind, strength, plain, found))
    return Shift(photos=len(plain.labels), plain=intervals_of(plain)["base"], conditions=tuple(conditions))


def _some(revision: DataRevision) -> DataRevision:
    """No more test photos of learned classes than are judged, evenly spread, and nothing else."""
    photos = revision.of("test", revision.base)
    chosen = photos[:: max(1, -(-len(photos) // MOST_PHOTOS))]
    return revision.model_copy(update={"photos": chosen})


def _weather(kind: str, strength: int, plain: Judged, found: Judged) -> Weather:
    pairs: Iterator[tuple[bool, bool]] = zip(plain.right.tolist(), found.right.tolist(), strict=True)
    return Weather(
        kind=kind,
        strength=strength,
        right=intervals_of(found)["base"],
        change=compare_right(pairs).change,
    )


class _Judging:
    """Judges the test photos of a revision among its learned classes, in the order of the revision."""

    def __init__(self, tuned: Tuned, autocast: bool) -> None:
        self._tuned, self._autocast = tuned, autocast

    def __call__(self, revision: DataRevision, cache: Path) -> Judged:
        method = self._tuned.method
        store = FeatureStore(self._tuned.backbone, _AS_JUDGED, cache, self._autocast, method.needs)
        seen = see(revision, revision.of("test"), store)
        # Read in an order of their own: put back, so that a photo stands beside itself in pairs.
        place = {photo.path: number for number, photo in enumerate(revision.photos)}
        features = Encoder(method, judged_at_once(method.needs), self._autocast)(seen)
        order = np.argsort([place[photo.path] for photo in seen.photos], kind="stable")
        classes = class_texts(revision, revision.base)
        labels = np.array(seen.among(revision.base), dtype=np.intp)[order]
        return judge(method.classifier(classes), features[order], labels.tolist(), range(len(classes)))
