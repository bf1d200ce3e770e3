"""What a person costs and saves, counted plainly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.abstention import abstention_curve, curve_of, stand_at
from core.evaluation.tally import consequence
from tests.core.evaluation.results import prediction

ENTRIES = st.lists(st.tuples(st.sampled_from([0.3, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=30)


@given(ENTRIES)
def test_every_point_of_the_curve_is_what_its_threshold_does(entries: list[tuple[float, bool]]) -> None:
    predictions = [prediction(str(i), 0, right, right, p) for i, (p, right) in enumerate(entries)]
    curve = curve_of(predictions)
    assert curve[0].to_person == 0
    assert [stand.to_person for stand in curve] == sorted(stand.to_person for stand in curve)
    for stand in curve:
        counted = consequence(predictions, stand.threshold)
        assert stand.to_person == pytest.approx(counted.to_person / counted.photos)
        assert stand.error is not None
        assert stand.error.mean == pytest.approx(counted.wrong / (counted.right + counted.wrong))
        assert stand.error.low <= stand.error.mean <= stand.error.high


def test_many_photos_make_no_more_points_than_wanted() -> None:
    rng = np.random.default_rng(0)
    assert len(abstention_curve(rng.random(1000), rng.random(1000) < 0.9, 21)) == 21
    assert abstention_curve(np.zeros(0), np.zeros(0, bool)) == []


def test_a_threshold_of_one_sends_every_photo_to_a_person() -> None:
    found = stand_at(np.array([0.9, 0.8]), np.array([True, False]), 1.0)
    assert (found.to_person, found.error) == (1.0, None)
