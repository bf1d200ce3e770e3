"""Spectra against matrices whose spectrum is known."""

import numpy as np
import pytest

from core.insight.spectrum import (
    basis_share,
    directions_for,
    effective_rank,
    linear_cka,
    singular_values,
    subspace_overlap,
)

RNG = np.random.default_rng(0)


def _centred_rows(rows: int, rank: int) -> np.ndarray:
    """Orthonormal columns `(rows, rank)` of mean 0."""
    drawn = RNG.standard_normal((rows, rank))
    return np.linalg.qr(drawn - drawn.mean(axis=0))[0]


def _turn(width: int) -> np.ndarray:
    return np.linalg.qr(RNG.standard_normal((width, width)))[0]


@pytest.mark.parametrize("rank", [1, 3, 12])
def test_a_matrix_of_rank_k_with_equal_singular_values_has_effective_rank_k(rank: int) -> None:
    features = 5 * _centred_rows(50, rank) @ _turn(20)[:rank] + RNG.standard_normal(20)
    values = singular_values(features)
    assert values[:rank] == pytest.approx(5)
    assert not values[rank:].any(), "what is rounding counts as nothing"
    assert effective_rank(values) == pytest.approx(rank)
    assert directions_for(values, 1.0) == rank


def test_unequal_singular_values_count_by_their_entropy() -> None:
    assert effective_rank([3, 1]) == pytest.approx(np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25))))


def test_features_all_alike_use_no_direction() -> None:
    values = singular_values(np.ones((6, 4)))
    assert effective_rank(values) == 0 and directions_for(values, 0.9) == 0


def test_directions_are_counted_by_energy() -> None:
    values = np.sqrt([80.0, 15.0, 4.0, 1.0])
    assert [directions_for(values, share) for share in (0.79, 0.8, 0.95, 0.99, 1.0)] == [1, 1, 2, 3, 4]


def test_turning_and_scaling_features_keeps_overlap_and_cka() -> None:
    before = RNG.standard_normal((60, 8)) * np.arange(8, 0, -1)
    after = 3 * before @ _turn(8) + 7
    assert subspace_overlap(before, after, 3) == pytest.approx(1)
    assert linear_cka(before, after) == pytest.approx(1)
    assert basis_share(before, 3 * before, 8) == pytest.approx(1)


def test_nothing_in_common_is_told_as_zero() -> None:
    rows = _centred_rows(40, 4)
    axes = np.eye(4)
    before, after = rows[:, :2] @ axes[:2], rows[:, 2:] @ axes[2:]
    assert subspace_overlap(before, after, 2) == pytest.approx(0, abs=1e-20)
    assert linear_cka(before, after) == pytest.approx(0, abs=1e-20)
    assert basis_share(before, after, 2) == pytest.approx(0, abs=1e-20)


def test_half_in_common_is_told_as_half() -> None:
    rows = _centred_rows(40, 3)
    axes = np.eye(3)
    before, after = rows[:, :2] @ axes[:2], rows[:, 1:] @ axes[1:]
    assert subspace_overlap(before, after, 2) == pytest.approx(0.5)
    assert basis_share(before, after, 2) == pytest.approx(0.5)
    assert linear_cka(before, after) == pytest.approx(0.5)
