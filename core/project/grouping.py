"""What belongs together among a project's photos, as the operator is told it before anything is learned."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.photos.alike import Kind
from core.project.lots import WAYS, SamePart, count_lots
from core.project.snapshot import lot_in_project
from core.project.sources import Photo


@dataclass(frozen=True)
class Grouping:
    """How many photos there are, how many are tied to an earlier one by what, how many parts or lots each way of
    telling them makes, which way was chosen and whether anybody did choose, and what the words of a leak are filled from (None: no leak)."""

    photos: int = 0
    alike: Mapping[Kind, int] = field(default_factory=dict)
    lots: Mapping[SamePart, int] = field(default_factory=dict)
    chosen: SamePart = "none"
    answered: bool = False
    leak: Mapping[str, Any] | None = None


def grouping_of(
    photos: Sequence[Photo], chosen: SamePart, answered: bool, leak: Mapping[str, Any] | None
) -> Grouping:
    """Look through the photos."""
    kinds = Counter(photo.alike_by for photo in photos if photo.alike_by is not None)
    lots = {way: count_lots([lot_in_project(photo, way) for photo in photos]) for way in WAYS}
    return Grouping(len(photos), kinds, lots, chosen, answered, leak)
