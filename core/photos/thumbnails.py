"""Small pictures for the grid, kept on disk. The folder may be deleted at any time; any thread may ask."""

import hashlib
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from core.photos.decode import open_photo
from core.photos.long_paths import reachable
from core.problems import Problem

THUMBNAIL_EDGE = 256
LIMIT_BYTES = 1 << 30
_QUALITY = 85
_TOUCH_AFTER_S = 3600.0


class ThumbnailStore:
    """Thumbnails of photos, JPEG files named by path, date and size of the photo and by the edge."""

    def __init__(self, folder: Path, *, edge: int = THUMBNAIL_EDGE) -> None:
        self.folder = folder
        self.edge = edge
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Write no more: what is asked for from now on, or was asked for before, leaves nothing behind."""
        with self._lock:
            self._closed = True

    def get(self, photo: Path) -> bytes:
        """The thumbnail as JPEG bytes, upright, its longer side `edge` pixels at most.

        Raises:
            Problem: the photo is gone or cannot be read (`photos.*`).
        """
        place = self._place(photo)
        try:
            data = place.read_bytes()
        except OSError:
            return self.put(photo, open_photo(photo, at_least=self.edge))
        _mark_used(place)
        return data

    def array(self, photo: Path) -> np.ndarray:
        """The thumbnail as uint8 (H, W, 3). Raises Problem like `get`."""
        with Image.open(io.BytesIO(self.get(photo)), formats=("JPEG",)) as image:
            return np.asarray(image.convert("RGB"))

    def put(self, photo: Path, image: Image.Image) -> bytes:
        """Make the thumbnail from the decoded photo and keep it; gives its JPEG bytes."""
        data = _shrink(image, self.edge)
        place = self._place(photo)
        with self._lock:
            if not self._closed:
                _write(place, data)
        return data

    def trim(self, limit_bytes: int = LIMIT_BYTES) -> int:
        """Delete the longest unused thumbnails until the rest fit; gives how many went."""
        files = sorted(_sizes_by_use(self.folder))
        excess = sum(size for _, size, _ in files) - limit_bytes
        removed = 0
        for _, size, path in files:
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            removed += 1
        return removed

    def _place(self, photo: Path) -> Path:
        try:
            facts = os.stat(reachable(photo))
        except OSError as error:
            raise Problem("photos.missing", name=photo.name, path=photo) from error
        key = f"{photo.absolute()}|{facts.st_mtime_ns}|{facts.st_size}|{self.edge}"
        name = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:40]
        return self.folder / name[:2] / f"{name[2:]}.jpg"


def _sizes_by_use(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Time of last use, bytes and path of every thumbnail that is still there."""
    for path in folder.glob("*/*.jpg"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        yield facts.st_mtime, facts.st_size, path


def _shrink(image: Image.Image, edge: int) -> bytes:
    small = image.copy()
    small.thumbnail((edge, edge), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _write(place: Path, data: bytes) -> None:
    """Whole or not at all; a cache that cannot be written only costs time."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, place)
    except OSError:
        return


def _mark_used(place: Path) -> None:
    try:
        if time.time() - place.stat().st_mtime > _TOUCH_AFTER_S:
            os.utime(place)
    except OSError:
        return
