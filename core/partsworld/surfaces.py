"""What a finish does with light: bare metals mirror a lit room, the others scatter it and shine a little.

Shading works in linear light on normals (S, S) from a relief's height. The room is a main softbox in the
direction of the light, a weaker strip opposite, a bright ceiling and a dark floor: enough for metal to read as
metal. All per-pixel work is on float32 arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.partsworld.geometry import Array
from core.partsworld.scene import Lighting
from core.partsworld.vocabulary import Finish

Colour = tuple[float, float, float]

_METAL_COLOURS: dict[str, Colour] = {
    "steel": (0.42, 0.44, 0.47), "brass": (0.78, 0.55, 0.16), "copper": (0.82, 0.36, 0.2),
    "aluminium": (0.8, 0.82, 0.84), "cast iron": (0.13, 0.125, 0.12),
}  # fmt: skip
_PAINT_COLOURS: dict[str, Colour] = {
    "black": (0.022, 0.022, 0.025), "white": (0.78, 0.78, 0.75), "grey": (0.22, 0.23, 0.24),
    "red": (0.55, 0.025, 0.025), "blue": (0.02, 0.09, 0.5), "green": (0.02, 0.27, 0.06),
    "yellow": (0.78, 0.52, 0.02), "orange": (0.8, 0.2, 0.01), "purple": (0.22, 0.03, 0.4),
}  # fmt: skip


@dataclass(frozen=True)
class Surface:
    """How a finish reflects: colour, mirror share, sharpness of highlights, strength of its grain."""

    colour: Colour
    mirror: float
    gloss: int
    grain: float
    highlight: float


def surface_of(finish: Finish) -> Surface:
    """The surface of a finish."""
    if finish.colour is None:
        rough = finish.material == "cast iron"
        fine = {"aluminium": 0.05, "cast iron": 0.16}.get(finish.material, 0.03)
        return Surface(_METAL_COLOURS[finish.material], 0.3 if rough else 0.85, 3 if rough else 5, fine, 0.35)
    colour = _PAINT_COLOURS[finish.colour]
    if finish.material == "anodised":
        return Surface(tuple(1.25 * c + 0.02 for c in colour), 0.75, 4, 0.05, 0.3)  # type: ignore[arg-type]
    if finish.material == "painted":
        return Surface(colour, 0.0, 5, 0.04, 0.55)
    if finish.material == "rubber":
        return Surface(tuple(0.7 * c + 0.012 for c in colour), 0.0, 2, 0.12, 0.04)  # type: ignore[arg-type]
    return Surface(colour, 0.0, 4, 0.02, 0.22)


def normals(height: Array, pixels_per_unit: float) -> tuple[Array, Array, Array]:
    """Unit normals (nx, ny, nz) of a height map; slopes are held at 2.5 so that steps become edges, not holes."""
    slope_y = np.zeros_like(height)
    slope_x = np.zeros_like(height)
    half = np.float32(pixels_per_unit / 2)
    slope_x[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * half
    slope_y[1:-1] = (height[2:] - height[:-2]) * half
    np.clip(slope_x, -2.5, 2.5, out=slope_x)
    np.clip(slope_y, -2.5, 2.5, out=slope_y)
    nz = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    return -slope_x * nz, -slope_y * nz, nz


def shade(normal: tuple[Array, Array, Array], lighting: Lighting, surface: Surface, grain: Array) -> Array:
    """(S, S, 3) light reflected by a surface with these normals; `grain` is standardised noise (S, S)."""
    nx, ny, nz = normal
    lx, ly, lz = _direction(lighting.azimuth, lighting.elevation)
    side = nx.shape[0]
    line = np.linspace(-0.22, 0.22, side, dtype=np.float32)
    vx, vy = line[None, :], line[:, None]
    # Mirror direction for a camera above the middle; the view leans outwards, so flat faces show a gradient.
    rx, ry, rz = 2 * nz * nx + vx, 2 * nz * ny + vy, 2 * nz * nz - 1
    toward = rx * np.float32(lx) + ry * np.float32(ly) + rz * np.float32(lz)
    box = _power(np.clip(toward, 0, 1.05), surface.gloss)
    colour = np.array(surface.colour, np.float32)
    roughness = 1 + np.float32(surface.grain) * grain
    if surface.mirror > 0:
        strip = _power(np.clip(rz * 0.5 - rx * np.float32(0.9 * lx) - ry * np.float32(0.9 * ly), 0, 1), 2)
        room = np.float32(lighting.ambient) * (0.5 + 0.62 * rz) + np.float32(0.9 * lighting.strength) * box
        room = np.maximum(room + 0.32 * strip, 0.04) * roughness
        diffuse = np.maximum(nx * lx + ny * ly + nz * lz, 0) * np.float32(lighting.strength * 0.45) + 0.18
        light = np.float32(surface.mirror) * room + np.float32(1 - surface.mirror) * diffuse * roughness
        return np.asarray(
            light[..., None] * colour + (np.float32(0.12 * lighting.strength) * _power(box, 2))[..., None]
        )
    diffuse = np.maximum(nx * lx + ny * ly + nz * lz, 0) * np.float32(lighting.strength * 0.9)
    diffuse = (diffuse + np.float32(lighting.ambient) * (0.45 + 0.55 * nz)) * roughness
    shine = np.float32(surface.highlight * lighting.strength) * _power(box, 1) + np.float32(0.015)
    return np.asarray(diffuse[..., None] * colour + shine[..., None])


def _direction(azimuth: float, elevation: float) -> tuple[float, float, float]:
    flat = np.cos(elevation)
    return float(flat * np.cos(azimuth)), float(flat * np.sin(azimuth)), float(np.sin(elevation))


def _power(x: Array, doublings: int) -> Array:
    """x ** (2 ** doublings)."""
    for _ in range(doublings):
        x = x * x
    return x
