"""Where a split could not keep together what belongs together: then an examination is partly a look at what was learned.

That is so where the folders bring a split that cuts a group, and where all photos of a class are one group.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from core.project.revision import DataRevision, PhotoEntry

LEAK = "project.leak"  # words for it
_MOST_NAMES = 5


@dataclass(frozen=True)
class Leak:
    """Test photos of classes (indices) that have one of their group among the photos learned or chosen from."""

    classes: tuple[int, ...]
    photos: int
    groups: int

    def told(self, revision: DataRevision) -> dict[str, Any]:
        """What its words are filled from."""
        names = [revision.classes[index].name for index in self.classes]
        classes = "、".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])
        return {"photos": self.photos, "groups": self.groups, "classes": classes}


def leak_of(revision: DataRevision) -> Leak | None:
    """The leak of a revision's split; None where every group is on one side."""
    groups: defaultdict[str, list[PhotoEntry]] = defaultdict(list)
    for photo in revision.photos:
        if photo.group:
            groups[photo.group].append(photo)
    through = [members for members in groups.values() if _is_cut(members)]
    leaked = [photo for members in through for photo in members if photo.part == "test"]
    if not leaked:
        return None
    return Leak(tuple(sorted({photo.label for photo in leaked})), len(leaked), len(through))


def without_learned(revision: DataRevision, learned: DataRevision) -> DataRevision:
    """A revision to be examined on without test photos that another one has for learning or choosing, or that are of
    one group with them there."""
    known = [photo for photo in learned.photos if photo.part != "test"]
    contents = {photo.sha256 for photo in known if photo.sha256}
    groups = {photo.group for photo in known if photo.group} - {
        photo.group for photo in learned.photos if photo.part == "test"
    }
    kept = tuple(
        photo
        for photo in revision.photos
        if photo.part != "test" or not (photo.sha256 in contents or photo.group in groups)
    )
    return revision.model_copy(update={"photos": kept})


def _is_cut(members: list[PhotoEntry]) -> bool:
    sides = {photo.part == "test" for photo in members}
    return len(sides) == 2
