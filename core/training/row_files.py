"""Rows of arrays in files, for what is too much to be held in memory: pixels and hidden tokens of many photos.

A file is mapped into memory for the moment of reading only: so it may be deleted or spoiled at any time, on every
system, and what is held does not grow with the number of photos.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from core.files import write_atomic


class RowFiles:
    """Files of rows `(rows, *shape)` of one kind, by name."""

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self._folder = folder

    @property
    def row_bytes(self) -> int:
        """What one row takes."""
        return self.dtype.itemsize * int(np.prod(self.shape))

    def has(self, name: str) -> bool:
        """Whether there is such a file; only reading tells whether it is whole."""
        return self._path(name).exists()

    def write(self, name: str, rows: NDArray[Any]) -> None:
        """Write a file, whole or not at all."""
        content = io.BytesIO()
        np.save(content, np.ascontiguousarray(rows, dtype=self.dtype))
        write_atomic(self._path(name), content.getvalue())

    def read(self, name: str, row: int) -> NDArray[Any] | None:
        """A copy of one row; None where the file is gone or spoiled."""
        try:
            rows = np.load(self._path(name), mmap_mode="r")
        except (OSError, ValueError, EOFError):
            return None
        if rows.dtype != self.dtype or rows.shape[1:] != self.shape or row >= len(rows):
            return None
        return np.array(rows[row])

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"
