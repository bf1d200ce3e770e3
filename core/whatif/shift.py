"""Does it hold when the light changes, the lens is dirty, another camera stands there? Test photos are changed so, by
the same seeded corruptions as in the protocol `domain-shift` (core.bench.corruptions), and judged again."""

import tempfile
from pathlib import Path

from core.bench.corruptions import CORRUPTIONS
from core.bench.protocols.domain_shift import corrupted
from core.evaluation.compare import compare_right
from core.evaluation.intervals import intervals_of
from core.evaluation.judged import Judged, judge
from core.methods.class_text import class_texts
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Progress, Stage
from core.training.run import Run
from core.training.setup import cache_folder
from core.whatif.findings import Shift, Weather
from core.whatif.stand import Stand

STRENGTHS = (1, 3, 5)
# Enough to see a fall of ten points; few enough for a small PC to judge sixteen times.
MOST_PHOTOS = 200


def under_shift(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Shift:
    """Test photos of learned classes, as they are and changed in five ways at three strengths.

    Raises:
        Problem: `whatif.no_photos_kept` of a run on features, `evaluation.no_test_photos`, or as `Stand.up`.
        Halt: as asked.
    """
    emit(Stage(stage="load", index=1, of=2))
    stand, shown = Stand.up(run), _some(revision)
    if stand.file is not None:
        raise Problem("whatif.no_photos_kept")
    emit(Stage(stage="what_if", index=2, of=2))
    plain = _judged(stand, shown, cache_folder(run.folder))
    if not len(plain.labels):
        raise Problem("evaluation.no_test_photos")
    ways = [(kind, strength) for kind in CORRUPTIONS for strength in STRENGTHS]
    conditions = []
    for number, (kind, strength) in enumerate(ways):
        commands.heed(emit)
        emit(Progress(done=number, total=len(ways)))
        with tempfile.TemporaryDirectory(prefix="hikidashi-what-if-") as folder:
            to = stand.tuned.backbone.preprocessing
            changed = corrupted(shown, kind, strength, stand.seed, to, Path(folder) / "photos")
            found = _judged(stand, changed, Path(folder) / "cache")
        conditions.append(_weather(kind, strength, plain, found))
    return Shift(photos=len(plain.labels), plain=intervals_of(plain)["base"], conditions=tuple(conditions))


def _some(revision: DataRevision) -> DataRevision:
    """No more test photos of learned classes than are judged, evenly spread, and nothing else."""
    photos = revision.of("test", revision.base)
    chosen = photos[:: max(1, -(-len(photos) // MOST_PHOTOS))]
    return revision.model_copy(update={"photos": chosen})


def _judged(stand: Stand, revision: DataRevision, cache: Path) -> Judged:
    """Among the learned classes."""
    features, labels = stand.see(revision, revision.photos, cache)
    place = {label: number for number, label in enumerate(revision.base)}
    classifier = stand.tuned.method.classifier(class_texts(revision, revision.base))
    return judge(classifier, features, [place[label] for label in labels], range(len(place)))


def _weather(kind: str, strength: int, plain: Judged, found: Judged) -> Weather:
    pairs = zip(plain.right.tolist(), found.right.tolist(), strict=True)
    return Weather(
        kind=kind,
        strength=strength,
        right=intervals_of(found)["base"],
        change=compare_right(pairs).change,
    )
