"""Suggestions against what is computed the long way round."""

import numpy as np
import pytest

from core.assist.space import Space, unit
from core.assist.suggest import UNLABELLED, fit, softmax, suggest

CLASSES, DIM = 3, 8


def photos(per_class: int, seed: int = 0, spread: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Unit features of classes around directions of their own, and the classes."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(CLASSES), per_class)
    vectors = np.eye(DIM)[truth] + spread * rng.normal(size=(len(truth), DIM)) + 2.0
    return unit(vectors).astype(np.float32), truth.astype(np.intp)


def places_of(vectors: np.ndarray) -> np.ndarray:
    return Space.of(vectors).places(vectors)


def test_whitened_directions_have_the_variance_that_shrinking_leaves() -> None:
    vectors, _ = photos(200)
    space = Space.of(vectors)
    away = vectors.astype(np.float64) - vectors.mean(axis=0)
    variances = np.linalg.eigvalsh(away.T @ away / len(away))[::-1]
    found = np.var(away @ space.axes, axis=0)
    assert np.allclose(found, variances / (variances + variances.mean()), atol=1e-6)


def test_places_are_unit_and_do_not_depend_on_the_portions_they_are_made_in() -> None:
    vectors, _ = photos(2000)
    space = Space.of(vectors)
    whole = space.places(vectors)
    assert np.allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    assert np.allclose(whole[5000:], space.places(vectors[5000:]), atol=1e-6)


def test_photos_that_are_all_the_same_make_no_trouble() -> None:
    same = np.tile(unit(np.ones((1, DIM))), (5, 1)).astype(np.float32)
    found = suggest(places_of(same), np.array([0, 1, -1, -1, -1]), None, 2)
    assert found is not None and np.isfinite(found.probabilities).all()


def by_refitting(places: np.ndarray, labels: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Scores of the photos left out by a regression that never saw them, with the class weights of all."""
    counts = np.bincount(labels, minlength=CLASSES)
    shares = 1.0 / counts[labels]
    shares *= len(labels) / shares.sum()
    kept = np.setdiff1d(np.arange(len(labels)), without)
    inputs, targets = places[kept], np.eye(CLASSES)[labels[kept]] - 1 / CLASSES
    # Weighted least squares with a ridge as rows of its own, solved by another routine.
    root = np.sqrt(shares[kept])[:, None]
    stacked = np.vstack([inputs * root, np.sqrt(0.1) * np.eye(places.shape[1])])
    aims = np.vstack([targets * root, np.zeros((places.shape[1], CLASSES))])
    weight = np.linalg.lstsq(stacked, aims, rcond=None)[0]
    return places[without] @ weight


def test_scores_without_a_photo_are_those_of_a_regression_that_never_saw_it() -> None:
    vectors, labels = photos(6)
    places = places_of(vectors).astype(np.float64)
    _, left_out = fit(places, labels, CLASSES)
    for row in range(len(labels)):
        assert np.allclose(left_out[[row]], by_refitting(places, labels, np.array([row])), atol=1e-8)


def test_photos_that_are_practically_the_same_are_left_out_together() -> None:
    vectors, labels = photos(6)
    places = places_of(vectors).astype(np.float64)
    kin = np.arange(len(labels))
    kin[[2, 3, 9]] = 2
    _, left_out = fit(places, labels, CLASSES, kin)
    together = np.array([2, 3, 9])
    assert np.allclose(left_out[together], by_refitting(places, labels, together), atol=1e-8)
    assert np.allclose(left_out[[5]], by_refitting(places, labels, np.array([5])), atol=1e-8)


def test_a_few_labels_tell_the_rest() -> None:
    vectors, truth = photos(40)
    labels = np.full(len(truth), UNLABELLED, dtype=np.intp)
    labels[::8] = truth[::8]
    found = suggest(places_of(vectors), labels, None, CLASSES)
    assert found is not None
    assert (found.best == truth)[labels < 0].mean() > 0.85
    assert np.allclose(found.probabilities.sum(axis=1), 1)


def test_before_the_first_label_words_speak_as_they_are() -> None:
    vectors, truth = photos(10)
    logits = 5.0 * np.eye(CLASSES)[truth]
    found = suggest(places_of(vectors), np.full(len(truth), UNLABELLED), logits, CLASSES)
    assert found is not None and found.trust == 1
    assert np.allclose(found.probabilities, softmax(logits))


def test_words_that_do_not_fit_the_photos_fall_silent_and_good_ones_are_kept() -> None:
    vectors, truth = photos(40)
    labels = np.full(len(truth), UNLABELLED, dtype=np.intp)
    labels[::4] = truth[::4]
    for shift, trust in ((0, 1.0), (1, 0.0)):
        logits = 6.0 * np.eye(CLASSES)[(truth + shift) % CLASSES]
        found = suggest(places_of(vectors), labels, logits, CLASSES)
        assert found is not None and found.trust == trust
        assert (found.best == truth)[labels < 0].mean() > 0.85


@pytest.mark.parametrize(("classes", "labelled"), [(1, 1), (3, 0)])
def test_without_classes_to_choose_from_or_anything_to_go_by_nothing_is_suggested(
    classes: int, labelled: int
) -> None:
    vectors, truth = photos(4)
    labels = np.full(len(truth), UNLABELLED, dtype=np.intp)
    labels[:labelled] = 0
    assert suggest(places_of(vectors), labels, None, classes) is None
