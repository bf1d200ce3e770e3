"""From any pixel layout to 8-bit RGB: deep grey levels, print colours, palettes, transparency.

Deep grey levels (16 or 32 bits, float) are divided by their full scale, never stretched to their own
darkest and brightest pixel: two photos taken under the same light stay equally bright. Cameras store
10, 12 or 14 bits in 16, so the full scale is the smallest of these that holds the brightest pixel.
"""

import numpy as np
from PIL import Image

_FULL_SCALES = tuple(float(2**bits - 1) for bits in (8, 10, 12, 14, 16, 24, 32))
_DEEP_MODES = ("I", "F")


def to_rgb(image: Image.Image) -> Image.Image:
    """The same picture as 8-bit RGB; transparent parts show white."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode in _DEEP_MODES or image.mode.startswith("I;"):
        return _deep_to_rgb(image)
    if image.has_transparency_data:
        return _over_white(image)
    return image.convert("RGB")


def deep_to_8_bit(levels: np.ndarray) -> np.ndarray:
    """Grey levels of any number type (H, W) as uint8 (H, W).

    Floats within 0-1 are taken as fractions. Negative or over-long ranges have no known full scale and are
    stretched from their minimum to their maximum. What is not a number becomes black.
    """
    values = np.nan_to_num(levels.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > _FULL_SCALES[-1]:
        values, high = values - low, high - low
        scale = high or 1.0
    elif levels.dtype.kind == "f" and high <= 1.0:
        scale = 1.0
    else:
        scale = next(full for full in _FULL_SCALES if high <= full)
    return np.rint(values * (255.0 / scale)).astype(np.uint8)


def _deep_to_rgb(image: Image.Image) -> Image.Image:
    return Image.fromarray(deep_to_8_bit(np.asarray(image))).convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    background = Image.new("RGBA", layer.size, "white")
    background.alpha_composite(layer)
    return background.convert("RGB")
