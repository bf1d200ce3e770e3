"""Matching scores: scaled cosines in float32 whatever precision stands around them, also of texts for each photo."""

import pytest
import torch
from torch import Tensor

from core.methods.protocol import matching_logits


@pytest.mark.parametrize("for_each_photo", [False, True])
@pytest.mark.parametrize("half", [False, True])
def test_scores_keep_float32_inside_a_half_precision_pass(for_each_photo: bool, half: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    image = torch.randn(5, 64, generator=generator)
    text = torch.randn(*((5, 3, 64) if for_each_photo else (3, 64)), generator=generator)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        found = matching_logits(image, text, 100.0)
    rows = text if for_each_photo else text.expand(5, -1, -1)
    wanted = torch.stack([
        torch.stack([cosine(photo, row) for row in own]) for photo, own in zip(image, rows, strict=True)
    ])  # fmt: skip
    assert found.dtype == torch.float32
    assert torch.allclose(found.double(), 100 * wanted, atol=1e-4)


def cosine(a: Tensor, b: Tensor) -> Tensor:
    a, b = a.double(), b.double()
    return (a * b).sum() / (a.norm() * b.norm())
