"""Taking photos in: ours against the obvious version, a second look at an unchanged folder, and memory.

Both versions first do the same photos: hashes must be equal and pictures nearly so (a JPEG decoded at a smaller scale is
not bit for bit the one made smaller afterwards); then they are timed in turn, on one thread each, from files.
"""

import hashlib
import os
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.bench.memory import with_peak
from core.bench.plain.intake import Taken, fitted, take_in_plainly
from core.photos.decode import decode_photo, read_photo
from core.photos.look import look_of, taken_at
from core.photos.scan import scan
from core.photos.scan_cache import ScanCache
from core.photos.thumbnails import THUMBNAIL_EDGE, ThumbnailStore

TWELVE_MEGAPIXELS = (4000, 3000)
TARGETS = {"ratio": 4.0, "rescan_per_s": 20_000}
INPUT_EDGE = 224
MOST_LEVELS = 3.0  # mean difference of two pictures, in grey levels
_REPEATS = 5
_SMALL = (64, 48)

Tell = Callable[[str], None]


def measure_ingest(large: Sequence[Path], many: Path, work: Path, tell: Tell) -> dict[str, Any]:
    """`large` are the photos that are timed, `many` a folder of very many small ones; `work` is written to."""
    store = ThumbnailStore(work / "thumbnails")
    tell(f"{len(large)} photos, plainly and as the program does")
    difference, equal = compare(large, store)
    plain_s, ours_s = _medians(
        lambda: [take_in_plainly(path, THUMBNAIL_EDGE, INPUT_EDGE) for path in large],
        lambda: [take_in_once(path, store) for path in large],
    )
    with Image.open(large[0]) as image:
        megapixels = image.width * image.height / 1e6
    return {
        "ratio": round(plain_s / ours_s, 2),
        "photos_per_s": round(len(large) / ours_s, 1),
        "plain_per_s": round(len(large) / plain_s, 1),
        "photos": len(large),
        "megapixels": round(megapixels, 1),
        "equal": equal,
        "mean_difference_levels": round(difference, 2),
        **_scan_memory(large[0].parent, work / "large", tell),
        **_rescan(many, work / "many.sqlite", tell),
        "target": TARGETS,
    }


def take_in_once(path: Path, store: ThumbnailStore) -> Taken:
    """A photo as a scan takes it in, with the model's input from the same decoding; its look and time beside."""
    data = read_photo(path)
    image = decode_photo(data, path, at_least=store.edge)
    small = store.put(path, image)
    look_of(image)
    taken_at(data)
    return Taken(small, fitted(image, INPUT_EDGE, least=True), hashlib.sha256(data).hexdigest())


def compare(photos: Sequence[Path], store: ThumbnailStore) -> tuple[float, bool]:
    """The largest mean difference of any picture, in grey levels, and whether both versions give the same."""
    worst, same = 0.0, True
    for path in photos:
        plain, ours = take_in_plainly(path, store.edge, INPUT_EDGE), take_in_once(path, store)
        pairs = ((plain.picture(), ours.picture()), (plain.model_input, ours.model_input))
        same &= plain.sha256 == ours.sha256 and all(one.size == other.size for one, other in pairs)
        worst = max(worst, *(_levels(one, other) for one, other in pairs)) if same else np.inf
    return worst, same and worst <= MOST_LEVELS


def write_photos(folder: Path, count: int, size: tuple[int, int] = TWELVE_MEGAPIXELS) -> list[Path]:
    """JPEGs as a camera makes them: shapes with edges, texture, and the sensor's noise; each another."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"IMG_{number:05}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        Image.fromarray(_scene(number, size)).save(path, "JPEG", quality=92)
    return paths


def write_many(folder: Path, count: int) -> Path:
    """Very many small photos that are one file on the disk where it can be, a thousand to a folder."""
    (first,) = write_photos(folder, 1, _SMALL)
    for number in range(1, count):
        place = folder / f"{number // 1000:04}" / f"{number:07}.jpg"
        place.parent.mkdir(exist_ok=True)
        try:
            os.link(first, place)
        except OSError:  # a disk without links, or one that allows no more to a file
            shutil.copyfile(first, place)
    return folder


def _scene(seed: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    rng = np.random.Generator(np.random.PCG64(seed))
    width, height = size
    broad = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    steps = rng.integers(-40, 41, (48, 64, 1)).repeat(-(-height // 48), 0).repeat(-(-width // 64), 1)
    noise = rng.integers(-6, 7, (height, width, 1), dtype=np.int16)
    scene = np.asarray(broad, np.int16) + steps[:height, :width].astype(np.int16) + noise
    levels: NDArray[np.uint8] = np.clip(scene, 0, 255).astype(np.uint8)
    return levels


def _levels(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, np.float32) - np.asarray(other, np.float32)).mean())


def _medians(*works: Callable[[], object]) -> list[float]:
    """Timed in turn, so that what else the machine does falls on all of them. Pillow decodes on one thread."""
    times = [[_seconds(work) for work in works] for _ in range(_REPEATS)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def _scan_memory(folder: Path, work: Path, tell: Tell) -> dict[str, Any]:
    """What a whole scan on all cores takes at its highest, and how fast it goes."""
    tell("a whole scan")
    store, cache = ThumbnailStore(work / "thumbnails"), ScanCache(work / "scan.sqlite")
    began = time.perf_counter()
    found, peak = with_peak(lambda: scan(folder, cache=cache, thumbnails=store))
    seconds = time.perf_counter() - began
    return {"scan_per_s": round(len(found.photos) / seconds, 1), "scan_peak_bytes": peak}


def _rescan(folder: Path, database: Path, tell: Tell) -> dict[str, Any]:
    """A second look at a folder in which nothing changed."""
    cache = ScanCache(database)
    tell("a first look at very many photos")
    count = len(scan(folder, cache=cache).photos)
    tell(f"a second look at {count} photos")
    _, peak = with_peak(lambda: scan(folder, cache=cache))
    seconds = statistics.median(_seconds(lambda: scan(folder, cache=cache)) for _ in range(_REPEATS))
    return {
        "rescan_photos": count,
        "rescan_per_s": round(count / seconds),
        "rescan_bytes_per_photo": round(peak / count),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
