"""Intervals hold the truth as often as they say, and never claim certainty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.intervals import difference, intervals_of, wilson
from core.evaluation.judged import Judged, metrics_of

FLAGS = st.lists(st.booleans(), min_size=1, max_size=40)


def _judged(base: list[bool], new: list[bool]) -> Judged:
    right = np.array([*base, *new])
    is_base = np.arange(len(right)) < len(base)
    nothing = np.zeros((len(right), 2), np.float32)
    return Judged(np.zeros(len(right), np.intp), is_base, nothing, right, right)


@given(FLAGS, FLAGS)
def test_every_interval_holds_its_figure_and_has_width(base: list[bool], new: list[bool]) -> None:
    judged = _judged(base, new)
    metrics = metrics_of(judged).model_dump()
    for name, interval in intervals_of(judged).items():
        assert interval.mean == pytest.approx(metrics[name])
        assert 0 <= interval.low <= interval.mean + 1e-9
        assert interval.mean - 1e-9 <= interval.high <= 1
        if name != "h" and not name.startswith("union_"):
            assert interval.low < interval.high


def test_nothing_to_measure_no_interval() -> None:
    assert intervals_of(_judged([True, False], [])).keys() == {"base", "union_base"}


def test_the_interval_holds_the_true_rate_19_times_of_20() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        right = (rng.random(80) < 0.8).tolist()
        interval = intervals_of(_judged(right, []))["base"]
        held += interval.low <= 0.8 <= interval.high
    assert held >= 180


def test_all_right_is_not_certain() -> None:
    low, high = wilson(20, 20)
    assert (low, high) == (pytest.approx(0.839, abs=1e-3), 1.0)


def test_the_same_judge_is_no_better() -> None:
    right = np.array([True, False, True, True])
    interval = difference(right, right)
    assert (interval.mean, interval.low, interval.high) == (0, 0, 0)


def test_a_clear_gain_is_seen_on_the_same_photos() -> None:
    before = np.arange(100) < 50
    after = np.arange(100) < 70
    interval = difference(before, after)
    assert interval.mean == pytest.approx(0.2)
    assert 0.1 < interval.low < 0.2 < interval.high < 0.3
