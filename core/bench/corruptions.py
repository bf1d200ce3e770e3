"""What happens to photos when a line changes: seeded corruptions at five strengths (evaluation.md).

They are applied to the picture at the size at which it is judged, so that a strength means the same for any camera.
Randomness comes from (seed, photo, kind) alone: a stronger corruption is the same one, more of it.
"""

import io
import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

STRENGTHS = (1, 2, 3, 4, 5)
# Index by strength − 1. Blur's radius is a share of the picture's shorter side, noise's deviation of the full range.
_STOPS = (0.3, 0.6, 0.9, 1.3, 1.7)
_RADIUS = (0.006, 0.01, 0.016, 0.024, 0.035)
_NOISE = (0.03, 0.06, 0.1, 0.15, 0.22)
_QUALITY = (40, 25, 15, 9, 5)
_CAMERA = (0.08, 0.16, 0.25, 0.35, 0.5)

Picture = Image.Image


def corrupt(image: Picture, kind: str, strength: int, seed: int, identity: str) -> Picture:
    """An RGB picture corrupted; `identity` names the photo, so that each is corrupted in its own way."""
    return CORRUPTIONS[kind](image, strength - 1, random.Random(f"{seed}/{identity}/{kind}"))


def _lighting(image: Picture, level: int, rng: random.Random) -> Picture:
    """Darker or brighter as by so many stops of exposure, with a slope of light across the picture."""
    stops = _STOPS[level] * rng.choice((-1, 1))
    slope = np.linspace(-0.5, 0.5, image.width) * _STOPS[level] * rng.choice((-1, 1))
    return _picture(_values(image) * (2 ** (stops + slope))[None, :, None])


def _blur(image: Picture, level: int, rng: random.Random) -> Picture:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(_RADIUS[level] * min(image.size)))


def _noise(image: Picture, level: int, rng: random.Random) -> Picture:
    """A sensor's noise, the same grain at every strength."""
    grain = np.random.default_rng(rng.getrandbits(64)).standard_normal((image.height, image.width, 3))
    return _picture(_values(image) + 255 * _NOISE[level] * grain)


def _jpeg(image: Picture, level: int, rng: random.Random) -> Picture:
    """Saved by a camera or a network that spares bytes."""
    content = io.BytesIO()
    image.save(content, "JPEG", quality=_QUALITY[level])
    return Image.open(content).convert("RGB")


def _camera(image: Picture, level: int, rng: random.Random) -> Picture:
    """Another camera: white balance, contrast, fewer pixels and another tilt, each as its own draw says."""
    amount = _CAMERA[level]
    gains = np.array([1 + amount * rng.uniform(-1, 1) for _ in range(3)])
    contrast, colour, angle = (
        1 + amount * rng.uniform(-1, 1),
        1 + amount * rng.uniform(-1, 1),
        rng.uniform(-1, 1),
    )
    shown = ImageEnhance.Color(
        ImageEnhance.Contrast(_picture(_values(image) * gains)).enhance(contrast)
    ).enhance(colour)
    fewer = (max(1, round(side * (1 - amount))) for side in image.size)
    coarse = shown.resize((next(fewer), next(fewer)), Image.Resampling.BILINEAR)
    turned = coarse.resize(image.size, Image.Resampling.BILINEAR)
    return turned.rotate(20 * amount * angle, Image.Resampling.BILINEAR, fillcolor=_mean_colour(turned))


def _mean_colour(image: Picture) -> tuple[int, ...]:
    return tuple(int(value) for value in _values(image).mean(axis=(0, 1)))


def _values(image: Picture) -> NDArray[np.float64]:
    return np.asarray(image, dtype=np.float64)


def _picture(values: NDArray[np.float64]) -> Picture:
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


CORRUPTIONS: dict[str, Callable[[Picture, int, random.Random], Picture]] = {
    "lighting": _lighting,
    "blur": _blur,
    "noise": _noise,
    "jpeg": _jpeg,
    "camera": _camera,
}
