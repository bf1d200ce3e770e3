"""Distances from neural collapse: none for a constructed simplex, and what others have."""

import numpy as np
import pytest
import torch

from core.insight.collapse import distances, etf_distance, geometry

RNG = np.random.default_rng(2)


def _simplex(classes: int, width: int) -> np.ndarray:
    """√(K/(K−1)) · (I − 11ᵀ/K), turned into `width` channels."""
    turned = np.linalg.qr(RNG.standard_normal((width, classes)))[0]
    corners = np.sqrt(classes / (classes - 1)) * (np.eye(classes) - 1 / classes)
    return (corners @ turned.T).astype(np.float32)


@pytest.mark.parametrize("classes", [2, 5, 12])
def test_a_constructed_etf_has_no_distance(classes: int) -> None:
    corners = _simplex(classes, 24)
    assert etf_distance(torch.from_numpy(3 * corners).double()) == pytest.approx(0, abs=1e-6)
    labels = np.repeat(np.arange(classes), 3)
    found = geometry(corners[labels], corners, labels)
    for name, value in vars(found).items():
        assert value == pytest.approx(0, abs=1e-5), name


def test_two_of_three_corners_in_one_place_have_the_distance_of_the_formula() -> None:
    rows = np.array([[1.0, 0], [1.0, 0], [-2.0, 0]])
    inner, wanted = rows @ rows.T, np.full((3, 3), -0.5) + 1.5 * np.eye(3)
    apart = np.linalg.norm(inner / np.linalg.norm(inner) - wanted / np.linalg.norm(wanted))
    assert etf_distance(torch.from_numpy(rows)) == pytest.approx(apart)
    assert apart > 0.5


def test_scattered_photos_are_further_from_collapse() -> None:
    corners, labels = _simplex(4, 16), np.repeat(np.arange(4), 20)
    noise = RNG.standard_normal((80, 16)).astype(np.float32)
    spreads = [geometry(corners[labels] + s * noise, corners, labels) for s in (0.05, 0.3)]
    assert 0 < spreads[0].within_class < spreads[1].within_class
    assert spreads[0].image_etf < spreads[1].image_etf
    assert spreads[1].text_etf == pytest.approx(0, abs=1e-5), "texts do not depend on the photos"


def test_through_training_a_simplex_has_no_distance_whatever_photos_there_are() -> None:
    corners = _simplex(5, 24)
    for labels in (np.repeat(np.arange(5), 2), np.repeat(np.arange(3), 2)):
        # Of a simplex any corners are a simplex again.
        found = distances(corners[labels], corners, labels.astype(np.intp))
        assert found is not None
        for name, value in found:
            assert value == pytest.approx(0, abs=1e-5), name


def test_through_training_what_photos_cannot_tell_is_left_out() -> None:
    corners = _simplex(4, 16)
    nothing, one = np.zeros(0, dtype=np.intp), np.array([2], dtype=np.intp)
    for labels in (nothing, one):
        found = distances(corners[labels], corners, labels)
        assert found is not None and found.text_etf == pytest.approx(0, abs=1e-5)
        assert (found.image_etf, found.within_class, found.duality) == (None, None, None)
    single = distances(corners[[0, 1, 1]], corners, np.array([0, 1, 1], dtype=np.intp))
    assert single is not None and single.within_class is None and single.image_etf is not None
    assert distances(corners[:0], corners[:1], nothing) is None
