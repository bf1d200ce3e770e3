"""bfloat16 is taken where it is measured to be faster and nearly the same, nowhere else."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from core.backbones import precision
from core.backbones.precision import bfloat16_pays
from tests.core.tiny_backbone import tiny_backbone


def measured(
    monkeypatch: pytest.MonkeyPatch, float32_s: float, bfloat16_s: float, spoilt: bool = False
) -> bool:
    """The choice, had the two precisions taken so long."""
    times = iter([float32_s, bfloat16_s])

    def timed(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
        seconds, features = next(times), work()
        return seconds, torch.randn_like(features) if spoilt and seconds == bfloat16_s else features

    monkeypatch.setattr(precision, "_timed", timed)
    monkeypatch.setattr(precision, "_WORTH_MEASURING", 0)
    return bfloat16_pays(tiny_backbone())


def test_clearly_faster_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(monkeypatch, 1.0, 0.4)


@pytest.mark.parametrize(("float32_s", "bfloat16_s"), [(1.0, 2.0), (1.0, 0.9)])
def test_slower_or_hardly_faster_is_not(
    monkeypatch: pytest.MonkeyPatch, float32_s: float, bfloat16_s: float
) -> None:
    assert not measured(monkeypatch, float32_s, bfloat16_s)


def test_other_features_are_not_worth_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not measured(monkeypatch, 1.0, 0.1, spoilt=True)


def test_a_small_model_keeps_float32_however_busy_the_pc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "_timed", lambda work: pytest.fail("the clock was asked"))
    assert bfloat16_pays(tiny_backbone()) is False
