"""Which photos a run learns from: few per class, drawn by a seed, the same on every PC.

Each photo's place in the draw is a hash of the seed and its identity. So a draw needs no random generator
whose stream could change, four shots are among the eight, and adding photos moves none of the others.

Of photos that are practically the same, or of one part or lot, the first in the draw comes before any other's
second: four shots show four things, where there are four.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.project.revision import DataRevision, PhotoEntry


@dataclass(frozen=True)
class Sample:
    """Photos to learn from, by class and place in the draw; labels are those of the revision."""

    photos: tuple[PhotoEntry, ...]

    @cached_property
    def id(self) -> str:
        """SHA-256 over the paths and labels: equal for an equal list."""
        digest = hashlib.sha256()
        for photo in self.photos:
            digest.update(f"{photo.path}\t{photo.label}\n".encode())
        return digest.hexdigest()


def few_shot(revision: DataRevision, shots: int | None, seed: int) -> Sample:
    """At most `shots` training photos of each learned class (all of them where None)."""
    drawn: list[PhotoEntry] = []
    for label in revision.base:
        of_class = revision.of("train", (label,))
        in_order = sorted(of_class, key=lambda photo: _place(photo, seed))
        drawn += _things_first(in_order)[:shots]
    return Sample(tuple(drawn))


def held_back(revision: DataRevision) -> tuple[PhotoEntry, ...]:
    """Photos of new classes to watch during training: their validation part, or, where it is empty, their
    training part, which nothing learns from. Never their test photos."""
    return revision.of("val", revision.new) or revision.of("train", revision.new)


def _things_first(photos: Sequence[PhotoEntry]) -> list[PhotoEntry]:
    """Photos in their order, but the first of every group before the second of any, and so on."""
    seen: Counter[str] = Counter()
    turns: list[int] = []
    for photo in photos:
        turns.append(seen[photo.group] if photo.group else 0)
        seen[photo.group] += 1
    order = sorted(range(len(photos)), key=turns.__getitem__)
    return [photos[index] for index in order]


def _place(photo: PhotoEntry, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\t{photo.sha256 or photo.path}".encode()).digest()
