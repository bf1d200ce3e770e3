"""Scene → photo: draw the relief, mark it, shade it, lay it on its background with a shadow, take the picture.

numpy and Pillow only. `render(scene, size)` gives a uint8 picture (size, size, 3) and is a function of its
arguments alone. Work is done at `SUPERSAMPLE` times the size in linear light, then averaged down.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.partsworld import parts_flat, parts_long
from core.partsworld.geometry import Array, Relief
from core.partsworld.marks import Marks, add_marks, deform
from core.partsworld.scene import Camera, Lighting, Pose, Scene
from core.partsworld.surfaces import Surface, normals, shade, surface_of
from core.partsworld.textures import background, cut, fractal_noise
from core.partsworld.vocabulary import Finish

SUPERSAMPLE = 1.25
_BARE_METAL = surface_of(Finish("steel"))

_PLAIN_PARTS: dict[str, Callable[[Array, Array, tuple[float, ...]], Relief]] = {
    "bolt": parts_long.bolt, "screw": parts_long.screw, "pin": parts_long.pin, "tube": parts_long.tube,
    "spring": parts_long.spring, "clip": parts_long.clip, "hook": parts_long.hook, "chain": parts_long.chain,
    "valve": parts_long.valve, "connector": parts_long.connector, "nut": parts_flat.nut,
    "washer": parts_flat.washer, "o-ring": parts_flat.o_ring, "gear": parts_flat.gear,
    "bearing": parts_flat.bearing, "cap": parts_flat.cap, "pulley": parts_flat.pulley,
}  # fmt: skip
_HOLED_PARTS: dict[str, Callable[[Array, Array, tuple[float, ...], bool], Relief]] = {
    "flange": parts_flat.flange, "plate": parts_flat.plate, "bracket": parts_flat.bracket,
    "hinge": parts_flat.hinge,
}  # fmt: skip


def render(scene: Scene, size: int, supersample: float = SUPERSAMPLE) -> NDArray[np.uint8]:
    """The photo of a scene: (size, size, 3) uint8 RGB."""
    side = round(size * supersample)
    rng = np.random.default_rng(scene.detail_seed)
    pixels_per_unit = side / 2
    relief, marks = _relief_of(scene, side, rng)
    picture = background(scene.background, rng, side)
    alpha = np.clip(0.5 - relief.sdf * np.float32(scene.pose.scale * pixels_per_unit), 0, 1)
    picture = picture * (np.float32(0.75 * scene.lighting.strength + 0.25) - _shadow(alpha, scene))[..., None]
    part = _part_light(relief, marks, scene, rng)
    picture = picture + (part - picture) * alpha[..., None]
    return _take(picture, scene.lighting, scene.camera, size, rng)


def _relief_of(scene: Scene, side: int, rng: np.random.Generator) -> tuple[Relief, tuple[Marks, ...]]:
    u, v = _part_coordinates(scene.pose, side)
    composition = scene.composition
    bent_u, bent_v = deform(u, v, composition.defect, rng)
    if composition.part in _HOLED_PARTS:
        missing = composition.defect == "missing hole"
        relief = _HOLED_PARTS[composition.part](bent_u, bent_v, scene.variation, missing)
    else:
        relief = _PLAIN_PARTS[composition.part](bent_u, bent_v, scene.variation)
    return add_marks(relief, u, v, composition.finish, composition.defect, rng)


def _part_coordinates(pose: Pose, side: int) -> tuple[Array, Array]:
    line = ((np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side) * 2) - 1
    x, y = line[None, :] - np.float32(pose.x), line[:, None] - np.float32(pose.y)
    c, s = float(np.cos(pose.squash_axis)), float(np.sin(pose.squash_axis))
    stretch = 1 / pose.squash - 1
    # The slant (a stretch along squash_axis), the turn and the scale are one 2 x 2 matrix.
    slant = np.array([[1 + stretch * c * c, stretch * c * s], [stretch * c * s, 1 + stretch * s * s]])
    ca, sa = np.cos(pose.angle), np.sin(pose.angle)
    matrix = (np.array([[ca, sa], [-sa, ca]]) @ slant / pose.scale).astype(np.float32)
    return matrix[0, 0] * x + matrix[0, 1] * y, matrix[1, 0] * x + matrix[1, 1] * y


def _part_light(relief: Relief, marks: tuple[Marks, ...], scene: Scene, rng: np.random.Generator) -> Array:
    side = relief.sdf.shape[0]
    surface = surface_of(scene.composition.finish)
    grain = cut(_grain_of(surface, rng), rng, side, 200 / side)
    normal = normals(relief.height * np.float32(scene.pose.scale), side / 2)
    light = shade(normal, scene.lighting, surface, grain)
    if relief.bare is not None:
        bare = shade(normal, scene.lighting, _BARE_METAL, grain)
        light = light + (bare - light) * relief.bare[..., None]
    if relief.tone is not None:
        light = light * relief.tone[..., None]
    for mark in marks:
        diffuse = np.float32(scene.lighting.ambient + 0.7 * scene.lighting.strength) * normal[2][..., None]
        light = light + (mark.colour * diffuse - light) * mark.weight[..., None]
    return light


def _grain_of(surface: Surface, rng: np.random.Generator) -> Array:
    if surface.mirror > 0.5:  # turned or brushed metal: fine lines
        return fractal_noise(41, 0.7, stretch=20)
    return fractal_noise(42, 0.5)


def _shadow(alpha: Array, scene: Scene) -> Array:
    """(S, S) light the part takes from its background: a soft cast shadow away from the light, and contact."""
    side = alpha.shape[0]
    small = 64
    mask = Image.fromarray((alpha * 255).astype(np.uint8)).resize((small, small), Image.Resampling.BILINEAR)
    reach = 0.05 + 0.08 * (1.2 - scene.lighting.elevation)
    dx, dy = (
        -np.cos(scene.lighting.azimuth) * reach * small / 2,
        -np.sin(scene.lighting.azimuth) * reach * small / 2,
    )
    cast = mask.transform(
        (small, small), Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy), Image.Resampling.BILINEAR
    )
    soft = cast.filter(ImageFilter.BoxBlur(1.2)).filter(ImageFilter.BoxBlur(1.0))
    shadow = np.asarray(soft.resize((side, side), Image.Resampling.BILINEAR), np.float32) / 255
    return shadow * np.float32(0.5 * scene.lighting.strength + 0.08)


def _take(
    picture: Array, lighting: Lighting, camera: Camera, size: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    side = picture.shape[0]
    line = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = line[None, :], line[:, None]
    ax, ay = np.float32(np.cos(lighting.azimuth)), np.float32(np.sin(lighting.azimuth))
    fall = 1 + np.float32(lighting.falloff) * (x * ax + y * ay) * np.float32(0.7)
    fall = (fall - np.float32(camera.vignette) * 0.5 * (x * x + y * y)).astype(np.float32)
    tint = np.array((1 + lighting.warmth, 1, 1 - lighting.warmth), np.float32) * np.float32(camera.exposure)
    picture = np.maximum(picture * (fall[..., None] * tint), 0)
    # A film-like shoulder keeps highlights from clipping, then gamma 2.
    picture = np.sqrt(
        picture * (1 + np.float32(0.12) * picture) / (np.float32(0.76) + np.float32(0.91) * picture)
    )
    image = Image.fromarray(np.minimum(picture * 255, 255).astype(np.uint8))
    if side != size:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    if camera.blur * size > 0.15:
        image = image.filter(ImageFilter.GaussianBlur(camera.blur * size))
    noise = _sensor_noise(rng, size) * np.float32(camera.noise * 255)
    noise += np.asarray(image)
    image = Image.fromarray(np.clip(noise, 0, 255, out=noise).astype(np.uint8))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=camera.jpeg_quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def _sensor_noise(rng: np.random.Generator, size: int) -> Array:
    if size > _NOISE.shape[0]:
        return rng.standard_normal((size, size, 3), np.float32)
    top, left = (int(x) for x in rng.integers(_NOISE.shape[0] - size + 1, size=2))
    return _NOISE[top : top + size, left : left + size]


_NOISE: Array = np.random.default_rng(51).standard_normal((512, 512, 3), np.float32) * np.array(
    (1.0, 0.8, 1.2), np.float32
)
