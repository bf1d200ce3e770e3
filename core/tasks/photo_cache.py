"""Photos as far as a tuning reads them beforehand: kept where they fit into memory, else read again for each batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from PIL import Image
from torch import Tensor

# Of a PC with 8 GB, what a run may keep beside a model.
MOST_BYTES = 1_000_000_000
_BATCH = 16


class ReadPhotos:
    """Photos by number as tensors `(B, …)`; `read` makes them of opened photos and must not depend on what learns."""

    def __init__(
        self,
        photos: Sequence[Image.Image],
        read: Callable[[Sequence[Image.Image]], Tensor],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._photos, self._read = photos, read
        self._kept: dict[int, Tensor] = {}
        self._room = most_bytes

    def rows(self, numbers: Sequence[int]) -> Tensor:
        """These photos, in this order."""
        missing = [number for number in numbers if number not in self._kept]
        fresh: dict[int, Tensor] = {}
        for first in range(0, len(missing), _BATCH):
            part = missing[first : first + _BATCH]
            tensors = self._read([self._photos[number] for number in part])
            fresh |= dict(zip(part, tensors, strict=True))
        found = torch.stack([self._kept[n] if n in self._kept else fresh[n] for n in numbers])
        for number, tensor in fresh.items():
            size = tensor.numel() * tensor.element_size()
            if size <= self._room:
                self._room -= size
                self._kept[number] = tensor.clone()
        return found
