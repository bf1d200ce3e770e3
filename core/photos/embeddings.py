"""How an untouched backbone sees photos, left in the cache by whatever had it look at them; reading takes no model.

One safetensors file of unit vectors by content hash, of one backbone. It may be deleted at any time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.files import write_atomic

EMBEDDINGS_FILE = "embeddings.safetensors"
_HASHES, _VECTORS, _BACKBONE = "sha256", "vectors", "backbone"
_HASH_BYTES = 32

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Unit vectors `(N, D)` of photos by their content hashes, and the backbone's own hash."""

    backbone: str
    hashes: tuple[str, ...]
    vectors: NDArray[np.float16]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each content."""
        return {sha256: row for row, sha256 in enumerate(self.hashes)}

    def of(self, hashes: Sequence[str]) -> Vectors:
        """The vectors of contents that are all there."""
        vectors: Vectors = self.vectors[[self.rows[sha256] for sha256 in hashes]].astype(np.float32)
        return vectors


def read_embeddings(cache: Path) -> Embeddings | None:
    """What lies in a cache folder; None when there is none, or it is spoiled."""
    try:
        with safe_open(cache / EMBEDDINGS_FILE, framework="numpy") as file:
            raw, vectors = file.get_tensor(_HASHES), file.get_tensor(_VECTORS)
            backbone = (file.metadata() or {}).get(_BACKBONE, "")
    except (OSError, SafetensorError):
        return None
    if raw.ndim != 2 or vectors.ndim != 2 or len(raw) != len(vectors) or raw.shape[1] != _HASH_BYTES:
        return None
    return Embeddings(backbone, tuple(row.tobytes().hex() for row in raw), vectors)


def keep_embeddings(cache: Path, backbone: str, hashes: Sequence[str], features: Vectors) -> None:
    """Add what a backbone saw, features `(N, D)` of photos by content, to what it saw before; those of another
    backbone go. A cache that cannot be written only costs time."""
    before = read_embeddings(cache)
    if before is not None and before.backbone != backbone:
        before = None
    known = before.rows if before is not None else {}
    fresh = {
        sha256: row
        for row, sha256 in enumerate(hashes)
        if len(sha256) == 2 * _HASH_BYTES and sha256 not in known
    }
    if not fresh:
        return
    chosen = features[list(fresh.values())]
    unit = (chosen / np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-12)).astype(np.float16)
    every = [*(before.hashes if before is not None else ()), *fresh]
    vectors = unit if before is None else np.concatenate((before.vectors, unit))
    raw = np.frombuffer(bytes.fromhex("".join(every)), dtype=np.uint8).reshape(-1, _HASH_BYTES)
    content = save({_HASHES: raw, _VECTORS: vectors}, metadata={_BACKBONE: backbone})
    try:
        write_atomic(cache / EMBEDDINGS_FILE, content)
    except OSError:
        return
