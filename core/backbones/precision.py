"""Whether the towers run in bfloat16 here: by a short measurement, not by the processor's name (stack.md §8).

Processors with bfloat16 arithmetic run a large tower about twice as fast in it; others may be slower than in float32.
"""

import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone

_PHOTOS = 8
_REPEATS = 2
# Parameters of the image tower. A smaller one gains nothing that anyone would notice; and were the clock asked about
# it, a busy PC would now and then answer otherwise than a quiet one, and the same run would learn other bits.
_WORTH_MEASURING = 30_000_000
_FASTER = 1.25
_ALIKE = 0.9995  # cosine of the same photo's features in both precisions


@torch.no_grad()
def bfloat16_pays(backbone: Backbone) -> bool:
    """Whether bfloat16 encodes a few random pictures clearly faster on this device, to nearly the same features."""
    if sum(weights.numel() for weights in backbone.image.parameters()) < _WORTH_MEASURING:
        return False
    size = backbone.image_size
    pixels = torch.randn(_PHOTOS, 3, size, size, generator=torch.Generator().manual_seed(0)).to(
        backbone.device
    )
    exact_s, exact = _timed(lambda: backbone.image_features(pixels))
    fast_s, fast = _timed(lambda: _in_bfloat16(backbone, pixels))
    alike = functional.cosine_similarity(exact, fast, dim=-1).min().item()
    return exact_s > _FASTER * fast_s and alike > _ALIKE


def _in_bfloat16(backbone: Backbone, pixels: Tensor) -> Tensor:
    with torch.autocast(backbone.device.type, torch.bfloat16):
        return backbone.image_features(pixels)


def _timed(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """Best time of a few, after one to warm up."""
    work()
    best = float("inf")
    for _ in range(_REPEATS):
        began = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - began)
    return best, result
