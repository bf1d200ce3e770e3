"""Photos of the same part or lot, told by where they lie or what they are called; and what is kept together by it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, get_args

SamePart = Literal["none", "folder", "name"]
WAYS: tuple[SamePart, ...] = get_args(SamePart)

# What tells photos of one part apart: a number or one letter behind a separator ("A001_2", "A001 (2)", "A001-b").
_LAST = re.compile(r"^(?P<front>.*[^\s_(（-])[\s_(（-]+(?:\d+|[a-z])[)）]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tied:
    """What ties a photo to others: its content, the group of photos that look the same, its part or lot, the group
    of those that a backbone takes for the same ("": none)."""

    content: str
    alike: str
    lot: str = ""
    resembles: str = ""


def as_same_part(value: object) -> SamePart:
    """A remembered choice; "none" where it is no choice."""
    return next((way for way in WAYS if way == value), "none")


def lot_of(path: str, way: SamePart) -> str:
    """The part or lot that a photo's path (forward slashes, from the folder that was taken in) tells; "" for none.

    `folder`: all photos of a folder. `name`: photos of a folder whose names are the same in front.
    """
    place = PurePosixPath(path)
    if way == "folder":
        return place.parent.as_posix()
    found = _LAST.match(place.stem) if way == "name" else None
    return (place.parent / found["front"]).as_posix() if found else ""


def count_lots(lots: Sequence[str]) -> int:
    """How many parts or lots there are; a photo that none is told of is one of its own."""
    return len(set(lots) - {""}) + sum(not lot for lot in lots)


def groups_to_keep(photos: Sequence[Tied]) -> list[str]:
    """What each photo must stay together with: a name that is the same for all of a group, "" for a photo alone.

    Whatever is tied, if only through a third photo, is one group. Its name is the least content hash in it: it
    depends on neither order nor place.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for photo in photos:
        ties = [f"content {photo.content}", f"alike {photo.alike}"]
        ties += [f"lot {photo.lot}"] if photo.lot else []
        ties += [f"resembles {photo.resembles}"] if photo.resembles else []
        for tie in ties:
            parent[root(tie)] = root(ties[0])
    roots = [root(f"content {photo.content}") for photo in photos]
    members: defaultdict[str, list[str]] = defaultdict(list)
    for photo, key in zip(photos, roots, strict=True):
        members[key].append(photo.content)
    return [min(members[key]) if len(members[key]) > 1 else "" for key in roots]
