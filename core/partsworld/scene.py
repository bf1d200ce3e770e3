"""One photo before it is taken: what lies where, under which light, before which camera.

A `Scene` holds every random choice, so a scene renders to the same bits each time; `draw_scene` makes those
choices from a numpy generator. Angles in radians, lengths as a share of half the picture's side.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.partsworld.vocabulary import BACKGROUNDS, Composition


@dataclass(frozen=True)
class Pose:
    """Where the part lies. `squash` < 1 is a part seen at a slant, `squash_axis` says along which direction."""

    angle: float = 0.0
    scale: float = 0.7
    x: float = 0.0
    y: float = 0.0
    squash: float = 1.0
    squash_axis: float = 0.0


@dataclass(frozen=True)
class Lighting:
    """A main light (azimuth, elevation, strength), ambient light, and how the light falls off over the picture."""

    azimuth: float = -2.2
    elevation: float = 0.9
    strength: float = 1.0
    ambient: float = 0.45
    falloff: float = 0.2
    warmth: float = 0.0


@dataclass(frozen=True)
class Camera:
    """What the camera does to the picture: blur (share of the side), noise, vignette, exposure, JPEG quality."""

    blur: float = 0.0
    noise: float = 0.01
    vignette: float = 0.1
    exposure: float = 1.0
    jpeg_quality: int = 90


@dataclass(frozen=True)
class Scene:
    """A photo to be: composition, background and all random choices. `detail_seed` draws marks and textures."""

    composition: Composition
    background: str
    pose: Pose = field(default_factory=Pose)
    lighting: Lighting = field(default_factory=Lighting)
    camera: Camera = field(default_factory=Camera)
    variation: tuple[float, float, float, float] = (0.5, 0.5, 0.5, 0.5)
    detail_seed: int = 0


def draw_scene(rng: np.random.Generator, composition: Composition, background: str | None = None) -> Scene:
    """Draw the rest of a photo of that composition."""
    return Scene(
        composition=composition,
        background=background or str(rng.choice(BACKGROUNDS)),
        pose=_draw_pose(rng),
        lighting=_draw_lighting(rng),
        camera=_draw_camera(rng),
        variation=tuple(float(x) for x in rng.random(4)),  # type: ignore[arg-type]
        detail_seed=int(rng.integers(2**31)),
    )


def _draw_pose(rng: np.random.Generator) -> Pose:
    scale = float(rng.uniform(0.6, 0.88))
    room = 0.95 - scale
    return Pose(
        angle=float(rng.uniform(-np.pi, np.pi)),
        scale=scale,
        x=float(rng.uniform(-room, room)),
        y=float(rng.uniform(-room, room)),
        squash=float(rng.uniform(0.78, 1.0)),
        squash_axis=float(rng.uniform(0, np.pi)),
    )


def _draw_lighting(rng: np.random.Generator) -> Lighting:
    return Lighting(
        azimuth=float(rng.uniform(-np.pi, np.pi)),
        elevation=float(rng.uniform(0.55, 1.15)),
        strength=float(rng.uniform(0.75, 1.2)),
        ambient=float(rng.uniform(0.35, 0.6)),
        falloff=float(rng.uniform(0.0, 0.35)),
        warmth=float(rng.normal(0, 0.045)),
    )


def _draw_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        blur=float(max(0.0, rng.normal(0.001, 0.003))),
        noise=float(rng.uniform(0.003, 0.028)),
        vignette=float(rng.uniform(0.0, 0.3)),
        exposure=float(np.clip(rng.normal(1.0, 0.11), 0.7, 1.3)),
        jpeg_quality=int(rng.integers(55, 96)),
    )
