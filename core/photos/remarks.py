"""What an operator should know of how a photo is read: what the file holds that does not come through as it is.

deep: more than 8 bits a channel, or float; brought to 256 steps by its full scale (core/photos/tones.py).
pages: several pages or frames; only the first is read. A camera's JPEG with a preview behind it is none of these.
print: colours of print (CMYK), which a screen shows only nearly.
"""

import io
from typing import Literal, get_args

from PIL import Image

from core.photos.formats import DECODERS

Remark = Literal["deep", "pages", "print"]
REMARKS: tuple[Remark, ...] = get_args(Remark)

_BITS_OF_TIFF = 258


def remarks_of(data: bytes) -> tuple[Remark, ...]:
    """Of a file's content, from its head alone; nothing where it cannot be read."""
    try:
        with Image.open(io.BytesIO(data), formats=DECODERS) as image:
            found = {"deep": _is_deep(image), "pages": _has_pages(image), "print": image.mode == "CMYK"}
    except Exception:  # noqa: BLE001 - what is broken beside the picture does not spoil it
        return ()
    return tuple(remark for remark in REMARKS if found[remark])


def _is_deep(image: Image.Image) -> bool:
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return True
    # Colours of 16 bits are RGB to Pillow, which says so only in what it is about to decode.
    about_to_decode = "".join(str(tile[3]) for tile in getattr(image, "tile", ()))
    bits = getattr(image, "tag_v2", {}).get(_BITS_OF_TIFF, ()) if image.format == "TIFF" else ()
    return ";16" in about_to_decode or max(bits, default=0) > 8


def _has_pages(image: Image.Image) -> bool:
    return image.format not in ("JPEG", "MPO") and getattr(image, "n_frames", 1) > 1
