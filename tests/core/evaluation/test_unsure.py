"""The one threshold below which a person decides: keeps the wish, follows it, and promises honestly."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.unsure import (
    choose_threshold,
    exact,
    photos_needed,
    threshold_for,
    upper_bound,
    validated,
)
from core.methods.classifier import SUREST
from core.problems import Problem
from core.training.result import UnsureThreshold, Validated
from tests.core.evaluation.results import result_of

ENTRIES = st.lists(st.tuples(st.floats(0.5, float(SUREST), width=32), st.booleans()), min_size=1, max_size=60)
MANY = st.lists(st.tuples(st.floats(0.5, float(SUREST), width=32), st.floats(0, 1)), min_size=1, max_size=120)
WISHES = (1 / 1000, 1 / 200, 1 / 50, 1 / 20, 1 / 10, 1 / 3)


def photos(entries: list[tuple[float, bool]]) -> list[Validated]:
    return [Validated(probability=probability, right=right) for probability, right in entries]


def chosen(entries: list[tuple[float, bool]], wish: float = 1 / 50) -> UnsureThreshold:
    threshold = choose_threshold(photos(entries), wish)
    assert threshold is not None
    return threshold


@given(ENTRIES, st.sampled_from([0.0, 0.02, 0.1, 0.3]))
def test_the_photos_that_pass_keep_the_wish(entries: list[tuple[float, bool]], wish: float) -> None:
    threshold = chosen(entries, wish)
    passing = [right for probability, right in entries if probability >= threshold.probability]
    assert passing.count(False) <= wish * len(passing)
    assert threshold.sent_to_person == pytest.approx(1 - len(passing) / len(entries))
    if passing:
        assert threshold.error is not None
        assert threshold.error.mean == pytest.approx(passing.count(False) / len(passing))
        assert threshold.error.low <= threshold.error.mean <= threshold.error.high


@settings(max_examples=60)
@given(MANY)
def test_a_stricter_wish_never_lets_more_pass(drawn: list[tuple[float, float]]) -> None:
    """Also from promised to not promised."""
    entries = [(sure, luck > 0.3 * (1 - sure)) for sure, luck in drawn]
    thresholds = [chosen(entries, wish).probability for wish in WISHES]
    assert thresholds == sorted(thresholds, reverse=True)


@settings(max_examples=60)
@given(MANY, st.sampled_from(WISHES))
def test_a_promise_is_within_the_exact_interval(drawn: list[tuple[float, float]], wish: float) -> None:
    threshold = chosen([(sure, luck > 0.02) for sure, luck in drawn], wish)
    if threshold.promised:
        assert threshold.error is not None
        assert threshold.error.high <= wish


def test_without_a_mistake_every_photo_passes() -> None:
    threshold = chosen([(0.6, True)] * 10)
    assert (threshold.probability, threshold.sent_to_person, threshold.promised) == (0.0, 0.0, False)


def test_only_enough_photos_promise() -> None:
    """(1−w)^n within a third of 5 %."""
    needed = photos_needed(1 / 50)
    assert needed == math.ceil(math.log(0.05 / 3) / math.log(0.98)) == 203
    assert not chosen([(0.9, True)] * (needed - 1)).promised
    assert chosen([(0.9, True)] * needed).promised


def test_mistakes_among_unsure_photos_do_not_break_the_promise_for_the_sure_ones() -> None:
    sure = [(0.9 - i / 10_000, True) for i in range(400)]
    threshold = chosen([*sure, *[(0.6 - i / 1000, i % 2 == 0) for i in range(50)]])
    assert threshold.promised
    assert 0.55 < threshold.probability < 0.87
    assert threshold.sent_to_person < 50 / 450


def test_where_the_wish_is_only_kept_on_so_few_photos_it_is_not_promised() -> None:
    threshold = chosen([(0.9 - i / 1000, i != 20) for i in range(40)])
    assert not threshold.promised
    assert threshold.sent_to_person == pytest.approx(0.5)


def test_a_promise_is_broken_no_more_often_than_it_says() -> None:
    """The worst case: probabilities that tell nothing, and an error just above the wish at every threshold."""
    rng = np.random.default_rng(3)
    wish, worlds = 1 / 50, 400
    broken = 0
    for _ in range(worlds):
        sure, right = rng.random(400), rng.random(400) > 1.02 * wish
        broken += chosen(list(zip(sure.tolist(), right.tolist(), strict=True)), wish).promised
    assert broken <= 0.05 * worlds + 2 * math.sqrt(0.05 * 0.95 * worlds)


def test_where_even_the_surest_photo_is_wrong_all_go_to_a_person() -> None:
    threshold = chosen([(0.99, False), (0.6, True)])
    assert (threshold.probability, threshold.sent_to_person, threshold.error) == (1.0, 1.0, None)


def test_no_photos_no_threshold() -> None:
    assert choose_threshold([]) is None


def test_photos_are_taken_over_as_they_were_judged() -> None:
    found = validated(np.array([[0.75, 0.25], [0.5, 0.5]], np.float32), [1, 0])
    assert found == (Validated(probability=0.75, right=False), Validated(probability=0.5, right=True))


@pytest.mark.parametrize(("wrong", "n"), [(0, 10), (0, 149), (1, 60), (3, 200)])
def test_the_upper_bound_is_clopper_pearsons(wrong: int, n: int) -> None:
    bound = upper_bound(wrong, n)
    few = sum(math.comb(n, k) * bound**k * (1 - bound) ** (n - k) for k in range(wrong + 1))
    assert few == pytest.approx(0.05, rel=1e-4)


@pytest.mark.parametrize(("count", "n"), [(3, 40), (17, 20)])
def test_the_exact_interval_leaves_a_fortieth_on_either_side(count: int, n: int) -> None:
    found = exact(count, n)
    at_least = sum(math.comb(n, k) * found.low**k * (1 - found.low) ** (n - k) for k in range(count, n + 1))
    at_most = sum(math.comb(n, k) * found.high**k * (1 - found.high) ** (n - k) for k in range(count + 1))
    assert (at_least, at_most) == (pytest.approx(0.025, rel=1e-4), pytest.approx(0.025, rel=1e-4))


def test_all_or_none_have_an_interval_with_one_open_end() -> None:
    assert (exact(0, 30).low, exact(30, 30).high) == (0.0, 1.0)
    assert exact(0, 30).high == pytest.approx(1 - 0.025 ** (1 / 30))


# Of a result


def test_a_result_gives_the_threshold_for_any_wish() -> None:
    result = result_of(validated=photos([(0.9 - i / 1000, i % 10 != 9) for i in range(100)]))
    own = threshold_for(result)
    assert own == result.unsure == threshold_for(result, 1 / 50)
    laxer = threshold_for(result, 1 / 5)
    assert own is not None and laxer is not None
    assert laxer.wished_error == 1 / 5
    assert laxer.probability < own.probability


def test_an_older_result_keeps_its_threshold_and_says_why_it_has_no_other() -> None:
    result = result_of(validated=photos([(0.9, True)] * 5)).model_copy(update={"validated": ()})
    assert threshold_for(result, 1 / 50) == result.unsure
    with pytest.raises(Problem) as caught:
        threshold_for(result, 1 / 200)
    assert caught.value.code == "evaluation.wish_not_kept"


def test_where_nothing_was_judged_no_wish_makes_a_threshold() -> None:
    assert threshold_for(result_of(), 1 / 200) is None
