"""The one loader: grid, training, judging and on-site use all see exactly the picture that it gives."""

import io
import os
import stat
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from core.photos.formats import DECODERS, missing_decoder
from core.photos.long_paths import reachable
from core.photos.tones import to_rgb
from core.problems import Problem

MAX_PIXELS = 2 * 89_478_485  # where Pillow itself refuses; 180 megapixels
MAX_BYTES = 1 << 30
MAX_ASPECT = 1000  # brought to input size by its short side, a longer strip would take all memory
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
_LYING = frozenset((5, 6, 7, 8))

# Between its warning and its refusal Pillow prints; our own limit is the refusal.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)


def open_photo(path: Path | str, *, at_least: int | None = None) -> Image.Image:
    """A photo as RGB, upright, whatever the file holds.

    With `at_least` (pixels) a JPEG may come out smaller, but never with a side below 2 × `at_least` that
    was above it: enough for scaling to `at_least`, at a fraction of the cost.

    Raises:
        Problem: `photos.*`: missing, unreadable, empty, not a picture, truncated, damaged, too large,
            too narrow.
    """
    path = Path(path)
    return decode_photo(read_photo(path), path, at_least=at_least)


def photo_size(path: Path) -> tuple[int, int]:
    """Width and height of a photo as it stands upright, from its head alone.

    Raises:
        Problem: as `open_photo`, where the head tells.
    """
    try:
        with Image.open(reachable(path), formats=DECODERS) as image:
            width, height = image.size
            # A TIFF's size is said as it stands once loaded, upright.
            lies = image.format != "TIFF" and _orientation(image) in _LYING
            return (height, width) if lies else (width, height)
    except FileNotFoundError as error:
        raise Problem("photos.missing", name=path.name, path=path) from error
    except UnidentifiedImageError as error:
        raise Problem("photos.not_a_picture", name=path.name, path=path) from error
    # As in `decode_photo`: whatever a decoder raises means that this one file is damaged.
    except Exception as error:
        raise Problem("photos.damaged", name=path.name, path=path, reason=_reason(error)) from error


def read_photo(path: Path) -> bytes:
    """The file's content, whole.

    Raises:
        Problem: the file is gone, may not be read, is empty, or too large to be a photo.
    """
    try:
        facts = os.stat(reachable(path))
        if not stat.S_ISREG(facts.st_mode):
            raise Problem("photos.not_a_picture", name=path.name, path=path)
        if facts.st_size == 0:
            raise Problem("photos.empty", name=path.name, path=path)
        if facts.st_size > MAX_BYTES:
            raise _too_large(path, f"{facts.st_size / 2**30:.1f} GB")
        with open(reachable(path), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Problem("photos.missing", name=path.name, path=path) from error
    except (OSError, ValueError) as error:
        raise Problem("photos.unreadable", name=path.name, path=path, reason=_reason(error)) from error


def decode_photo(data: bytes, path: Path, *, at_least: int | None = None) -> Image.Image:
    """Like `open_photo`, from the file's content; `path` only names it in a Problem."""
    if not data:
        raise Problem("photos.empty", name=path.name, path=path)
    wanted = missing_decoder(path.name, data)
    if wanted:
        raise Problem("photos.format_missing", name=path.name, path=path, format=wanted)
    try:
        with Image.open(io.BytesIO(data), formats=DECODERS) as image:
            return _decode(image, path, at_least)
    except Problem:
        raise
    except UnidentifiedImageError as error:
        raise Problem("photos.not_a_picture", name=path.name, path=path) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _too_large(path, _reason(error)) from error
    # Decoders meet hostile bytes: whatever they raise means that this one file is damaged.
    except Exception as error:
        code = "photos.truncated" if "truncated" in str(error).lower() else "photos.damaged"
        raise Problem(code, name=path.name, path=path, reason=_reason(error)) from error


def _decode(image: Image.Image, path: Path, at_least: int | None) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f"{image.width} × {image.height}")
    if max(image.size) > MAX_ASPECT * min(image.size):
        size = f"{image.width} × {image.height}"
        raise Problem("photos.too_narrow", name=path.name, path=path, size=size)
    # Only JPEG: elsewhere a draft may be an embedded preview, not this photo.
    if at_least is not None and image.format in ("JPEG", "MPO"):
        image.draft(image.mode, (2 * at_least, 2 * at_least))
    image.load()
    # After load(): TIFF turns itself while loading and then no longer says so.
    upright = _upright(image)
    rgb = to_rgb(upright)
    return rgb.copy() if rgb is image else rgb


def _upright(image: Image.Image) -> Image.Image:
    method = _TRANSPOSE.get(_orientation(image))
    return image if method is None else image.transpose(method)


def _orientation(image: Image.Image) -> int:
    """EXIF's word on how the photo stands; 1 (upright) where it has none."""
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - a photo whose EXIF block is broken is still a photo
        return 1
    return orientation if isinstance(orientation, int) else 1


def _too_large(path: Path, size: str) -> Problem:
    return Problem("photos.too_large", name=path.name, path=path, size=size)


def _reason(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text or type(error).__name__
