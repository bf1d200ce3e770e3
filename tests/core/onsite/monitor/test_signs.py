"""The tests behind the signs: right as often as they claim, blind to a change of mix alone, exact where that is known."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.intervals import wilson
from core.onsite.monitor.signs import drift, higher, mix_change, quantile, unlikeness
from core.package.reference import ReferenceSample, unit
from tests.core.onsite.monitor.line_of_parts import Parts

RUNS = 60


def p_values(away: float, bad: float) -> list[float]:
    found = []
    for seed in range(RUNS):
        parts = Parts(seed)
        reference, columns = parts.reference(120), parts.columns(60, bad)
        told = drift(parts.features(columns, away), np.array(columns), reference)
        assert told is not None
        found.append(told.p_value)
    return found


def test_without_drift_a_p_value_is_below_a_bound_as_often_as_the_bound_says() -> None:
    found = np.array(p_values(away=0.0, bad=0.5))
    for bound in (0.05, 0.25, 0.5):
        count, spread = (found <= bound).sum(), math.sqrt(bound * (1 - bound) * RUNS)
        assert abs(count - bound * RUNS) < 3.5 * spread


def test_another_mix_of_the_same_parts_is_no_drift() -> None:
    found = np.array(p_values(away=0.0, bad=0.1))
    assert (found <= 0.05).sum() < 0.05 * RUNS + 3.5 * math.sqrt(0.05 * 0.95 * RUNS)


def test_parts_that_look_different_are_drift() -> None:
    assert max(p_values(away=0.8, bad=0.5)) <= 0.01


def test_the_share_unlike_any_known_photo_is_about_one_in_twenty_and_grows_with_drift() -> None:
    shares = {}
    for away in (0.0, 1.5):
        told = []
        for seed in range(20):
            parts = Parts(seed)
            columns = parts.columns(100)
            features = parts.features(columns, away)
            told.append((unlikeness(features, np.array(columns), parts.reference()) > 1).mean())
        shares[away] = float(np.mean(told))
    assert 0.02 < shares[0.0] < 0.08
    assert shares[1.5] > 0.5


def test_too_few_photos_to_compare_tell_nothing() -> None:
    parts = Parts(1)
    assert drift(parts.features([0] * 19), np.zeros(19, np.int64), parts.reference()) is None
    few = ReferenceSample(parts.features([0] * 4), np.zeros(4, np.int64), np.ones(4, np.float32))
    assert drift(parts.features([0] * 50), np.zeros(50, np.int64), few) is None
    assert unlikeness(parts.features([0]), np.zeros(1, np.int64), few).tolist() == [0.0]


def test_distance_is_counted_in_what_is_usual_by_hand() -> None:
    angles = np.radians([0, 10, 20, 30, 40, 50])
    known = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    reference = ReferenceSample(known, np.zeros(6, np.int64), np.ones(6, np.float32))
    usual = 1 - math.cos(math.radians(10))
    far = np.array([[math.cos(math.radians(80)), math.sin(math.radians(80))]], np.float32)
    expected = (1 - math.cos(math.radians(30))) / usual
    assert unlikeness(far, np.zeros(1, np.int64), reference)[0] == pytest.approx(expected, rel=1e-3)


@given(n=st.integers(1, 30), usual_n=st.integers(1, 30), data=st.data())
def test_fishers_test_is_the_sum_of_the_tables_that_are_as_bad(
    n: int, usual_n: int, data: st.DataObject
) -> None:
    count, usual = data.draw(st.integers(0, n)), data.draw(st.integers(0, usual_n))
    marked = count + usual
    ways = [math.comb(n, k) * math.comb(usual_n, marked - k) for k in range(count, min(n, marked) + 1)]
    exact = Fraction(sum(ways), math.comb(n + usual_n, marked))
    assert higher(count, n, usual, usual_n) == pytest.approx(float(exact), rel=1e-6)


def test_with_nothing_expected_nothing_is_higher() -> None:
    assert higher(5, 10, 0, 0) == 1.0


def test_an_equal_mix_has_no_distance_and_a_swapped_one_the_whole() -> None:
    same = mix_change({"a": 50, "b": 50}, {"a": 150, "b": 150})
    assert same == (1.0, 0.0)
    p_value, distance = mix_change({"a": 100}, {"b": 300})
    assert (p_value, distance) == (1 / 500, 1.0)
    assert mix_change({"a": 70, "b": 30}, {"a": 150, "b": 150})[1] == pytest.approx(0.2)
    assert mix_change({"a": 9}, {"a": 300}) == (1.0, 0.0)


def test_rare_classes_raise_no_more_false_alarms_than_said() -> None:
    rng = np.random.default_rng(3)
    shares = [0.96, 0.02, 0.01, 0.01]
    alarms = 0
    for _ in range(300):
        rows = [dict(zip("abcd", rng.multinomial(n, shares).tolist(), strict=True)) for n in (100, 300)]
        alarms += mix_change(*rows)[0] < 0.05
    assert alarms <= 300 * 0.05 + 3.5 * math.sqrt(300 * 0.05 * 0.95)


def test_wilsons_interval_of_a_rate_solves_its_quadratic() -> None:
    for count, n in ((0, 5), (3, 10), (10, 10)):
        for end in wilson(count, n):
            assert abs(count / n - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / n), abs=1e-6)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.floats(0.01, 1))
def test_a_quantile_is_not_exceeded_by_its_share(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values and sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert quantile([], share) == 0.0


def test_units_have_length_one_and_nothing_stays_nothing() -> None:
    rows = unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
