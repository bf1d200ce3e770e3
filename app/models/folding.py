"""Photos that are practically the same and have the same label are one tile of the grid, until it is opened."""

from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True)
class Shelf:
    """Photos laid out in cells, with what is looked up in them: made off the screen's thread where they are many.

    `rows` has the row of every photo that is shown, `marks` what tells two shelves apart, `labels` the class ids.
    """

    photos: tuple[Photo, ...]
    labels: Mapping[int, int | None]
    tiles: tuple[Tile, ...]
    rows: Mapping[int, int]
    marks: tuple[tuple[int, int], ...]

    @classmethod
    def of(
        cls, photos: Sequence[Photo], opened: Collection[int], labels: Mapping[int, int | None] | None = None
    ) -> "Shelf":
        """Lay photos out. `opened` has the first photos' ids of the groups that are not folded; labels are the
        photos' own where no others are given."""
        known = {photo.id: photo.class_id for photo in photos} if labels is None else labels
        return cls._with(tuple(photos), known, _fold(photos, known, opened))

    def toggled(self, row: int, opened: Collection[int], labels: Mapping[int, int | None]) -> "Shelf":
        """The same with one group opened or folded, as `opened` says now."""
        tile = self.tiles[row]
        members, end = tile.photos, row + len(tile.photos)
        if not tile.opened:
            cells = [Tile(members, opened=True), *(Tile((photo,)) for photo in members[1:])]
            return self._with(self.photos, labels, [*self.tiles[:row], *cells, *self.tiles[row + 1 :]])
        if len({labels[photo.id] for photo in members}) == 1:
            return self._with(self.photos, labels, [*self.tiles[:row], Tile(members), *self.tiles[end:]])
        return Shelf.of(self.photos, opened, labels)

    @classmethod
    def _with(
        cls, photos: tuple[Photo, ...], labels: Mapping[int, int | None], tiles: Sequence[Tile]
    ) -> "Shelf":
        return cls(
            photos,
            labels,
            tuple(tiles),
            {photo.id: row for row, tile in enumerate(tiles) for photo in tile.covered},
            tuple((tile.photos[0].id, len(tile.photos)) for tile in tiles),
        )


def _fold(photos: Sequence[Photo], labels: Mapping[int, int | None], opened: Collection[int]) -> list[Tile]:
    """The tiles in the order of their first photos."""
    groups: dict[tuple[int, int | None], list[Photo]] = {}
    for photo in photos:
        groups.setdefault((photo.kin, labels[photo.id]), []).append(photo)
    tiles: list[Tile] = []
    for members in groups.values():
        if len(members) > 1 and members[0].id in opened:
            tiles.append(Tile(tuple(members), opened=True))
            tiles += [Tile((photo,)) for photo in members[1:]]
        else:
            tiles.append(Tile(tuple(members)))
    return tiles
