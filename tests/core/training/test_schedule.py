"""The learning rate follows the table of methods.md §1.4."""

import math

import pytest

from core.training.schedule import WARMUP_RATE, learning_rate


def test_one_constant_epoch_then_a_cosine_that_does_not_reach_zero() -> None:
    rates = [learning_rate(epoch, 10, 0.0035, 1) for epoch in range(10)]
    wanted = [WARMUP_RATE] + [
        0.0035 * (1 + math.cos(math.pi * (epoch - 1) / 10)) / 2 for epoch in range(1, 10)
    ]
    assert rates == pytest.approx(wanted)
    assert rates[1] == 0.0035
    assert rates[-1] / 0.0035 == pytest.approx(0.0955, abs=1e-4)


def test_warm_up_is_the_same_for_fast_groups() -> None:
    assert learning_rate(0, 10, 0.0035 * 6.5, 1) == 1e-5


def test_without_warm_up_the_first_epoch_has_the_full_rate() -> None:
    assert learning_rate(0, 5, 0.01, 0) == 0.01
