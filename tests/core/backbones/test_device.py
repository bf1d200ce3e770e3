"""The device is one that is there, chosen by measurement, and named for people."""

import pytest
import torch

from core.backbones import device as module
from core.backbones.device import Device, choose_device, devices
from core.problems import Problem


def test_the_cpu_is_always_there() -> None:
    cpu = devices()[0]
    assert cpu.torch_name == "cpu"
    assert cpu.name.startswith("CPU")
    assert cpu.memory_bytes > 2**28
    assert choose_device("cpu") == cpu


def test_what_is_chosen_computes() -> None:
    chosen = choose_device()
    assert torch.ones(2, device=chosen.torch_name).sum().item() == 2


def test_a_device_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Problem) as refusal:
        choose_device("cuda:97")
    assert refusal.value.code == "backbones.no_device"
    assert "cpu" in refusal.value.data["known"]


@pytest.mark.parametrize(("card_s", "expected"), [(0.001, "cuda:0"), (9.0, "cpu"), (float("inf"), "cpu")])
def test_the_faster_device_is_taken(monkeypatch: pytest.MonkeyPatch, card_s: float, expected: str) -> None:
    there = [Device("CPU", "cpu", 1), Device("Card", "cuda:0", 1)]
    monkeypatch.setattr(module, "devices", lambda: there)
    monkeypatch.setattr(module, "_seconds", {"cpu": 0.1, "cuda:0": card_s}.__getitem__)
    assert choose_device("auto").torch_name == expected
    assert choose_device("cuda").torch_name == "cuda:0"


def test_a_device_that_fails_is_never_the_faster_one() -> None:
    assert module._seconds("cpu") < module._seconds("no-such-device")
