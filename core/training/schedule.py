"""The learning rate: constant warm-up, then a cosine that does not quite reach zero (methods.md §1.4)."""

import math

WARMUP_RATE = 1e-5


def learning_rate(epoch: int, epochs: int, rate: float, warmup: int) -> float:
    """The rate in epoch `epoch` (from 0) of `epochs`. `WARMUP_RATE` holds for every group, fast ones too."""
    if epoch < warmup:
        return WARMUP_RATE
    return rate * (1 + math.cos(math.pi * (epoch - warmup) / epochs)) / 2
