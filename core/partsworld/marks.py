"""Defects: what each does to the shape, the height and the colour of a part.

`deform` bends the coordinates before the part is drawn; `add_marks` changes the finished relief and returns a
`Marks` layer: a colour that lies over the surface with a weight, and how much of the mirror shine is lost.
Marks are placed on the part (on its inside points), in part units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.partsworld.geometry import Array, Relief
from core.partsworld.surfaces import surface_of
from core.partsworld.textures import cut, fractal_noise
from core.partsworld.vocabulary import Finish


@dataclass(frozen=True)
class Marks:
    """A layer over the surface: colour (3,) or (S, S, 3), weight (S, S) in 0..1."""

    colour: Array
    weight: Array


def deform(u: Array, v: Array, defect: str, rng: np.random.Generator) -> tuple[Array, Array]:
    """Part coordinates of a bent part; unchanged for other defects."""
    if defect != "bend":
        return u, v
    amount = float(rng.uniform(0.38, 0.6)) * (1 if rng.random() < 0.5 else -1)
    if rng.random() < 0.5:  # a kink at one place
        knee = float(rng.uniform(-0.15, 0.3))
        bend = np.float32(amount * 1.1) * np.maximum(u - np.float32(knee), 0)
    else:  # an even bow
        bend = np.float32(amount) * (u * u - np.float32(0.3))
    return u, v + bend


def add_marks(
    relief: Relief, u: Array, v: Array, finish: Finish, defect: str, rng: np.random.Generator
) -> tuple[Relief, tuple[Marks, ...]]:
    """The relief with the defect's geometry, and the colour layers to lay over it."""
    draw = _MARKERS.get(defect)
    if draw is None:
        return relief, ()
    return draw(relief, u, v, finish, rng)


Marked = tuple[Relief, tuple[Marks, ...]]


