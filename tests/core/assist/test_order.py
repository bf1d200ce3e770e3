"""Which photos come next, which labels are doubted, what is accepted at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.assist.groups import MOST_IN_GROUP, groups_of, like_this, offered
from core.assist.space import unit
from core.assist.suggest import Suggestions
from core.assist.suspicion import confident_joint, suspects
from core.assist.usefulness import most_useful, uncertainty


def around(*angles: float) -> np.ndarray:
    """Unit places at angles on a circle, in degrees."""
    turns = np.radians(angles)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def sure(probabilities: list[list[float]]) -> Suggestions:
    return Suggestions(np.array(probabilities), 1.0, 1.0)


def test_uncertainty_is_what_the_lead_leaves() -> None:
    assert np.allclose(uncertainty(np.array([[0.5, 0.5, 0.0], [0.7, 0.2, 0.1], [1.0, 0, 0]])), [1, 0.5, 0])


def gains(places: np.ndarray, known: list[int], open_: np.ndarray) -> dict[int, float]:
    """Uncertainty times how much nearer all would be to a known photo, counted one pair at a time."""
    rows = [row for row in range(len(places)) if row not in known]

    def away(one: int, other: int) -> float:
        return max(0.0, 1.0 - float(places[one] @ places[other]))

    def nearest(row: int) -> float:
        return min((away(row, other) for other in known), default=2.0)

    return {
        row: open_[row] * sum(open_[other] * max(0.0, nearest(other) - away(other, row)) for other in rows)
        for row in rows
    }


@pytest.mark.parametrize("seed", range(6))
def test_usefulness_is_uncertainty_times_what_all_gain_in_nearness(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = unit(rng.normal(size=(10, 3))).astype(np.float32)
    open_ = rng.uniform(0.1, 1, size=10)
    labels = np.full(10, -1)
    labels[:3] = 0
    known = [0, 1, 2]
    for row in most_useful(places, labels, open_)[:4].tolist():
        found = gains(places, known, open_)
        assert found[row] >= max(found.values()) - 1e-5
        # The photos that were chosen before still speak as witnesses, with nothing to gain.
        known.append(row)


def test_neither_a_copy_of_what_is_known_nor_the_odd_one_out_comes_first() -> None:
    places, labels = around(0, 1, 58, 60, 62, 180), np.array([0, -1, -1, -1, -1, -1])
    assert most_useful(places, labels, np.ones(6))[0] in (2, 3, 4)


def test_of_very_many_photos_all_are_in_the_order_once() -> None:
    places = unit(np.random.default_rng(0).normal(size=(4000, 4))).astype(np.float32)
    order = most_useful(places, np.full(4000, -1), np.ones(4000), 10)
    assert sorted(order.tolist()) == list(range(4000))


def test_with_no_label_yet_a_typical_photo_comes_first() -> None:
    assert most_useful(around(-50, 0, 5, 50), np.full(4, -1), np.ones(4))[0] in (1, 2)


@given(
    arrays(np.float32, (12, 3), elements=st.floats(-1, 1, width=32)), st.integers(0, 11), st.integers(0, 12)
)
def test_every_unlabelled_photo_is_in_the_order_once(raw: np.ndarray, labelled: int, in_turn: int) -> None:
    labels = np.full(12, -1)
    labels[:labelled] = 0
    order = most_useful(unit(raw).astype(np.float32), labels, np.ones(12), in_turn)
    assert sorted(order.tolist()) == list(range(labelled, 12))


def test_the_confident_joint_of_the_paper_counted_by_hand() -> None:
    """Thresholds are 0.7 and 0.6: the third photo passes that of the other class, the sixth passes none."""
    probabilities = np.array([[0.9, 0.1], [0.85, 0.15], [0.35, 0.65], [0.2, 0.8], [0.45, 0.55], [0.55, 0.45]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    joint, confident = confident_joint(probabilities, labels)
    assert joint.tolist() == [[2, 1], [0, 1]]
    assert confident.tolist() == [0, 0, 1, 1, -1, -1]


def test_suspects_are_those_off_the_diagonal_by_their_lead() -> None:
    probabilities = np.array([[0.9, 0.1], [0.85, 0.15], [0.35, 0.65], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    found = suspects(probabilities, labels)
    assert [(each.row, each.given, each.likely) for each in found] == [(5, 1, 0), (2, 0, 1)]
    assert np.isclose(found[0].lead, 0.9)


def test_photos_without_a_label_are_no_suspects_and_lone_classes_neither_accuse() -> None:
    probabilities = np.array([[0.1, 0.9], [0.1, 0.9], [0.9, 0.1], [0.9, 0.1]])
    assert suspects(probabilities, np.array([-1, -1, -1, -1])) == ()
    assert suspects(probabilities, np.array([0, -1, 1, -1])) == ()


def test_wrong_labels_among_many_right_ones_are_the_only_suspects() -> None:
    rng = np.random.default_rng(1)
    truth = np.repeat(np.arange(4), 50)
    probabilities = 0.7 * np.eye(4)[truth] + 0.3 * rng.dirichlet(np.ones(4), size=200)
    labels = truth.copy()
    wrong = np.array([3, 60, 120, 190])
    labels[wrong] = (labels[wrong] + 1) % 4
    # The threshold is the mean of the photos labelled so: what is surer of its true class than that is suspected.
    means = np.array([probabilities[labels == number, number].mean() for number in range(4)])
    surer = {int(row) for row in wrong if probabilities[row, truth[row]] >= means[truth[row]]}
    assert surer and {each.row for each in suspects(probabilities, labels)} == surer


def test_only_what_is_likelier_right_than_wrong_is_offered() -> None:
    found = sure([[0.6, 0.4], [0.5, 0.5], [0.1, 0.9], [0.2, 0.8]])
    assert offered(found, np.array([-1, -1, -1, 1])).tolist() == [True, False, True, False]


def test_a_group_has_one_suggestion_and_the_one_that_spares_most_comes_first() -> None:
    places = around(0, 1, 2, 90, 91)
    found = sure([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6]])
    told = [(group.rows.tolist(), group.suggested) for group in groups_of(places, found, np.full(5, -1))]
    assert told == [([0, 1, 2], 0), ([3, 4], 1)]


def test_a_group_is_looked_over_at_a_glance_and_no_photo_is_in_two() -> None:
    rng = np.random.default_rng(0)
    places = unit(rng.normal(size=(100, 4))).astype(np.float32)
    found = sure([[0.9, 0.1]] * 100)
    groups = list(groups_of(places, found, np.full(100, -1)))
    assert [len(group.rows) for group in groups[:4]] == [MOST_IN_GROUP] * 4
    rows = np.concatenate([group.rows for group in groups])
    assert sorted(rows.tolist()) == list(range(100))


def test_like_this_are_the_nearest_with_the_same_suggestion() -> None:
    places = around(0, 50, 3, 2, 1)
    found = sure([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    assert like_this(places, found, np.full(5, -1), 0).rows.tolist() == [0, 4, 2, 1]
