"""The space in which photos of one set are told apart: what all of them share is taken off, and directions in which
they differ little weigh as much as those in which they differ a lot, as far as that is no noise."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

MOST_DIRECTIONS = 256
_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Space:
    """`centre` `(D,)` and `axes` `(D, P)`: the directions in which a set differs, each scaled by its spread."""

    centre: Floats
    axes: Floats

    @classmethod
    def of(cls, vectors: Vectors) -> "Space":
        """The space of unit features `(N, D)`.

        Directions are scaled by 1/√(λ + λ̄), λ their variance and λ̄ the mean of all: a shrunken whitening.
        """
        centre = vectors.mean(axis=0, dtype=np.float64)
        scatter = np.zeros((vectors.shape[1],) * 2)
        for part in _parts(vectors):
            away = part - centre
            scatter += away.T @ away
        variances, directions = np.linalg.eigh(scatter / max(1, len(vectors)))
        shrink = max(float(variances.mean()), np.finfo(np.float32).tiny)
        kept = slice(None, -MOST_DIRECTIONS - 1, -1)
        return cls(centre, directions[:, kept] / np.sqrt(np.maximum(variances[kept], 0) + shrink))

    def places(self, vectors: Vectors) -> Vectors:
        """Unit features `(N, D)` → unit places `(N, P)`."""
        found = np.empty((len(vectors), self.axes.shape[1]), dtype=np.float32)
        for start, part in zip(range(0, len(vectors), _AT_ONCE), _parts(vectors), strict=True):
            found[start : start + len(part)] = unit((part - self.centre) @ self.axes)
        return found


def unit(rows: NDArray[np.floating]) -> Floats:
    """Rows `(N, P)` of length 1; a row of nothing stays so."""
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12))


def _parts(vectors: Vectors) -> Iterator[Floats]:
    for start in range(0, len(vectors), _AT_ONCE):
        yield vectors[start : start + _AT_ONCE].astype(np.float64)
