"""Photos looked at before training: every one once in parts, or some with each class's share."""

import torch

from core.methods.lessons import in_parts, some
from core.methods.protocol import Batch


def numbered(count: int) -> Batch:
    """Photos whose inputs and teacher are their numbers; ten of a class stand together."""
    numbers = torch.arange(count, dtype=torch.float32)[:, None]
    return Batch(numbers, torch.arange(count) // 10, -numbers)


def test_parts_are_the_photos_in_their_order() -> None:
    parts = list(in_parts(numbered(10), 4))
    assert [len(part.labels) for part in parts] == [4, 4, 2]
    assert torch.equal(torch.cat([part.inputs for part in parts]), numbered(10).inputs)
    for part in parts:
        assert part.teacher is not None
        assert torch.equal(part.teacher, -part.inputs)


def test_some_are_evenly_spaced_and_keep_their_labels() -> None:
    few = some(numbered(100), 20)
    assert len(few.labels) == 20
    assert few.labels.bincount().tolist() == [2] * 10
    assert torch.equal(few.labels, few.inputs[:, 0].long() // 10)


def test_few_photos_are_all_taken() -> None:
    whole = numbered(7)
    assert some(whole, 7) is whole
