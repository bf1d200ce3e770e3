"""How an untouched backbone sees photos, left in the cache by whatever had it look at them; reading takes no model.

One folder for each backbone, in it shards: each a NumPy file of rows (content hash, unit vector), written once and
never changed. They are memory-mapped, so that a million photos are read no slower than a thousand; whoever adds to
them, even two at once, adds a shard. The cache may be deleted at any time.
"""

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import write_atomic

EMBEDDINGS_FOLDER = "embeddings"
_SHA256, _VECTOR, _HASH_BYTES = "sha256", "vector", 32

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Unit vectors `(N, D)` of contents by their SHA-256, as one backbone sees them; `shards` are its files' rows."""

    backbone: str
    shards: tuple[NDArray[Any], ...]

    @cached_property
    def rows(self) -> Mapping[str, tuple[int, int]]:
        """Where each content lies: its shard, and its row there."""
        return {
            sha256: (number, row)
            for number, shard in enumerate(self.shards)
            for row, sha256 in enumerate(_hashes(shard))
        }

    @property
    def hashes(self) -> tuple[str, ...]:
        """The contents, each once."""
        return tuple(self.rows)

    @property
    def dim(self) -> int:
        """Numbers per content."""
        return int(self.shards[0][_VECTOR].shape[1])

    def of(self, hashes: Sequence[str]) -> Vectors:
        """The vectors `(M, D)` of contents that are all there."""
        places = np.array([self.rows[sha256] for sha256 in hashes], dtype=np.intp).reshape(-1, 2)
        vectors = np.empty((len(places), self.dim), dtype=np.float32)
        for number in np.unique(places[:, 0]):
            here = places[:, 0] == number
            vectors[here] = self.shards[number][_VECTOR][places[here, 1]]
        return vectors


def read_embeddings(cache: Path, backbone: str = "") -> Embeddings | None:
    """What a backbone saw, by default the one that looked last; None where there is nothing of it. A spoiled shard is
    passed over."""
    folders = [cache / EMBEDDINGS_FOLDER / backbone] if backbone else _by_time(cache)
    for folder in folders:
        shards = [shard for path in _shards(folder) if (shard := _open(path)) is not None]
        alike = tuple(shard for shard in shards if shard.dtype == shards[0].dtype)
        if alike:
            return Embeddings(folder.name, alike)
    return None


def keep_embeddings(cache: Path, backbone: str, hashes: Sequence[str], features: Vectors) -> None:
    """Add what a backbone saw, features `(N, D)` of contents, to what it saw before. A cache that cannot be written
    only costs time."""
    before = read_embeddings(cache, backbone)
    known = before.rows if before is not None else {}
    fresh = {
        sha256: row
        for row, sha256 in enumerate(hashes)
        if len(sha256) == 2 * _HASH_BYTES and sha256 not in known
    }
    if not fresh:
        return
    chosen = features[list(fresh.values())]
    shard = np.empty(len(fresh), dtype=_dtype(features.shape[1]))
    raw = np.frombuffer(bytes.fromhex("".join(fresh)), dtype=np.uint8)
    shard[_SHA256] = raw.reshape(-1, _HASH_BYTES)
    shard[_VECTOR] = chosen / np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-12)
    content = io.BytesIO()
    np.save(content, shard, allow_pickle=False)
    folder = cache / EMBEDDINGS_FOLDER / backbone
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / f"{time.time_ns():020}.npy", content.getvalue())
    except OSError:
        return


def embeddings_stamp(cache: Path) -> int:
    """Changes whenever a backbone has seen more; 0 while none has seen anything."""
    return max((_time(path) for folder in _by_time(cache) for path in _shards(folder)), default=0)


def _dtype(dim: int) -> np.dtype[Any]:
    return np.dtype([(_SHA256, "u1", (_HASH_BYTES,)), (_VECTOR, "<f2", (dim,))])


def _hashes(shard: NDArray[Any]) -> list[str]:
    text = np.ascontiguousarray(shard[_SHA256]).tobytes().hex()
    return [text[start : start + 2 * _HASH_BYTES] for start in range(0, len(text), 2 * _HASH_BYTES)]


def _open(path: Path) -> NDArray[Any] | None:
    try:
        shard: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if shard.ndim != 1 or shard.dtype.names != (_SHA256, _VECTOR) or not len(shard):
        return None
    shape = shard.dtype[_VECTOR].shape
    return shard if len(shape) == 1 and shard.dtype == _dtype(shape[0]) else None


def _by_time(cache: Path) -> list[Path]:
    """The folders of backbones, the one that looked last first."""
    folders = [folder for folder in (cache / EMBEDDINGS_FOLDER).glob("*") if folder.is_dir()]
    return sorted(folders, key=lambda folder: max(map(_time, _shards(folder)), default=0), reverse=True)


def _shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npy"))


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
