"""Scores by wish, by hand and by draws."""

import numpy as np
import pytest

from core.evaluation.judged import Judged
from core.search.tally import Tally, chance_better, interval, score, share, together

UNTOUCHED = Tally(base="1000", new="1100", union_base="1000", union_new="1000")
BETTER = Tally(base="1110", new="1100", union_base="1100", union_new="1110", seconds=2.0)


def test_the_union_is_scored_by_the_mean_that_punishes_one_sided_ways() -> None:
    assert score("union", BETTER, UNTOUCHED) == pytest.approx(2 * 0.5 * 0.75 / 1.25)
    one_sided = Tally(base="1111", new="1111", union_base="1111", union_new="0000")
    assert score("union", one_sided, UNTOUCHED) == 0.0


def test_each_side_by_itself() -> None:
    assert score("apart", BETTER, UNTOUCHED) == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_keeping_the_new_classes_comes_before_the_learned_ones() -> None:
    worse = Tally(base="1111", new="1000", union_base="1111", union_new="1000")
    assert score("keep-new", BETTER, UNTOUCHED) == 0.75
    assert score("keep-new", worse, UNTOUCHED) == pytest.approx(-0.25)
    assert score("keep-new", UNTOUCHED, UNTOUCHED) == 0.25


def test_one_class_held_back_alone_is_kept_among_all() -> None:
    alone = Tally(base="1110", new="", union_base="1000", union_new="10")
    before = Tally(base="1000", new="", union_base="1000", union_new="11")
    assert score("keep-new", alone, before) == pytest.approx(-0.5)


def test_without_classes_held_back_the_learned_ones_count_alone() -> None:
    tally = Tally(base="1110", union_base="1110")
    assert all(score(wish, tally, tally) == 0.75 for wish in ("union", "keep-new", "apart"))


def test_the_learned_ones_by_themselves_are_judged_where_none_was_held_back() -> None:
    judged = Judged(
        labels=np.array([0, 1]),
        is_base=np.array([True, True]),
        probabilities=np.zeros((2, 2), np.float32),
        right=np.array([True, False]),
        union_right=np.array([True, False]),
    )
    assert Tally.of(judged, apart=False, seconds=1.0) == Tally(base="1 0", seconds=1.0)


def test_a_tally_is_what_the_judge_found_and_comes_back_from_the_records() -> None:
    judged = Judged(
        labels=np.array([0, 1, 2, 2]),
        is_base=np.array([True, True, False, False]),
        probabilities=np.zeros((4, 3), np.float32),
        right=np.array([True, False, True, True]),
        union_right=np.array([True, False, False, True]),
    )
    tally = Tally.of(judged, apart=True, seconds=1.5)
    assert tally == Tally("", "11", "1 0", "01", 1.5)
    assert Tally.of(judged, apart=False, seconds=1.5).new == ""
    assert Tally.read(tally.kept()) == tally


def test_several_examinations_count_photo_by_photo() -> None:
    joined = together([UNTOUCHED, BETTER])
    assert joined.union_base == "1000 1100" and joined.seconds == 2.0
    assert score("union", joined, joined) == pytest.approx(2 * (3 / 8) * (4 / 8) / (7 / 8))


def test_every_class_counts_alike() -> None:
    rare_missed = Tally(base="1111111111 00")
    assert share(rare_missed.base) == score("union", rare_missed, rare_missed) == pytest.approx(0.5)
    low, high = interval("union", rare_missed, rare_missed)
    assert low < 0.5 < high


def test_intervals_hold_the_score_and_narrow_with_more_photos() -> None:
    few, many = (together([BETTER] * count) for count in (4, 40))
    widths = []
    for tally in (few, many):
        low, high = interval("union", tally, tally)
        assert low <= score("union", tally, tally) <= high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_the_chance_to_be_better_is_paired() -> None:
    """One photo more right out of the same: nearly always better or equal, though the intervals overlap widely."""
    one = Tally(base="1" * 30 + "0" * 30)
    two = Tally(base="1" * 31 + "0" * 29)
    assert chance_better("union", two, one, one) > 0.75
    assert chance_better("union", one, one, one) == 0.5
    assert chance_better("union", one, two, one) == pytest.approx(1 - chance_better("union", two, one, one))
