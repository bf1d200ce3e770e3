"""Which photos are for learning (train), for choosing (val) and for the examination (test).

Per class 50 / 20 / 30 %, seeded. A photo once assigned stays where it is however many are added, exact
copies are always together, and a split that the folders bring is kept.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.project.revision import PARTS, Part

SHARES: dict[Part, float] = {"train": 0.5, "val": 0.2, "test": 0.3}


@dataclass(frozen=True)
class SplitPhoto:
    """A labelled photo. Photos of one `group` (exact copies) end in one part.

    `given`: the part its folder names; `assigned`: the part it already has.
    """

    group: str
    label: int
    given: Part | None = None
    assigned: Part | None = None


def split_photos(photos: Sequence[SplitPhoto], seed: int) -> list[Part]:
    """The part of every photo, in their order. Equal photos, seed and earlier parts give equal parts."""
    groups: defaultdict[str, list[SplitPhoto]] = defaultdict(list)
    for photo in photos:
        groups[photo.group].append(photo)
    # Where the folders name no photos for choosing, those for learning give some.
    share_given = not any(photo.given == "val" for photo in photos)
    parts: dict[str, Part] = {}
    counts: defaultdict[int, dict[Part, int]] = defaultdict(lambda: dict.fromkeys(PARTS, 0))
    open_groups: list[str] = []
    for name, members in groups.items():
        part = _settled(members, share_given)
        if part is None:
            open_groups.append(name)
        else:
            parts[name] = part
            counts[members[0].label][part] += len(members)
    for name in sorted(open_groups, key=lambda group: _rank(group, seed)):
        members = groups[name]
        allowed: tuple[Part, ...] = PARTS if members[0].given is None else ("train", "val")
        parts[name] = _shortest(counts[members[0].label], allowed)
        counts[members[0].label][parts[name]] += len(members)
    return [parts[photo.group] for photo in photos]


def _settled(members: Sequence[SplitPhoto], share_given: bool) -> Part | None:
    """The part a group has or was given; None where it is still open."""
    earlier = _most_reserved(member.assigned for member in members)
    if earlier is not None:
        return earlier
    given = _most_reserved(member.given for member in members)
    return None if given == "train" and share_given else given


def _most_reserved(parts: Iterable[Part | None]) -> Part | None:
    """Of copies named on several sides, the examination has the first claim: nothing in it was learned."""
    found = set(parts)
    return next((part for part in reversed(PARTS) if part in found), None)


def _shortest(counts: dict[Part, int], allowed: Sequence[Part]) -> Part:
    """The part that is furthest below its share once one more photo is there."""
    total = sum(counts[part] for part in allowed) + 1
    whole = sum(SHARES[part] for part in allowed)
    return max(allowed, key=lambda part: SHARES[part] / whole * total - counts[part])


def _rank(group: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}|{group}".encode()).hexdigest()
