"""Which files are pictures, by name and by content, and which decoders this installation has."""

import io
import os
from pathlib import Path

from PIL import Image, features

try:
    import pillow_heif
except ImportError:
    HEIC = False
else:
    pillow_heif.register_heif_opener()
    HEIC = True

AVIF = bool(features.check("avif"))

_COMMON = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".dib", ".webp", ".gif", ".mpo")
_HEIC_NAMES = (".heic", ".heif", ".hif")
_AVIF_NAMES = (".avif",)
_RAW_NAMES = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw")

# Pillow's name of every decoder that is let near a file: a ".jpg" that is EPS inside never starts Ghostscript.
DECODERS = (
    "JPEG", "PNG", "TIFF", "BMP", "DIB", "WEBP", "GIF",
    *(["HEIF"] if HEIC else []), *(["AVIF"] if AVIF else []),
)  # fmt: skip
# Names under which an operator expects a photo; those no decoder reads are listed with the reason.
PHOTO_SUFFIXES = frozenset((*_COMMON, *_HEIC_NAMES, *_AVIF_NAMES, *_RAW_NAMES))

_SYSTEM_NAMES = frozenset(
    ("thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "system volume information", "@eadir")
)
_HIDDEN_OR_SYSTEM = 0x2 | 0x4  # FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def looks_like_photo(name: str) -> bool:
    """Whether a file's name promises a photo."""
    return os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES


def photo_name(name: str, data: bytes) -> str:
    """The name under which a picture of this content is found again as a photo: its own, or with the suffix it lacks.

    Raises:
        OSError: no decoder here knows the content.
    """
    if looks_like_photo(name):
        return name
    with Image.open(io.BytesIO(data), formats=DECODERS) as image:
        return f"{name}.{str(image.format).lower()}"


def is_system_name(name: str) -> bool:
    """Whether a file or folder of this name is hidden or belongs to an operating system."""
    return name.startswith(".") or name.lower() in _SYSTEM_NAMES


def is_hidden(entry: "os.DirEntry[str]") -> bool:
    """Whether a file or folder is hidden or belongs to the operating system."""
    if is_system_name(entry.name):
        return True
    if os.name != "nt":
        return False
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & _HIDDEN_OR_SYSTEM)


def missing_decoder(name: str, data: bytes) -> str:
    """The format of a picture that this installation cannot decode ("HEIC", "AVIF", "RAW"), or "".

    RAW goes by the name: inside it is a TIFF, of which only a stamp-sized preview could be read.
    """
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in _HEIC_BRANDS and not HEIC:
        return "HEIC"
    if brand in (b"avif", b"avis") and not AVIF:
        return "AVIF"
    return "RAW" if Path(name).suffix.lower() in _RAW_NAMES else ""
