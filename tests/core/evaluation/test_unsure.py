"""The threshold below which a person decides keeps the wish on validation photos, and promises honestly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.unsure import choose_threshold, upper_bound
from core.methods.classifier import SUREST

PHOTOS = st.lists(st.tuples(st.floats(0.5, float(SUREST), width=32), st.booleans()), min_size=1, max_size=60)


def _photos(entries: list[tuple[float, bool]]) -> tuple[np.ndarray, list[int]]:
    """Two classes; the first is judged with the given probability, and is right or wrong."""
    top = np.array([probability for probability, _ in entries], np.float32)
    return np.stack([top, 1 - top], axis=1), [0 if right else 1 for _, right in entries]


@given(PHOTOS, st.sampled_from([0.0, 0.02, 0.1, 0.3]))
def test_the_accepted_photos_keep_the_wish(entries: list[tuple[float, bool]], wish: float) -> None:
    probabilities, labels = _photos(entries)
    threshold = choose_threshold(probabilities, labels, wish)
    assert threshold is not None
    accepted = probabilities.max(axis=1) >= threshold.probability
    wrong = (probabilities.argmax(axis=1) != labels)[accepted].sum()
    assert wrong <= wish * accepted.sum()
    assert threshold.sent_to_person == pytest.approx(1 - accepted.mean(), abs=1e-6)


def test_without_a_mistake_every_photo_is_accepted() -> None:
    threshold = choose_threshold(*_photos([(0.6, True)] * 10))
    assert threshold is not None
    assert (threshold.probability, threshold.sent_to_person, threshold.promised) == (0.0, 0.0, False)


def test_only_enough_photos_promise() -> None:
    assert not choose_threshold(*_photos([(0.9, True)] * 148), 0.02).promised  # type: ignore[union-attr]
    assert choose_threshold(*_photos([(0.9, True)] * 149), 0.02).promised  # type: ignore[union-attr]


def test_where_even_the_surest_photo_is_wrong_all_go_to_a_person() -> None:
    threshold = choose_threshold(*_photos([(0.99, False), (0.6, True)]))
    assert threshold is not None
    assert (threshold.probability, threshold.sent_to_person) == (1.0, 1.0)


def test_no_photos_no_threshold() -> None:
    assert choose_threshold(np.zeros((0, 3), np.float32), []) is None


@pytest.mark.parametrize(("wrong", "n"), [(0, 10), (0, 149), (1, 60), (3, 200)])
def test_the_upper_bound_is_clopper_pearsons(wrong: int, n: int) -> None:
    bound = upper_bound(wrong, n)
    few = sum(math.comb(n, k) * bound**k * (1 - bound) ** (n - k) for k in range(wrong + 1))
    assert few == pytest.approx(0.05, rel=1e-4)
