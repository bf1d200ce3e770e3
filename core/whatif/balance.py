"""All classes offered together, as on site: what would favouring the learned classes, or the new ones, bring?

Scores of both are brought to one scale on validation photos of learned classes alone, as in the protocol `union`
(core.evaluation.union).
"""

from core.evaluation.intervals import wilson
from core.evaluation.union import calibrate, seen_unseen, union_scores
from core.methods.class_text import class_texts
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Stage
from core.training.result import Interval
from core.training.run import Run
from core.training.setup import cache_folder
from core.whatif.findings import Balance
from core.whatif.stand import Stand


def balanced(run: Run, revision: DataRevision, emit: Emit, commands: Commands) -> Balance:
    """The seen/unseen curve of a run's test photos.

    Raises:
        Problem: `whatif.one_side_only` without test photos of learned classes, or of classes held back; or as
            `Stand.up`.
        Halt: as asked.
    """
    base = revision.base
    if not revision.of("test", base) or not revision.of("test", revision.new):
        raise Problem("whatif.one_side_only")
    emit(Stage(stage="load", index=1, of=2))
    stand = Stand.up(run)
    emit(Stage(stage="what_if", index=2, of=2))
    cache = cache_folder(run.folder)
    classifier = stand.tuned.method.classifier(class_texts(revision))
    val, val_labels = stand.see_own(revision, revision.of("val", base), cache)
    commands.heed(emit)
    test, labels = stand.see_own(revision, revision.of("test"), cache)
    if not set(labels) & set(base) or not set(labels) & set(revision.new):
        raise Problem("whatif.one_side_only")
    calibration = calibrate(classifier, val, val_labels, base)
    photos = seen_unseen(union_scores(classifier, test, base, calibration), labels, base)
    base_right, new_right = photos.accuracies(0.0)
    return Balance(
        curve=tuple(photos.curve()),
        area=photos.area(),
        base=_share(base_right, int(photos.seen.sum())),
        new=_share(new_right, int((~photos.seen).sum())),
    )


def _share(mean: float, photos: int) -> Interval:
    low, high = wilson(round(mean * photos), photos)
    return Interval(mean=mean, low=low, high=high, n=photos)
