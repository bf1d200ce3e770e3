"""What the parts world is made of: parts, finishes, defects and backgrounds, and which go together.

The words are those a shop floor uses, since they are also the words of the captions (`captions.py`) and
of the class names that the embedded backbone is asked for.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

PARTS: tuple[str, ...] = (
    "bolt", "nut", "washer", "gear", "bracket", "bearing", "spring", "pin", "plate", "connector", "cap",
    "tube", "screw", "flange", "pulley", "clip", "hook", "chain", "hinge", "valve", "o-ring",
)  # fmt: skip
METALS: tuple[str, ...] = ("steel", "brass", "copper", "aluminium", "cast iron")
COLOURED_MATERIALS: dict[str, tuple[str, ...]] = {
    "plastic": ("black", "white", "grey", "red", "blue", "green", "yellow", "orange"),
    "painted": ("red", "blue", "green", "yellow", "white", "orange"),
    "anodised": ("blue", "red", "purple", "black"),
    "rubber": ("black", "red", "grey", "blue"),
}
MATERIALS: tuple[str, ...] = (*METALS, *COLOURED_MATERIALS)
COLOURS: tuple[str, ...] = ("black", "white", "grey", "red", "blue", "green", "yellow", "orange", "purple")
DEFECTS: tuple[str, ...] = (
    "none", "scratch", "dent", "crack", "rust", "stain", "chip", "bend", "missing hole",
)  # fmt: skip
BACKGROUNDS: tuple[str, ...] = (
    "conveyor", "tray", "cloth", "board", "mat", "concrete", "paper", "table",
)  # fmt: skip

_BENDABLE = frozenset({"bolt", "bracket", "spring", "pin", "plate", "tube", "screw", "clip", "hook", "hinge"})
_WITH_FIXING_HOLES = frozenset({"bracket", "plate", "flange", "hinge"})
_RUSTING = frozenset({"steel", "cast iron", "painted"})
_SOFT_PARTS = frozenset({"washer", "cap", "tube", "o-ring", "plate", "pulley", "connector"})
_METAL_ONLY_PARTS = frozenset({"chain"})
# Too thin for a mark on the surface to be seen in a photo of the whole part.
_WIRE_PARTS = frozenset({"spring", "clip", "chain", "o-ring"})
_SURFACE_DEFECTS = frozenset({"scratch", "dent", "stain", "chip"})


@dataclass(frozen=True, order=True)
class Finish:
    """A material and, where the material comes in several, its colour (`None` for bare metal)."""

    material: str
    colour: str | None = None

    @property
    def words(self) -> str:
        return self.material if self.colour is None else f"{self.colour} {self.material}"


@dataclass(frozen=True, order=True)
class Composition:
    """What a class of photos shows: one part, in one finish, in one condition."""

    part: str
    finish: Finish
    defect: str = "none"

    @property
    def key(self) -> str:
        """Stable text form, used for hashing: `bolt|painted|red|scratch`."""
        return f"{self.part}|{self.finish.material}|{self.finish.colour or '-'}|{self.defect}"


def defect_applies(part: str, finish: Finish, defect: str) -> bool:
    """Whether that part in that finish can have that defect (rubber does not rust, a nut does not bend)."""
    if part in _WIRE_PARTS and defect in _SURFACE_DEFECTS:
        return False
    if defect == "crack" and part in ("spring", "clip"):
        return False
    if defect == "bend":
        return part in _BENDABLE and finish.material != "rubber"
    if defect == "missing hole":
        return part in _WITH_FIXING_HOLES
    if defect == "rust":
        return finish.material in _RUSTING
    if defect in ("dent", "chip"):
        return finish.material != "rubber"
    return defect in DEFECTS


def finish_applies(part: str, finish: Finish) -> bool:
    """Whether that part is made in that finish (no rubber bolts)."""
    if finish.material == "rubber":
        return part in _SOFT_PARTS
    if part == "o-ring":
        return finish.material in ("plastic", "rubber", "copper")
    return not (part in _METAL_ONLY_PARTS and finish.material == "plastic")


@cache
def all_finishes() -> tuple[Finish, ...]:
    """Every finish: bare metals first, then each coloured material in each of its colours."""
    bare = [Finish(material) for material in METALS]
    coloured = [Finish(m, colour) for m, colours in COLOURED_MATERIALS.items() for colour in colours]
    return (*bare, *coloured)


@cache
def all_compositions() -> tuple[Composition, ...]:
    """Every composition that can exist, in a fixed order."""
    return tuple(
        Composition(part, finish, defect)
        for part, finish, defect in itertools.product(PARTS, all_finishes(), DEFECTS)
        if finish_applies(part, finish) and defect_applies(part, finish, defect)
    )
