"""A public set as a data revision: from here on it is like any other set."""

import re
from collections.abc import Sequence
from pathlib import Path

from core.bench.datasets.catalogue import PublicSet
from core.bench.datasets.sampling import draw
from core.bench.datasets.split import Item, Split, read_split
from core.project.revision import PARTS, ClassEntry, DataRevision, PhotoEntry

_WNID = re.compile(r" \(n\d+\)$")


def public_revision(entry: PublicSet, folder: Path, shots: int | None, seed: int) -> DataRevision:
    """The set in a folder with its own split, of which `shots` training photos per class are drawn by the seed.

    Classes are in the order of their labels, the first ⌈n/2⌉ are base; a set that has test photos only is all new.

    Raises:
        Problem: as `read_split`.
    """
    whole = read_split(entry, folder)
    split = draw(whole, shots, seed)
    place = {label: index for index, label in enumerate(whole.labels)}
    base = 0 if entry.tests_only else (len(place) + 1) // 2
    return DataRevision(
        root=str(folder.absolute()),
        classes=tuple(
            ClassEntry(name=name, description=_words(name), role="base" if index < base else "new")
            for index, name in enumerate(_names(whole))
        ),
        photos=tuple(
            PhotoEntry(path=item.path, label=place[item.label], part=part)
            for part in PARTS
            for item in _of(split, part)
        ),
    )


def _of(split: Split, part: str) -> Sequence[Item]:
    items: Sequence[Item] = getattr(split, part)
    return items


def _names(split: Split) -> list[str]:
    named = {item.label: item.class_name for item in split.train or split.test}
    return [named[label] for label in split.labels]


def _words(name: str) -> str:
    """What the model reads: underscores are spaces, and a wnid that tells two equal names apart is left out."""
    return _WNID.sub("", name.replace("_", " "))
