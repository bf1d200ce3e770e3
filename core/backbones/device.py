"""On what the engine computes: what is there, and a short measurement of which is faster."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

from core.problems import Problem

AUTO = "auto"
_SIDE = 1024
_REPEATS = 3


@dataclass(frozen=True)
class Device:
    """`name` is for people, `torch_name` for torch; `memory_bytes` is what the device has in all."""

    name: str
    torch_name: str
    memory_bytes: int


def choose_device(wanted: str = AUTO) -> Device:
    """The fastest device by measurement, or the one that is named ("cpu", "cuda", "cuda:1", "mps").

    A graphics card whose driver fails the measurement is passed over.

    Raises:
        Problem: `backbones.no_device` when the named one is not there.
    """
    there = devices()
    if wanted == AUTO:
        return there[0] if len(there) == 1 else min(there, key=lambda device: _seconds(device.torch_name))
    for device in there:
        if wanted in (device.torch_name, device.torch_name.split(":")[0]):
            return device
    known = ", ".join(device.torch_name for device in there)
    raise Problem("backbones.no_device", device=wanted, known=known)


def devices() -> list[Device]:
    """Every device that torch can use here, the CPU first."""
    cards = [_card(index) for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [_cpu(), *cards, *([_apple()] if torch.backends.mps.is_available() else [])]


def _cpu() -> Device:
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    return Device(f"CPU ({cores} cores)", "cpu", psutil.virtual_memory().total)


def _card(index: int) -> Device:
    card = torch.cuda.get_device_properties(index)
    return Device(f"{card.name} ({card.total_memory / 2**30:.0f} GB)", f"cuda:{index}", card.total_memory)


def _apple() -> Device:
    return Device("Apple GPU (Metal)", "mps", psutil.virtual_memory().total)


def _seconds(torch_name: str) -> float:
    """Time of a matrix product after one to warm up; infinite where the device fails."""
    try:
        square = torch.rand(_SIDE, _SIDE, device=torch_name)
        return min(_timed(lambda: (square @ square).sum().item()) for _ in range(_REPEATS + 1))
    except RuntimeError:
        return float("inf")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
