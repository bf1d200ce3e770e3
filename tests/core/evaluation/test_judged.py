"""Accuracies by the protocol: own group for base and new, all classes for the union."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.judged import confusion, harmonic_mean, judge, metrics_of, true_class_loss
from core.methods.classifier import CosineClassifier

NAMES = ("a", "b", "c", "d")


def _toward(*targets: int) -> np.ndarray:
    """Features that point to the first class most, to the next less, and so on."""
    feature = np.zeros(4, np.float32)
    for rank, target in enumerate(targets):
        feature[target] = 1 - 0.2 * rank
    return feature


CLASSIFIER = CosineClassifier(NAMES, np.eye(4, dtype=np.float32), 10.0)
BASE = (0, 1)


def test_base_and_new_are_measured_in_their_own_group_and_together() -> None:
    features = np.stack([_toward(0), _toward(2, 0), _toward(2), _toward(0, 3)])
    metrics = metrics_of(judge(CLASSIFIER, features, [0, 0, 2, 3], BASE))
    assert (metrics.base, metrics.new, metrics.h) == (1.0, 1.0, 1.0)
    assert (metrics.union_base, metrics.union_new, metrics.union_h) == (0.5, 0.5, 0.5)


def test_what_has_no_photos_is_none() -> None:
    metrics = metrics_of(judge(CLASSIFIER, np.stack([_toward(0)]), [0], BASE))
    assert (metrics.base, metrics.new, metrics.h, metrics.union_h) == (1.0, None, None, None)
    empty = metrics_of(judge(CLASSIFIER, np.zeros((0, 4), np.float32), [], BASE))
    assert empty.base is None


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 100))
def test_the_union_is_never_easier_than_the_own_group(labels: list[int], seed: int) -> None:
    features = np.random.default_rng(seed).normal(size=(len(labels), 4)).astype(np.float32)
    judged = judge(CLASSIFIER, features, labels, BASE)
    assert np.all(judged.right | ~judged.union_right)
    table = confusion(judged)
    assert table.sum() == len(labels)
    assert np.trace(table) == judged.union_right.sum()
    assert np.all(true_class_loss(judged) >= 0)


@pytest.mark.parametrize(
    ("base", "new", "h"),
    [(0.8269, 0.6322, 0.7166), (0.8366, 0.7182, 0.7729), (0, 0, 0), (1, 0, 0), (None, 1, None)],
)
def test_harmonic_mean_is_that_of_the_papers(base: float | None, new: float | None, h: float | None) -> None:
    found = harmonic_mean(base, new)
    assert found == h if h is None else found == pytest.approx(h, abs=5e-5)
