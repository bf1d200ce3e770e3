"""The inner examinations: training photos and classes divided anew, some classes held back as if they were new.

The learned classes among themselves are judged where all of them are learned, for fewer are told apart more easily:
with half of them held back the ways stand closer together than they are. New classes are judged where some are held
back.

A fold knows the learned classes only, and of them the photos to learn from and those for choosing. Test photos and
classes that are really held back are not in it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.project.revision import DataRevision, Part, PhotoEntry
from core.search.tally import Wish
from core.training.sampling import Sample

FEWEST_CLASSES_TO_HOLD_BACK = 3
FEWEST_APART = 2
_DIVISIONS = 3
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


def folds_of(
    revision: DataRevision, sample: Sample, wish: Wish, seed: int, number: int = 0
) -> tuple[Fold, ...]:
    """Round `number` of divisions of what training may see."""
    photos = (*sample.photos, *revision.of("val", revision.base))
    own = [
        [photo for photo in photos if photo.label == label] for label in revision.base
    ]  # by place among the learned classes
    names = [revision.classes[label].name for label in revision.base]
    order = sorted(range(len(names)), key=lambda place: _rank(seed, number, names[place]))
    return tuple(
        Fold(number, k, _inner(revision, own, set(held), f"{seed} {number}", k))
        for k, held in enumerate(_held_back(order, wish))
    )


def _held_back(order: Sequence[int], wish: Wish) -> list[Sequence[int]]:
    """What each division holds back of the classes. For the union each class is held back once: learned and new ones
    are offered together anyway."""
    classes = len(order)
    if classes < (2 * FEWEST_APART if wish == "apart" else FEWEST_CLASSES_TO_HOLD_BACK):
        return [()] * _DIVISIONS
    if wish != "union":
        return [*[()] * (_DIVISIONS - 1), order[: classes // 2]]
    # Three would leave one new class alone, though there are enough for two.
    count = 2 if FEWEST_CLASSES_TO_HOLD_BACK < classes < _DIVISIONS * FEWEST_APART else _DIVISIONS
    return [order[k::count] for k in range(count)]


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
