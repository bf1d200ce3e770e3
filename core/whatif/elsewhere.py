"""Photos of another place: another line's, another day's, in a folder with one sub-folder per class.

As in the protocol `cross-set` where the classes are the learned ones: nothing is learned of the photos. Those that the
run knows already would flatter it, and are left out.
"""

from pathlib import Path

from core.evaluation.intervals import intervals_of
from core.evaluation.judged import judge
from core.methods.class_text import class_texts
from core.problems import Problem
from core.project.folder import revision_from_folder
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Stage
from core.training.run import Run
from core.training.setup import kept_photos
from core.whatif.findings import Elsewhere
from core.whatif.stand import Stand


def elsewhere(run: Run, revision: DataRevision, photos: Path, emit: Emit, commands: Commands) -> Elsewhere:
    """The photos of learned classes in a folder, judged among the learned classes.

    Raises:
        Problem: `whatif.no_known_class` when no sub-folder bears a learned class's name, `evaluation.no_test_photos`
            when no photo is left; or as reading the folder and `Stand.up` raise.
        Halt: as asked.
    """
    result = run.result()
    assert result is not None, "the run is finished"
    emit(Stage(stage="load", index=1, of=2))
    there = revision_from_folder(photos)
    shown, unknown = _of_learned_classes(there, revision)
    commands.heed(emit)
    stand = Stand.up(run)
    emit(Stage(stage="what_if", index=2, of=2))
    with kept_photos(run) as cache:
        features, labels = stand.see(shown, shown.photos, cache)
    if not labels:
        raise Problem("evaluation.no_test_photos")
    place = {label: number for number, label in enumerate(shown.base)}
    classifier = stand.tuned.method.classifier(class_texts(shown, shown.base))
    judged = judge(classifier, features, [place[label] for label in labels], range(len(place)))
    return Elsewhere(
        folder=photos.name,
        photos=len(labels),
        classes=len(set(labels)),
        unknown=tuple(unknown),
        right=intervals_of(judged)["base"],
        at_home=result.intervals["tuned"].get("base"),
    )


def _of_learned_classes(there: DataRevision, revision: DataRevision) -> tuple[DataRevision, list[str]]:
    """The photos of another revision under the classes of the run's, by name; and the names that were not learned."""
    learned = {revision.classes[label].name: label for label in revision.base}
    known = {photo.sha256 for photo in revision.photos if photo.sha256}
    names = [entry.name for entry in there.classes if entry.source == "own"]
    if not learned.keys() & set(names):
        raise Problem("whatif.no_known_class", names="、".join(learned))
    photos = tuple(
        photo.model_copy(update={"label": learned[there.classes[photo.label].name], "part": "test"})
        for photo in there.photos
        if there.classes[photo.label].name in learned and photo.sha256 not in known
    )
    shown = revision.model_copy(update={"root": there.root, "photos": photos})
    return shown, [name for name in names if name not in learned]
