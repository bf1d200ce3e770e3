"""The inner examinations: training photos and classes divided anew, some classes held back as if they were new.

A fold knows the learned classes only, and of them the photos to learn from and those for choosing. Test photos and
classes that are really held back are not in it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.project.revision import DataRevision, Part, PhotoEntry
from core.training.sampling import Sample

FEWEST_CLASSES_TO_HOLD_BACK = 3
FEWEST_APART = 2
_JUDGED_PART = 4  # a quarter of the photos to learn from is judged


@dataclass(frozen=True)
class Fold:
    """One division. In `revision` "test" photos are those judged by the search; its new classes are learned classes
    that this fold does not learn. `round` and `place` say which division it is."""

    round: int
    place: int
    revision: DataRevision

    @property
    def key(self) -> str:
        """Its name in the records."""
        return f"{self.round}.{self.place}"

    @property
    def apart(self) -> bool:
        """Whether new classes can be judged among themselves: with one there is nothing to mistake."""
        return len(self.revision.new) >= FEWEST_APART


def folds_of(revision: DataRevision, sample: Sample, seed: int, number: int = 0) -> tuple[Fold, ...]:
    """Round `number` of divisions of what training may see; each learned class is held back in one of them, unless
    there are too few classes."""
    photos = (*sample.photos, *revision.of("val", revision.base))
    own = [
        [photo for photo in photos if photo.label == label] for label in revision.base
    ]  # by place among the learned classes
    names = [revision.classes[label].name for label in revision.base]
    order = sorted(range(len(names)), key=lambda place: _rank(seed, number, names[place]))
    # Halves, as the learned and the held-back classes of a project stand to each other; of three one at a time.
    count = 3 if len(names) == FEWEST_CLASSES_TO_HOLD_BACK else 2
    held_back = (
        [order[k::count] for k in range(count)] if len(names) >= FEWEST_CLASSES_TO_HOLD_BACK else [[]] * count
    )
    return tuple(
        Fold(number, k, _inner(revision, own, set(held), f"{seed} {number}", k))
        for k, held in enumerate(held_back)
    )


def _inner(
    revision: DataRevision, own: Sequence[Sequence[PhotoEntry]], held: set[int], salt: str, k: int
) -> DataRevision:
    classes = tuple(
        revision.classes[label].model_copy(update={"role": "new" if place in held else "base"})
        for place, label in enumerate(revision.base)
    )
    photos = [
        photo.model_copy(update={"label": place, "part": part})
        for place, members in enumerate(own)
        for photo, part in _parted(members, salt, k, held=place in held)
    ]
    return DataRevision(root=revision.root, classes=classes, photos=tuple(photos))


def _parted(photos: Sequence[PhotoEntry], salt: str, k: int, *, held: bool) -> list[tuple[PhotoEntry, Part]]:
    """A class's photos with their inner parts. Photos that belong together stay together."""
    if held:
        return [(photo, "test") for photo in photos]
    learn, choose = (
        sorted({_identity(p) for p in photos if p.part == part}, key=lambda i: _rank(salt, i))
        for part in ("train", "val")
    )
    parts: dict[str, Part] = dict.fromkeys(learn, "train")
    cut = min(_JUDGED_PART, len(learn))
    if cut > 1:
        parts |= dict.fromkeys(learn[k % cut :: cut], "test")
    if choose:
        parts |= {identity: ("test" if n % 2 == k % 2 else "val") for n, identity in enumerate(choose)}
    elif cut > 2:
        # Some methods choose something of their own on validation photos: never on those judged here.
        parts |= dict.fromkeys(learn[(k + 1) % cut :: cut], "val")
    return [(photo, parts[_identity(photo)]) for photo in photos]


def _identity(photo: PhotoEntry) -> str:
    """Photos that belong on one side have the same."""
    return photo.group or photo.sha256 or photo.path


def _rank(*words: object) -> bytes:
    return hashlib.sha256("\t".join(map(str, words)).encode()).digest()
