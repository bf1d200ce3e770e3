"""What a photo of the parts world shows beyond its composition: where the part lies, and what can be counted on it.

Only what can be told from the picture alone is a fact here: a part near the middle has no position, a hole at a
chipped edge no number. Numbers repeat the geometry of `parts_flat`; the tests count them in the drawn relief.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.partsworld.scene import Scene

Position = Literal["upper left", "upper right", "lower left", "lower right"]
Counted = Literal["holes", "spokes"]
POSITIONS: tuple[Position, ...] = ("upper left", "upper right", "lower left", "lower right")
# Shares of half the picture's side: nearer to the middle line a person would hesitate.
_OFF_CENTRE = 0.05


@dataclass(frozen=True)
class Count:
    """How many of a thing a part has."""

    of: Counted
    number: int


def position_of(scene: Scene) -> Position | None:
    """The quarter of the picture towards which the part lies; None where it lies near a middle line."""
    x, y = scene.pose.x, scene.pose.y
    if min(abs(x), abs(y)) < _OFF_CENTRE:
        return None
    if y < 0:
        return "upper left" if x < 0 else "upper right"
    return "lower left" if x < 0 else "lower right"


def count_of(scene: Scene) -> Count | None:
    """The fixing holes of a plate, bracket, hinge or flange, the spokes of a pulley; None where there is neither."""
    part, defect, first = scene.composition.part, scene.composition.defect, scene.variation[0]
    if defect in ("chip", "crack"):
        return None
    missing = int(defect == "missing hole")
    match part:
        case "plate" | "bracket" | "hinge":
            return Count("holes", 4 - missing)
        case "flange":
            return Count("holes", int(4 + 2 * round(2 * first)) - missing)
        case "pulley":
            return Count("spokes", int(3 + 3 * first))
    return None
