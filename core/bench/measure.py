"""Seconds, floating-point operations, and what the device makes of a plain matrix product."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils import flop_counter

_SIDE = {"cpu": 1024, "cuda": 4096, "mps": 2048}
_PRODUCTS = 7
_CPU_ATTENTION = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: flop_counter.sdpa_flop,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: flop_counter.sdpa_backward_flop,
}


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """How long some work takes, to its end on the device."""
    _finish(device)
    began = time.perf_counter()
    work()
    _finish(device)
    return time.perf_counter() - began


def median_seconds(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The median of several runs after one to warm up."""
    work()
    return statistics.median(seconds(work, device) for _ in range(repeats))


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of all matrix products and attentions in some work, backward passes included."""
    mapping: dict[Any, Any] = dict(_CPU_ATTENTION)
    with flop_counter.FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        work()
    return int(counter.get_total_flops())


def matmul_rate(device: torch.device, dtype: torch.dtype = torch.float32) -> float:
    """Operations per second of a large square product: the median of several."""
    side = _SIDE[device.type]
    square = torch.rand(side, side, device=device, dtype=dtype)
    return 2 * side**3 / median_seconds(lambda: square @ square, device, _PRODUCTS)


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
