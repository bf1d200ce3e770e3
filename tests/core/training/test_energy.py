"""Energy by the PC's own sensors, here made of files and a stand-in for the driver."""

import ctypes
from pathlib import Path
from typing import Any

import pytest

from core.training.energy import EnergyMeter, PackageCounter, card_counters, package_counters


def test_a_package_is_counted_beyond_the_end_of_its_counter(tmp_path: Path) -> None:
    zone = _zone(tmp_path, "intel-rapl:0", 900_000)
    meter = EnergyMeter([PackageCounter(zone)])
    assert meter.joules() == 0
    _write(zone, 950_000)
    assert meter.joules() == pytest.approx(0.05)
    _write(zone, 30_000)
    assert meter.joules() == pytest.approx(0.05 + 0.08)
    assert meter.sensors == ("cpu",)


def test_what_lies_within_a_package_is_not_counted_twice(tmp_path: Path) -> None:
    for name in ("intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"):
        _zone(tmp_path, name, 0)
    assert len(package_counters(tmp_path)) == 2


def test_where_no_sensor_can_be_read_nothing_is_claimed(tmp_path: Path) -> None:
    (tmp_path / "intel-rapl:0").mkdir()
    meter = EnergyMeter([*package_counters(tmp_path), *card_counters(_absent)])
    assert meter.joules() is None
    assert meter.sensors == ()


def test_a_card_is_counted_from_the_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    driver = _Driver()
    meter = EnergyMeter(card_counters(lambda _: driver))
    driver.millijoules += 2500
    assert meter.joules() == pytest.approx(2.5)
    assert meter.sensors == ("gpu",)
    assert driver.asked_for == 2


def test_a_card_that_does_not_count_is_left_out() -> None:
    driver = _Driver()
    driver.millijoules = -1
    assert EnergyMeter(card_counters(lambda _: driver)).joules() is None


class _Driver:
    millijoules = 7_000_000
    asked_for = -1

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, number: int, handle: Any) -> int:
        self.asked_for = number
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: Any, value: Any) -> int:
        if self.millijoules < 0:
            return 3  # not supported
        ctypes.cast(value, ctypes.POINTER(ctypes.c_ulonglong))[0] = self.millijoules
        return 0


def _absent(name: str) -> Any:
    raise OSError(name)


def _zone(root: Path, name: str, value: int) -> Path:
    zone = root / name
    zone.mkdir()
    (zone / "max_energy_range_uj").write_text("1000000\n", encoding="ascii")
    _write(zone, value)
    return zone


def _write(zone: Path, value: int) -> None:
    (zone / "energy_uj").write_text(f"{value}\n", encoding="ascii")
