"""Signed distances and reliefs: the shapes that parts are built of.

A part is a relief seen from above: a signed distance `sdf` (negative inside, part units, the part lies within
about radius 1), and a `height` over the table. Normals, and so shading, come from the height; the silhouette
comes from the distance. All functions are elementwise on float32 arrays of one shape (S, S).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Relief:
    """A part before it has a material.

    sdf: (S, S) signed distance to the silhouette. height: (S, S) in part units. tone: (S, S) or None, a factor
    on the reflected light (cavities, seams). bare: (S, S) or None, 0-1, where bare metal shows whatever the
    finish (pins of a connector, balls of a bearing).
    """

    sdf: Array
    height: Array
    tone: Array | None = None
    bare: Array | None = None


def circle(u: Array, v: Array, radius: float) -> Array:
    """Distance to a disc about the origin."""
    return np.sqrt(u * u + v * v) - np.float32(radius)


def box(u: Array, v: Array, half_width: float, half_height: float, corner: float = 0.0) -> Array:
    """Distance to a box about the origin with rounded corners."""
    du = np.abs(u) - np.float32(half_width - corner)
    dv = np.abs(v) - np.float32(half_height - corner)
    outside = np.sqrt(np.maximum(du, 0) ** 2 + np.maximum(dv, 0) ** 2)
    return np.asarray(outside + np.minimum(np.maximum(du, dv), 0) - np.float32(corner))


def hexagon(u: Array, v: Array, radius: float) -> Array:
    """Distance to a regular hexagon of that inner radius (bound: exact inside, short at outer corners)."""
    half, root = np.float32(0.5), np.float32(3**0.5 / 2)
    across = np.maximum(np.abs(u * root + v * half), np.abs(u * root - v * half))
    return np.maximum(across, np.abs(v)) - np.float32(radius)


def segment(u: Array, v: Array, start: tuple[float, float], end: tuple[float, float], radius: float) -> Array:
    """Distance to a thick line with round ends."""
    along_u, along_v = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    pu, pv = u - np.float32(start[0]), v - np.float32(start[1])
    share = (pu * along_u + pv * along_v) / np.float32(along_u**2 + along_v**2 + 1e-9)
    share = np.clip(share, 0, 1)
    return np.sqrt((pu - share * along_u) ** 2 + (pv - share * along_v) ** 2) - np.float32(radius)


def arc(u: Array, v: Array, radius: float, half_angle: float, width: float) -> Array:
    """Distance to a thick arc about the origin, open towards -u: |angle from +u| <= half_angle."""
    rho = np.sqrt(u * u + v * v)
    inside = np.abs(np.arctan2(v, u)) <= half_angle
    end_u, end_v = radius * np.cos(half_angle), radius * np.sin(half_angle)
    to_end = np.sqrt((u - np.float32(end_u)) ** 2 + (np.abs(v) - np.float32(end_v)) ** 2)
    return np.where(inside, np.abs(rho - np.float32(radius)), to_end) - np.float32(width)


def subtract(shape: Array, *holes: Array) -> Array:
    """The shape without the holes."""
    for hole in holes:
        shape = np.maximum(shape, -hole)
    return shape


def bevel(sdf: Array, width: float, height: float) -> Array:
    """Height of a flat body whose edge is rounded over `width`."""
    depth = np.clip(-sdf / np.float32(width), 0, 1)
    return np.asarray(np.float32(height) * np.sqrt(depth * (2 - depth)))


def round_bar(distance_from_axis: Array, radius: float) -> Array:
    """Height of a bar of round section lying down."""
    return np.sqrt(np.maximum(np.float32(radius * radius) - distance_from_axis * distance_from_axis, 0))


def wave(phase: Array) -> Array:
    """Triangle wave of period 1 and range -1..1: the flanks of a thread."""
    return np.asarray(4 * np.abs(phase - np.floor(phase + np.float32(0.5))) - 1)


def step(x: Array, edge: float, softness: float = 0.02) -> Array:
    """0 below the edge, 1 above, linear over `softness`."""
    return np.asarray(np.clip((x - np.float32(edge)) / np.float32(softness) + np.float32(0.5), 0, 1))
