"""What a photo looks like in a thousand bytes, and when it was taken: by these, photos that are alike are found.

A look is the photo's brightness at 32 × 32 and its colour at 8 × 8, so it costs next to nothing where the photo was
decoded anyway. Saved anew, made smaller or brighter, a photo keeps its look but for a few grey levels; another part,
or the same part with a scratch that covers a cell, differs by more.
"""

import io
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.photos.formats import DECODERS

LOOK_EDGE = 32
COLOUR_EDGE = 8
LOOK_CELLS = LOOK_EDGE * LOOK_EDGE
LOOK_BYTES = LOOK_CELLS + 2 * COLOUR_EDGE * COLOUR_EDGE

Looks = NDArray[np.uint8]
_EXIF_BLOCK, _TAKEN, _PARTS_OF_A_SECOND = 0x8769, 0x9003, 0x9291
_START = datetime(1970, 1, 1)


def look_of(image: Image.Image) -> bytes:
    """The look of a decoded photo (RGB, upright), `LOOK_BYTES` long: brightness, then both colour differences."""
    # Bilinear with the support that shrinking asks for: the same whatever size the photo was decoded at.
    small = image.resize((LOOK_EDGE, LOOK_EDGE), Image.Resampling.BILINEAR, reducing_gap=4.0)
    brightness, blue, red = small.convert("YCbCr").split()
    colours = (plane.reduce(LOOK_EDGE // COLOUR_EDGE).tobytes() for plane in (blue, red))
    return b"".join((brightness.tobytes(), *colours))


def looks_array(looks: list[bytes]) -> Looks:
    """Looks as `(N, LOOK_BYTES)`."""
    return np.frombuffer(b"".join(looks), dtype=np.uint8).reshape(-1, LOOK_BYTES)


def taken_at(data: bytes) -> float | None:
    """When the camera says that it took the photo: seconds on the camera's own clock; None where it does not say."""
    try:
        with Image.open(io.BytesIO(data), formats=DECODERS) as image:
            said = image.getexif().get_ifd(_EXIF_BLOCK)
        moment = datetime.strptime(str(said[_TAKEN]).strip("\0 "), "%Y:%m:%d %H:%M:%S")
        part = str(said.get(_PARTS_OF_A_SECOND, "")).strip("\0 ")
        return (moment - _START) / timedelta(seconds=1) + (float(f"0.{part}") if part.isdecimal() else 0.0)
    except Exception:  # noqa: BLE001 - a photo whose EXIF block is absent or broken has no such time
        return None
