"""Photos to learn from, looked at before training: in parts, since all at once may not fit into memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from core.methods.protocol import Batch, Method


@contextmanager
def looking(method: Method) -> Iterator[None]:
    """Without gradients and without dropout: what is seen is the same each time."""
    was = method.training
    method.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        method.train(was)


def in_parts(lessons: Batch, size: int) -> Iterator[Batch]:
    """All the photos, at most `size` at a time, in their order."""
    for start in range(0, len(lessons.labels), size):
        yield _rows(lessons, slice(start, start + size))


def some(lessons: Batch, most: int) -> Batch:
    """At most `most` of the photos, evenly spaced: photos of a class stand together, so each has its share."""
    count = len(lessons.labels)
    if count <= most:
        return lessons
    return _rows(lessons, torch.arange(most, device=lessons.labels.device) * count // most)


def _rows(lessons: Batch, rows: slice | torch.Tensor) -> Batch:
    teacher = None if lessons.teacher is None else lessons.teacher[rows]
    return Batch(lessons.inputs[rows], lessons.labels[rows], teacher)
