"""Seconds, floating-point operations, and what the device makes of a plain matrix product."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils import flop_counter

_SIDE = {"cpu": 1024, "cuda": 4096, "mps": 2048}
_PRODUCTS = 7
Shape = Sequence[int]


def _attention(query: Shape, key: Shape, value: Shape, *_: object, **__: object) -> int:
    return int(flop_counter.sdpa_flop_count(query, key, value))


def _attention_backward(grad: Shape, query: Shape, key: Shape, value: Shape, *_: object, **__: object) -> int:
    return int(flop_counter.sdpa_backward_flop_count(grad, query, key, value))


# torch counts the attention of graphics cards by itself, that of the CPU not.
_CPU_ATTENTION: dict[Any, Any] = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
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
    with flop_counter.FlopCounterMode(display=False, custom_mapping=_CPU_ATTENTION) as counter:
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
