"""A finished run looked into, on the photos of its own revision or of any other."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.backbones.device import choose_device
from core.insight.findings import HeatMap, Insight
from core.insight.heat import heat_map
from core.insight.study import Features, Studied, spread_over, study
from core.insight.texts import class_texts_of
from core.methods.catalogue import parse_composition
from core.methods.class_text import ClassText, class_texts
from core.methods.classifier import Array
from core.methods.zero_shot import ZeroShot, reference_config
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.artefact import Tuned, open_artefact
from core.training.commands import Commands, Emit
from core.training.events import Progress, Stage
from core.training.features import FeatureStore
from core.training.job import InsightJob, TrainJob
from core.training.photos import see
from core.training.recall import recall_photos
from core.training.run import Run
from core.training.seen import Encoder, Seen, judged_at_once
from core.training.served import features_of
from core.training.setup import PROJECT_FILE, kept_photos, runs_in_bfloat16
from core.training.views import ViewRecipe

_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)
_AT_ONCE = 128


def run_insight(job: InsightJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """What the job asks for, kept in the folder of the run that it looks into.

    Raises:
        Problem: as `look_into` and `look_at`.
        Halt: as asked.
    """
    run = Run(Path(job.source_run))
    revision = run.revision.model_copy(update={"root": job.root} if job.root else {})
    if job.photo:
        return look_at(run, revision, Path(job.photo), job.class_name, emit).model_dump(mode="json")
    insight = look_into(run, revision, emit, commands)
    insight.save(run.folder)
    return {"photos": insight.photos}


def look_into(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Insight:
    """All measures on the test photos of a revision; base are the classes that the run learned, by name.

    Raises:
        Problem: `evaluation.no_test_photos`, or as the artefact and the backbone raise.
        Halt: as asked.
    """
    emit(Stage(stage="load", index=1, of=3))
    stood = _Stood.up(run, revision)
    tuned, autocast = stood.tuned, stood.autocast(run)
    needs = tuned.method.needs
    telling = _Telling(emit, commands)
    telling.stage("features", 2)
    chosen = spread_over(revision.of("test"))
    file = features_of(run.job, run.folder) if isinstance(run.job, TrainJob) else None
    left_out = 0
    if file is not None and revision.id == run.revision.id:
        seen = recall_photos(file, chosen)
    else:
        with kept_photos(run) as cache:
            store = FeatureStore(tuned.backbone, _AS_JUDGED, cache, autocast, needs)
            seen = see(revision, chosen, store, telling)
        left_out = len(store.unreadable)
    if not seen.photos:
        raise Problem("evaluation.no_test_photos")
    telling.stage("insight", 3)
    encode = Encoder(tuned.method, judged_at_once(needs), autocast)
    own = _encoded(encode, seen, telling)
    texts = tuned.method.classifier(stood.classes)
    reference = stood.reference().classifier(stood.classes)
    studied = Studied(
        labels=np.asarray(seen.labels, dtype=np.intp),
        is_base=stood.is_base,
        before=Features(seen.features, class_texts_of(reference, seen.features)),
        after=Features(own, class_texts_of(texts, own)),
    )
    commands.heed(emit)
    return study(tuned.info.composition, studied, left_out)


def look_at(run: Run, revision: DataRevision, photo: Path, class_name: str, emit: Emit) -> HeatMap:
    """Where the run's method looks in a photo, among the classes of a revision.

    Raises:
        Problem: `insight.keeps_no_photos` in a project that keeps features in place of photos: the map is drawn over
            the photo and kept; or as `heat_map`, the artefact and the backbone raise.
    """
    if getattr(run.job, "features", "") and (run.folder.parents[1] / PROJECT_FILE).exists():
        raise Problem("insight.keeps_no_photos")
    emit(Stage(stage="load", index=1, of=2))
    stood = _Stood.up(run, revision)
    emit(Stage(stage="insight", index=2, of=2))
    return heat_map(run, stood.tuned.method, stood.reference(), stood.classes, photo, class_name)


@dataclass(frozen=True, eq=False)
class _Stood:
    """A run's method stood up again beside the classes of a revision."""

    tuned: Tuned
    device: str
    classes: tuple[ClassText, ...]

    @classmethod
    def up(cls, run: Run, revision: DataRevision) -> "_Stood":
        device = choose_device(getattr(run.job, "device", "auto")).torch_name
        return cls(open_artefact(run.folder, device), device, class_texts(revision))

    def autocast(self, run: Run) -> bool:
        """As the run judged."""
        return runs_in_bfloat16(run.folder, getattr(run.job, "precision", "auto"), self.tuned.backbone)

    @property
    def is_base(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which of the classes were learned."""
        learned = {entry.name for entry in self.tuned.info.class_texts}
        return np.array([entry.name in learned for entry in self.classes])

    def reference(self) -> ZeroShot:
        """The untouched backbone in the sentences that the method reads."""
        info = self.tuned.info
        configs = parse_composition(info.composition).configure(info.hyper)
        return ZeroShot(reference_config(configs), self.tuned.backbone, self.classes)


class _Telling:
    """Tells how far a stage is, and heeds what is asked meanwhile."""

    def __init__(self, emit: Emit, commands: Commands) -> None:
        self._emit, self._commands = emit, commands
        self._began = time.monotonic()

    def stage(self, name: str, index: int) -> None:
        """Begin a stage."""
        self._emit(Stage(stage=name, index=index, of=3))
        self._began = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """So many of its photos are done."""
        self._commands.heed(self._emit)
        taken = time.monotonic() - self._began
        left = taken / done * (total - done) if taken > 1.0 else None
        self._emit(Progress(done=done, total=total, seconds_left=left))


def _encoded(encode: Encoder, seen: Seen, telling: _Telling) -> Array:
    count, parts = len(seen.photos), []
    for start in range(0, count, _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, count))
        parts.append(encode(seen.of(rows)))
        telling(rows.stop, count)
    return np.concatenate(parts)
