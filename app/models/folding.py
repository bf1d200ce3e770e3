"""Photos that are practically the same and have the same label are one tile of the grid, until it is opened."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.project.sources import Photo


@dataclass(frozen=True, slots=True)
class Tile:
    """What stands in one cell: the first of `photos`, which are all alike; of an opened group each photo has its own
    cell, and the first one knows all of them (`opened`)."""

    photos: tuple[Photo, ...]
    opened: bool = False

    @property
    def first(self) -> Photo:
        """The photo that is shown."""
        return self.photos[0]

    @property
    def covered(self) -> tuple[Photo, ...]:
        """The photos that this cell stands for."""
        return self.photos[:1] if self.opened else self.photos


def fold(
    photos: Sequence[Photo], label_of: Callable[[Photo], int | None], opened: Collection[int]
) -> list[Tile]:
    """The tiles in the order of their first photos. `opened` has the first photos' ids of the groups to lay out."""
    groups: dict[tuple[int, int | None], list[Photo]] = {}
    for photo in photos:
        groups.setdefault((photo.kin, label_of(photo)), []).append(photo)
    tiles: list[Tile] = []
    for members in groups.values():
        if len(members) > 1 and members[0].id in opened:
            tiles.append(Tile(tuple(members), opened=True))
            tiles += [Tile((photo,)) for photo in members[1:]]
        else:
            tiles.append(Tile(tuple(members)))
    return tiles
