"""Opening a photo exactly as the program does: upright, 8-bit RGB, whatever the file holds."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from hikidashi_onsite.refusal import Refusal

SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".tif",
    ".tiff",
    ".bmp",
    ".dib",
    ".webp",
    ".gif",
    ".mpo",
    ".avif",
)
_DECODERS = (
    "JPEG",
    "PNG",
    "TIFF",
    "BMP",
    "DIB",
    "WEBP",
    "GIF",
    *(["AVIF"] if features.check("avif") else []),
)
_MAX_PIXELS = 2 * 89_478_485
_MAX_BYTES = 1 << 30
_MAX_ASPECT = 1000  # a longer strip would take all memory once its short side is brought to size
_ORIENTATION = 0x0112
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FULL_SCALES = tuple(float(2**bits - 1) for bits in (8, 10, 12, 14, 16, 24, 32))

warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is the refusal


def open_photo(path: Path, side: int) -> NDArray[np.uint8]:
    """A photo as `(H, W, 3)`; a JPEG may come smaller, but never with a side below twice `side` that was above it.

    Raises:
        Refusal: `bad_photo`.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Refusal("bad_photo", name=path.name, reason="too large")
        with Image.open(io.BytesIO(path.read_bytes()), formats=_DECODERS) as image:
            return np.asarray(_decoded(image, path, side))
    except Refusal:
        raise
    except Exception as error:  # Decoders meet hostile bytes, and fail in every way there is.
        raise Refusal("bad_photo", name=path.name, reason=str(error) or type(error).__name__) from error


def _decoded(image: Image.Image, path: Path, side: int) -> Image.Image:
    if image.width * image.height > _MAX_PIXELS or max(image.size) > _MAX_ASPECT * min(image.size):
        raise Refusal("bad_photo", name=path.name, reason=f"{image.width} × {image.height}")
    if image.format in ("JPEG", "MPO"):
        image.draft(image.mode, (2 * side, 2 * side))
    image.load()
    return _rgb(_upright(image))


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - a photo whose EXIF block is broken is still a photo
        return image
    method = _TRANSPOSE.get(orientation) if isinstance(orientation, int) else None
    return image if method is None else image.transpose(method)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return Image.fromarray(_to_8_bit(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        return white.convert("RGB")
    return image.convert("RGB")


def _to_8_bit(levels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Deep grey levels by their full scale: the smallest of a camera's that holds the brightest pixel."""
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
