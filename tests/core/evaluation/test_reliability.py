"""Calibration error by hand, and what the temperatures do to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.judged import judge
from core.evaluation.reliability import calibrated_by, reliability
from core.evaluation.union import calibrate, calibrated, fit_temperature
from core.methods.classifier import Array, CosineClassifier, softmax


def test_by_hand() -> None:
    """Two bins: 0.9 and 0.8 said, all four right (gap 0.15); 0.6 said, one of two right (gap 0.1)."""
    said = np.array([0.85, 0.85, 0.85, 0.85, 0.65, 0.55, 0.6, 0.6])
    right = np.array([1, 1, 1, 1, 1, 0, 1, 0], bool)
    found = reliability(said, right)
    assert [(b.photos, b.right) for b in found.bins] == [(1, 0.0), (3, pytest.approx(2 / 3)), (4, 1.0)]
    assert [b.probability for b in found.bins] == pytest.approx([0.55, 0.6167, 0.85], abs=1e-3)
    assert found.ece == pytest.approx((1 * 0.55 + 3 * abs(2 / 3 - 1.85 / 3) + 4 * 0.15) / 8)
    assert found.n == 8


def test_honest_probabilities_have_no_error_and_certainty_that_is_wrong_has_all() -> None:
    assert reliability(np.full(10, 0.7), np.array([1] * 7 + [0] * 3, bool)).ece == pytest.approx(0)
    assert reliability(np.full(4, 0.99), np.zeros(4, bool)).ece == pytest.approx(0.99)


@given(st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=40))
def test_it_is_a_share_and_its_bins_hold_every_photo(entries: list[tuple[float, bool]]) -> None:
    said, right = (np.array(column) for column in zip(*entries, strict=True))
    found = reliability(said, right)
    assert 0 <= found.ece <= 1
    assert sum(b.photos for b in found.bins) == found.n == len(entries)
    plain = sum(b.photos / found.n * abs(b.right - b.probability) for b in found.bins)
    assert found.ece == pytest.approx(plain)


def test_chance_alone_is_what_an_exact_binomial_says() -> None:
    """All photos say 0.5: the gap is |K/n − ½| with K binomial."""
    n = 20
    found = reliability(np.full(n, 0.5), np.ones(n, bool)).by_chance
    assert found in (0.2, 0.25)  # P(|K/20 − ½| > 0.2) = 4.1 %, P(… > 0.15) = 11.5 %


def test_an_over_confident_judge_is_brought_back_to_the_temperature_it_was_made_with() -> None:
    rng = np.random.default_rng(0)
    honest = rng.normal(size=(4000, 3)) * 2
    labels = np.array([rng.choice(3, p=row / row.sum()) for row in softmax(honest).astype(np.float64)])
    assert fit_temperature(5 * honest, labels) == pytest.approx(5, rel=0.05)
    before, after = (
        reliability(softmax(scores).max(axis=1), scores.argmax(axis=1) == labels)
        for scores in (5 * honest, honest)
    )
    assert before.ece > 0.15 > 0.03 > after.ece
    assert before.ece > before.by_chance


def over_confident() -> tuple[CosineClassifier, Array, list[int]]:
    """Texts on the axes; photos near theirs, but not so near as so large a scale pretends."""
    rng = np.random.default_rng(1)
    labels = rng.integers(4, size=600).tolist()
    features = (np.eye(4)[labels] + rng.normal(size=(600, 4)) * 0.8).astype(np.float32)
    return CosineClassifier(tuple("abcd"), np.eye(4, dtype=np.float32), 60.0), features, labels


def test_temperatures_from_some_photos_make_others_honest_and_leave_who_is_best() -> None:
    classifier, features, labels = over_confident()
    base = [0, 1, 2, 3]
    temperatures = calibrate(classifier, features[:300], labels[:300], base)
    judged = judge(calibrated(classifier, temperatures), features[300:], labels[300:], base)
    found = calibrated_by(temperatures, classifier, features[300:], judged)
    assert found is not None
    assert found.temperatures.matching > 5
    assert found.after.ece < 0.1 < found.before.ece
    plain = judge(classifier, features[300:], labels[300:], base)
    assert (plain.right == judged.right).all()
    assert found.without["union_base"] == pytest.approx(plain.union_right.mean())


def test_without_photos_there_is_nothing_to_say() -> None:
    classifier, features, _ = over_confident()
    temperatures = calibrate(classifier, features[:0], [], [0, 1])
    assert (
        calibrated_by(temperatures, classifier, features[:0], judge(classifier, features[:0], [], [0]))
        is None
    )
