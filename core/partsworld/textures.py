"""Tileable noise, and the surfaces that parts lie on.

Textures are made once per process (fixed seeds) and cut out at random for each picture, which costs an array
slice instead of a noise computation.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from core.partsworld.geometry import Array

TILE = 512


@cache
def fractal_noise(seed: int, beta: float = 1.6, stretch: float = 1.0) -> Array:
    """(TILE, TILE) tileable noise with spectrum 1/f^beta, standardised; `stretch` > 1 draws it out along x."""
    rng = np.random.default_rng(seed)
    fy, fx = np.meshgrid(np.fft.fftfreq(TILE), np.fft.fftfreq(TILE), indexing="ij")
    frequency = np.sqrt((fx * stretch) ** 2 + fy**2)
    frequency[0, 0] = 1.0
    spectrum = np.exp(2j * np.pi * rng.random((TILE, TILE))) * frequency ** (-beta)
    spectrum[0, 0] = 0
    noise = np.fft.ifft2(spectrum).real
    return np.asarray((noise / noise.std()).astype(np.float32))


def cut(texture: Array, rng: np.random.Generator, side: int, zoom: float = 1.0) -> Array:
    """A (side, side[, C]) piece at a random place, mirrored at random; `zoom` is texture pixels per pixel."""
    index = (np.arange(side) * zoom).astype(np.int64)
    rows = (index + int(rng.integers(TILE))) % TILE
    columns = (index + int(rng.integers(TILE))) % TILE
    if rng.random() < 0.5:
        columns = columns[::-1]
    return texture.take(rows, axis=0).take(columns, axis=1)


@cache
def _background_tiles(name: str) -> tuple[Array, ...]:
    """(TILE, TILE, 3) linear-light pictures of that surface; 256 texture pixels span one picture."""
    return tuple(_PAINTERS[name](np.random.default_rng([n, len(name)])) for n in range(3))


def background(name: str, rng: np.random.Generator, side: int) -> Array:
    """(side, side, 3) linear light: a piece of that surface, turned by a few degrees at most or a right angle."""
    tiles = _background_tiles(name)
    tile = tiles[int(rng.integers(len(tiles)))]
    zoom = 256 / side * float(rng.uniform(0.75, 1.3))
    piece = cut(tile, rng, side, zoom)
    if name in ("cloth", "concrete", "paper", "table", "board", "tray") and rng.random() < 0.5:
        piece = piece.transpose(1, 0, 2)
    return piece * np.float32(rng.uniform(0.8, 1.15))


def _tinted(value: Array, colour: tuple[float, float, float]) -> Array:
    return np.asarray((np.clip(value, 0.0, 1.5)[..., None] * np.array(colour)).astype(np.float32))


def _axes() -> tuple[Array, Array]:
    line = np.arange(TILE, dtype=np.float32)
    return line[None, :] * np.ones((TILE, 1), np.float32), line[:, None] * np.ones((1, TILE), np.float32)


def _conveyor(rng: np.random.Generator) -> Array:
    _, y = _axes()
    pitch = float(rng.choice([32, 64]))
    rib = np.abs(y % pitch - pitch / 2) < 3
    value = 0.075 + 0.012 * fractal_noise(1, 0.8) + 0.012 * fractal_noise(2, 1.8) + 0.05 * rib
    value = value - 0.03 * np.roll(rib, 5, axis=0)
    return _tinted(value, [(1.0, 1.0, 1.05), (0.75, 1.05, 0.9), (0.95, 1.0, 1.15)][int(rng.integers(3))])


def _tray(rng: np.random.Generator) -> Array:
    x, y = _axes()
    fx, fy = np.minimum(x % 256, 256 - x % 256), np.minimum(y % 256, 256 - y % 256)
    wall = np.clip(1 - np.minimum(fx, fy) / 9, 0, 1)
    value = 0.3 + 0.012 * fractal_noise(3, 1.8) + 0.01 * fractal_noise(4, 0.4)
    value = value + 0.2 * wall - 0.13 * np.roll(wall, (7, 7), (0, 1)) * (wall < 0.1)
    return _tinted(value, [(0.85, 0.9, 1.0), (0.45, 0.62, 0.95), (0.95, 0.9, 0.6)][int(rng.integers(3))])


def _cloth(rng: np.random.Generator) -> Array:
    x, y = _axes()
    weave = np.sin(x * np.pi / 2) * np.sin(y * np.pi / 2) + 0.35 * np.sin((x + y) * np.pi / 4)
    value = 0.42 + 0.05 * weave + 0.06 * fractal_noise(5, 2.2) + 0.02 * fractal_noise(6, 0.7)
    return _tinted(value, [(0.95, 0.95, 0.9), (0.35, 0.5, 0.85), (0.85, 0.45, 0.35)][int(rng.integers(3))])


def _board(rng: np.random.Generator) -> Array:
    _, y = _axes()
    grain = fractal_noise(7, 1.5, stretch=14)
    rings = np.sin(y / 9 + 1.8 * fractal_noise(8, 2.2, stretch=6))
    plank = np.abs(y % 128 - 64) < 1.2
    value = 0.42 + 0.05 * grain + 0.04 * rings - 0.25 * plank
    return _tinted(value, [(1.0, 0.68, 0.4), (0.75, 0.5, 0.3), (1.15, 0.9, 0.65)][int(rng.integers(3))])


def _mat(rng: np.random.Generator) -> Array:
    x, y = _axes()
    thin = (x % 32 < 1.5) | (y % 32 < 1.5)
    thick = (x % 128 < 2.6) | (y % 128 < 2.6)
    value = 0.2 + 0.012 * fractal_noise(9, 0.5) + 0.02 * fractal_noise(10, 1.9)
    base = _tinted(value, [(0.25, 0.85, 0.55), (0.3, 0.5, 0.95), (0.5, 0.5, 0.55)][int(rng.integers(3))])
    lines = (0.3 * thin + 0.5 * thick)[..., None] * np.array((0.75, 0.8, 0.6), np.float32)
    return (base + 0.5 * lines.astype(np.float32)).astype(np.float32)


def _concrete(rng: np.random.Generator) -> Array:
    value = 0.33 + 0.045 * fractal_noise(11, 1.5) + 0.03 * fractal_noise(12, 0.5)
    pores = fractal_noise(13, 0.9) > 2.3
    value = value - 0.14 * pores
    return _tinted(value, [(1.0, 0.98, 0.93), (0.75, 0.77, 0.78), (1.15, 1.1, 1.0)][int(rng.integers(3))])


def _paper(rng: np.random.Generator) -> Array:
    value = 0.78 + 0.02 * fractal_noise(14, 1.9) + 0.012 * fractal_noise(15, 0.3)
    return _tinted(value, [(1.0, 1.0, 1.0), (1.0, 0.97, 0.88), (0.92, 0.97, 1.0)][int(rng.integers(3))])


def _table(rng: np.random.Generator) -> Array:
    brushed = fractal_noise(16, 0.9, stretch=30)
    marks = fractal_noise(17, 1.1, stretch=90) > 2.6
    value = 0.38 + 0.035 * brushed + 0.07 * fractal_noise(18, 2.3) + 0.12 * marks
    return _tinted(value, [(0.95, 0.98, 1.0), (0.8, 0.83, 0.85), (1.05, 1.05, 1.0)][int(rng.integers(3))])


_PAINTERS = {
    "conveyor": _conveyor, "tray": _tray, "cloth": _cloth, "board": _board, "mat": _mat, "concrete": _concrete,
    "paper": _paper, "table": _table,
}  # fmt: skip
