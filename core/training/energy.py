"""Energy as the PC's own sensors count it: processor packages (Linux powercap) and NVIDIA cards (the driver's NVML).

Not every PC has a counter that may be read; then nothing is said, and whoever needs a figure estimates it.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

POWERCAP = Path("/sys/class/powercap")
_NVML = "nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1"


class Counter(Protocol):
    """A sensor that counts joules upwards from anywhere."""

    name: str

    def joules(self) -> float | None:
        """Joules since the first look; None once it cannot be read."""


class EnergyMeter:
    """Joules since it was made, over all sensors that this PC has."""

    def __init__(self, counters: list[Counter] | None = None) -> None:
        found = _counters() if counters is None else counters
        self._counters = [counter for counter in found if counter.joules() is not None]

    @property
    def sensors(self) -> tuple[str, ...]:
        """What is counted: "cpu", "gpu"."""
        return tuple(dict.fromkeys(counter.name for counter in self._counters))

    def joules(self) -> float | None:
        """The sum; None where nothing can be read."""
        read = [joules for counter in self._counters if (joules := counter.joules()) is not None]
        return sum(read) if read else None


class PackageCounter:
    """One processor package; its counter begins again at zero every few minutes to hours."""

    name = "cpu"

    def __init__(self, zone: Path) -> None:
        self._zone = zone
        self._last = self._read("energy_uj")
        self._range = self._read("max_energy_range_uj") or 0
        self._microjoules = 0

    def joules(self) -> float | None:
        """Joules since the first look."""
        value = self._read("energy_uj")
        if value is None or self._last is None:
            return None
        step = value - self._last
        self._microjoules += step if step >= 0 else step + self._range
        self._last = value
        return self._microjoules / 1e6

    def _read(self, name: str) -> int | None:
        try:
            return int((self._zone / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None


class CardCounter:
    """One NVIDIA card (Volta and later), in millijoules since the driver was loaded."""

    name = "gpu"

    def __init__(self, library: Any, handle: ctypes.c_void_p) -> None:
        self._library, self._handle = library, handle
        self._first = self._millijoules()

    def joules(self) -> float | None:
        """Joules since the first look."""
        value = self._millijoules()
        return None if value is None or self._first is None else (value - self._first) / 1e3

    def _millijoules(self) -> int | None:
        value = ctypes.c_ulonglong()
        failed = self._library.nvmlDeviceGetTotalEnergyConsumption(self._handle, ctypes.byref(value))
        return None if failed else value.value


def card_counters(load: Callable[[str], Any] = ctypes.CDLL) -> list[Counter]:
    """The card that is used first, where the driver is there and counts."""
    number = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
    if not number.isdigit():
        return []
    handle = ctypes.c_void_p()
    try:
        library = load(_NVML)
        if library.nvmlInit_v2() or library.nvmlDeviceGetHandleByIndex_v2(int(number), ctypes.byref(handle)):
            return []
        return [CardCounter(library, handle)]
    except (OSError, AttributeError):
        return []


def package_counters(powercap: Path = POWERCAP) -> list[Counter]:
    """The processor packages; what lies within a package (cores, memory) would count twice."""
    return [
        PackageCounter(zone) for zone in sorted(powercap.glob("intel-rapl:*")) if zone.name.count(":") == 1
    ]


def _counters() -> list[Counter]:
    return [*package_counters(), *card_counters()]