def _scratch(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    groove = np.zeros_like(u)
    angle = float(rng.uniform(0, np.pi))
    for _ in range(int(rng.integers(2, 5))):
        cu, cv = _point_on(relief, u, v, rng)
        turn = angle + float(rng.normal(0, 0.25))
        along = (u - cu) * np.float32(np.cos(turn)) + (v - cv) * np.float32(np.sin(turn))
        across = (v - cv) * np.float32(np.cos(turn)) - (u - cu) * np.float32(np.sin(turn))
        across = across + np.float32(rng.uniform(-0.25, 0.25)) * along * along
        length, width = rng.uniform(0.3, 0.65), rng.uniform(0.016, 0.03)
        line = np.clip(1.4 - np.abs(across) / np.float32(width), 0, 1)
        groove = np.maximum(groove, line * np.clip((length - np.abs(along)) * 8, 0, 1))
    # A scratch is told by contrast: bright on dark and middling surfaces, dark on light ones.
    bright = 0.1 if _brightness(finish) > 0.45 else 0.85
    colour = np.full(3, bright, np.float32)
    return replace(relief, height=relief.height - 0.03 * groove), (Marks(colour, 0.8 * groove),)


def _dent(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    height, dark = relief.height, np.zeros_like(u)
    for _ in range(int(rng.integers(1, 4))):
        cu, cv = _point_on(relief, u, v, rng)
        radius = float(rng.uniform(0.13, 0.24))
        inside = np.clip(1 - ((u - cu) ** 2 + (v - cv) ** 2) / np.float32(radius * radius), 0, 1)
        height = height - np.float32(0.75 * radius) * inside
        dark = np.maximum(dark, inside)
    return replace(relief, height=height), (Marks(np.zeros(3, np.float32), 0.3 * dark),)


def _crack(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    cu, cv = _point_on(relief, u, v, rng)
    turn = float(rng.uniform(-np.pi, np.pi))
    line = np.zeros_like(u)
    for branch in range(3):
        lean = turn + (0 if branch == 0 else float(rng.choice([-1, 1]) * rng.uniform(0.5, 1.0)))
        along = (u - cu) * np.float32(np.cos(lean)) + (v - cv) * np.float32(np.sin(lean))
        across = (v - cv) * np.float32(np.cos(lean)) - (u - cu) * np.float32(np.sin(lean))
        jag = 0.05 * np.sin(along * float(rng.uniform(11, 17)) + float(rng.uniform(0, 6)))
        jag = jag + 0.03 * np.sin(along * float(rng.uniform(25, 40)))
        reach = 0.75 if branch == 0 else 0.4
        width = 0.034 * np.clip(1 - np.abs(along) / reach, 0, 1)
        start = -reach if branch == 0 else 0.0
        here = np.clip(1.3 - np.abs(across - jag) / np.maximum(width, 1e-3), 0, 1) * (along > start)
        line = np.maximum(line, here * (width > 0.004))
    return replace(relief, height=relief.height - 0.06 * line), (
        Marks(np.full(3, 0.008, np.float32), 0.95 * line),
    )


def _rust(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    side = u.shape[0]
    patch = cut(fractal_noise(31, 1.5), rng, side, 330 / side)
    fine = cut(fractal_noise(32, 0.9), rng, side, 330 / side)
    growth = patch + np.float32(0.3) * fine
    # The share of the part that is rusty is drawn, so that a patch always lies on the part.
    on_part = growth[::3, ::3][relief.sdf[::3, ::3] < 0]
    cover = np.float32(np.quantile(on_part, 1 - rng.uniform(0.3, 0.85)) if on_part.size else 0)
    weight = np.clip((growth - cover) * 1.8 + np.float32(0.1), 0, 0.93)
    tint = np.clip(0.5 + 0.28 * fine + 0.2 * patch, 0, 1)[..., None]
    dark, light = np.array((0.085, 0.025, 0.01), np.float32), np.array((0.42, 0.13, 0.03), np.float32)
    height = relief.height + 0.006 * fine * weight
    return replace(relief, height=height), (Marks(dark + (light - dark) * tint, weight),)


def _stain(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    side = u.shape[0]
    warp = 0.07 * cut(fractal_noise(33, 1.9), rng, side, 256 / side)
    weight = np.zeros_like(u)
    for _ in range(int(rng.integers(1, 4))):
        cu, cv = _point_on(relief, u, v, rng)
        radius = float(rng.uniform(0.16, 0.36))
        inside = np.float32(radius) - np.sqrt((u - cu) ** 2 + (v - cv) ** 2) + warp
        ring = np.clip(1 - np.abs(inside - 0.02) / 0.035, 0, 1)
        weight = np.maximum(weight, 0.72 * np.clip(inside * 14, 0, 1) + 0.2 * ring)
    dark = _brightness(finish) < 0.06
    colour = (0.3, 0.27, 0.2) if dark else [(0.045, 0.032, 0.015), (0.02, 0.02, 0.022)][int(rng.integers(2))]
    return relief, (Marks(np.array(colour, np.float32), weight),)


def _chip(relief: Relief, u: Array, v: Array, finish: Finish, rng: np.random.Generator) -> Marked:
    sdf, raw = relief.sdf, np.zeros_like(u)
    for _ in range(int(rng.integers(1, 3))):
        cu, cv = _point_on(relief, u, v, rng, edge=True)
        turn, radius = float(rng.uniform(0, 2)), float(rng.uniform(0.15, 0.25))
        du, dv = u - cu, v - cv
        bite = np.full_like(u, -9)
        for k in range(5):  # an irregular pentagon
            lean = turn + k * 2 * np.pi / 5 + float(rng.normal(0, 0.25))
            reach = radius * float(rng.uniform(0.6, 1.15))
            bite = np.maximum(
                bite, du * np.float32(np.cos(lean)) + dv * np.float32(np.sin(lean)) - np.float32(reach)
            )
        sdf = np.maximum(sdf, -bite)
        raw = np.maximum(raw, np.clip(1.6 - bite / 0.045, 0, 1))
    bright = 0.45 if finish.colour in (None, "black") or finish.material in ("painted", "anodised") else 0.3
    height = relief.height - 0.08 * raw
    return replace(relief, sdf=sdf, height=height), (Marks(np.full(3, bright, np.float32), 0.8 * raw),)


_MARKERS = {
    "scratch": _scratch,
    "dent": _dent,
    "crack": _crack,
    "rust": _rust,
    "stain": _stain,
    "chip": _chip,
}


def _point_on(
    relief: Relief, u: Array, v: Array, rng: np.random.Generator, edge: bool = False
) -> tuple[np.float32, np.float32]:
    """A random point of the part: well inside it, or at its edge."""
    flat = np.abs(relief.sdf.ravel()) if edge else relief.sdf.ravel()
    picks = rng.integers(flat.size, size=96)
    near = np.hypot(u.ravel()[picks], v.ravel()[picks]) < 0.9
    score = flat[picks] + np.where(near, 0, 1)
    if edge:
        best = picks[int(np.argmin(score))]
    else:  # any of the points that lie deep enough, not always the deepest
        deep = picks[score < max(-0.04, float(score.min()) * 0.5)]
        best = deep[0] if deep.size else picks[int(np.argmin(score))]
    return u.ravel()[best], v.ravel()[best]


def _brightness(finish: Finish) -> float:
    return float(np.mean(surface_of(finish).colour))
