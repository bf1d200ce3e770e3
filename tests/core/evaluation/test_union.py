"""One scale for learned and new classes, and the seen/unseen curve: against closed forms and plain counting."""

from itertools import pairwise

import numpy as np
import pytest

from core.evaluation.union import (
    LEAST_PHOTOS,
    SeenUnseen,
    calibrate,
    calibrated,
    fit_temperature,
    seen_unseen,
    union_scores,
)
from core.methods.classifier import Array, CosineClassifier, FusedClassifier, LinearHead
from core.training.result import Calibration

BASE = (0, 1, 2)


def classifier(seed: int = 0) -> FusedClassifier:
    rng = np.random.default_rng(seed)
    texts = rng.normal(size=(5, 8)).astype(np.float32)
    matching = CosineClassifier(tuple("abcde"), texts, 8.0)
    head = LinearHead(
        np.ones(8, np.float32),
        np.zeros(8, np.float32),
        rng.normal(size=(3, 8)).astype(np.float32),
        np.zeros(3, np.float32),
    )
    return FusedClassifier(matching, (0, 1, 2, -1, -1), head, 0.3, 0.7)


def photos(count: int, seed: int = 1) -> tuple[Array, list[int]]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(5, size=count).tolist()
    texts = classifier().matching.text_features  # type: ignore[attr-defined]
    return (texts[labels] + rng.normal(size=(count, 8)) * 1.5).astype(np.float32), labels


# Temperature


@pytest.mark.parametrize(("right", "of", "gap"), [(9, 10, 2.0), (3, 4, 0.5), (60, 100, 7.0), (5, 5, 3.0)])
def test_the_temperature_makes_the_confidence_the_share_that_is_right(
    right: int, of: int, gap: float
) -> None:
    """Two classes, always the same gap a: σ(a/T) = q is best, so T = a / ln(q/(1−q)), with half a photo on each side."""
    logits = np.tile([gap, 0.0], (of, 1))
    labels = np.array([0] * right + [1] * (of - right))
    q = (right + 0.5) / (of + 1)
    assert fit_temperature(logits, labels) == pytest.approx(gap / np.log(q / (1 - q)), rel=1e-9)


def test_scores_on_another_scale_get_that_scale_as_temperature() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(200, 4)) * 3
    labels = np.array([rng.choice(4, p=row) for row in np.exp(logits) / np.exp(logits).sum(1, keepdims=True)])
    found = fit_temperature(logits, labels)
    assert found == pytest.approx(1.0, abs=0.25)
    assert fit_temperature(40 * logits, labels) == pytest.approx(40 * found, rel=1e-6)


def test_few_photos_that_are_all_right_promise_less_than_many() -> None:
    few, many = (fit_temperature(np.tile([4.0, 0.0], (n, 1)), np.zeros(n, int)) for n in (3, 300))
    assert 0.3 < many < few < 4


def test_judgements_no_better_than_chance_get_the_highest_temperature() -> None:
    assert fit_temperature(np.eye(3), np.array([1, 2, 0])) == pytest.approx(1e3)


def test_both_temperatures_are_fitted_among_learned_classes_only() -> None:
    features, labels = photos(300)
    val = [row for row, label in enumerate(labels) if label in BASE]
    own = classifier()
    other = FusedClassifier(
        CosineClassifier(
            own.class_names,
            np.concatenate([own.matching.text_features[:3], np.ones((2, 8), np.float32)]),  # type: ignore[attr-defined]
            8.0,
        ),
        own.rows,
        own.head,
        0.3,
        0.7,
    )
    found = [calibrate(each, features[val], [labels[row] for row in val], BASE) for each in (own, other)]
    assert found[0] == found[1]
    assert found[0].photos == len(val)
    assert found[0].matching != pytest.approx(found[0].fused, rel=0.01)


def test_without_photos_nothing_is_changed() -> None:
    assert calibrate(classifier(), np.zeros((0, 8), np.float32), [], BASE) == Calibration(
        matching=1.0, fused=1.0, photos=0
    )


def test_a_handful_of_photos_moves_nothing() -> None:
    features, labels = photos(200)
    val = [row for row, label in enumerate(labels) if label in BASE][: LEAST_PHOTOS - 1]
    found = calibrate(classifier(), features[val], [labels[row] for row in val], BASE)
    assert found == Calibration()
    assert calibrated(classifier(), found).probabilities(features) == pytest.approx(
        classifier().probabilities(features), abs=0
    )


# One scale


def test_at_temperature_one_the_scores_are_the_products_own_probabilities() -> None:
    features, _ = photos(50)
    scores = union_scores(classifier(), features, BASE, Calibration())
    np.testing.assert_allclose(np.exp(scores), classifier().probabilities(features), rtol=1e-4, atol=1e-7)


def test_calibrated_scores_are_the_chain_rule_in_plain_float64() -> None:
    features, _ = photos(20)
    own = classifier()
    scores = union_scores(own, features, BASE, Calibration(matching=1.7, fused=0.6))
    f = features.astype(np.float64)
    texts = own.matching.text_features.astype(np.float64)  # type: ignore[attr-defined]
    unit = f / np.linalg.norm(f, axis=1, keepdims=True)
    matching = 8.0 * unit @ (texts / np.linalg.norm(texts, axis=1, keepdims=True)).T
    head = f @ own.head.weight.astype(np.float64).T  # type: ignore[attr-defined]
    p = np.exp(matching / 1.7)
    p /= p.sum(axis=1, keepdims=True)
    fused = np.exp((0.3 * matching[:, :3] + 0.7 * head) / 0.6)
    fused /= fused.sum(axis=1, keepdims=True)
    expected = np.concatenate([p[:, :3].sum(axis=1, keepdims=True) * fused, p[:, 3:]], axis=1)
    np.testing.assert_allclose(np.exp(scores), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, rtol=1e-9)


@pytest.mark.parametrize("fused", [True, False])
def test_what_judges_is_the_scores_of_the_curve(fused: bool) -> None:
    features, _ = photos(50)
    own = classifier() if fused else classifier().matching
    at = Calibration(matching=1.7, fused=0.6 if fused else 1.7, photos=99)
    found = calibrated(own, at)
    np.testing.assert_allclose(
        found.probabilities(features), np.exp(union_scores(own, features, BASE, at)), rtol=1e-4, atol=1e-6
    )
    for members in (list(BASE), [3, 4]):
        best = own.probabilities(features, members).argmax(axis=1)
        assert (found.probabilities(features, members).argmax(axis=1) == best).all()
    assert (found.logits(features) == own.logits(features)).all()


def test_a_method_that_only_matches_judges_as_before() -> None:
    features, labels = photos(200)
    plain = classifier().matching
    val = [row for row, label in enumerate(labels) if label in BASE]
    calibration = calibrate(plain, features[val], [labels[row] for row in val], BASE)
    assert calibration.matching == calibration.fused
    scores = union_scores(plain, features, BASE, calibration)
    assert (scores.argmax(axis=1) == plain.logits(features).argmax(axis=1)).all()


# The curve


def random_photos(seed: int, count: int = 60) -> SeenUnseen:
    rng = np.random.default_rng(seed)
    seen = rng.random(count) < 0.5
    return SeenUnseen(rng.normal(size=count) + seen, rng.random(count) < 0.7, seen)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_that_under_the_whole_curve(seed: int) -> None:
    found = random_photos(seed)
    points = np.array([found.accuracies(bias) for bias in (-np.inf, *np.sort(found.lead), np.inf)])
    seen, unseen = points[:, 0], points[:, 1]
    under = float(((seen[1:] + seen[:-1]) / 2 * np.diff(unseen)).sum())
    assert found.area() == pytest.approx(under)


def test_the_area_is_the_share_of_pairs_that_one_bias_gets_both_right() -> None:
    found = random_photos(7, 30)
    pairs = [
        found.right[s] and found.right[u] and found.lead[s] > found.lead[u]
        for s in np.flatnonzero(found.seen)
        for u in np.flatnonzero(~found.seen)
    ]
    assert found.area() == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize(("shift", "area"), [(10.0, 0.75 * 0.5), (-10.0, 0.0)])
def test_sides_that_are_wholly_apart_give_the_product_of_their_accuracies_or_nothing(
    shift: float, area: float
) -> None:
    seen = np.array([True] * 4 + [False] * 4)
    right = np.array([True, True, True, False, True, True, False, False])
    lead = np.array([0.1, 0.2, 0.3, 0.4] * 2) + np.where(seen, shift, 0)
    assert SeenUnseen(lead, right, seen).area() == pytest.approx(area)


def test_equal_leads_count_half() -> None:
    seen = np.array([True, True, False, False])
    assert SeenUnseen(np.zeros(4), np.ones(4, bool), seen).area() == pytest.approx(0.5)


def test_the_curve_goes_from_all_for_learned_to_all_for_new() -> None:
    found = random_photos(3, 400)
    curve = found.curve(11)
    assert len(curve) == 11
    assert len(set(curve)) == 11
    assert curve[0] == (found.right[found.seen].mean(), 0.0)
    assert curve[-1] == (0.0, found.right[~found.seen].mean())
    assert all(a[0] >= b[0] and a[1] <= b[1] for a, b in pairwise(curve))
    assert SeenUnseen(found.lead, np.zeros(400, bool), found.seen).curve() == [(0.0, 0.0)]


def test_without_bias_the_accuracies_are_those_of_the_best_class() -> None:
    features, labels = photos(300)
    scores = union_scores(classifier(), features, BASE, Calibration())
    found = seen_unseen(scores, labels, BASE)
    right, seen = scores.argmax(axis=1) == labels, np.isin(labels, BASE)
    assert found.accuracies(0.0) == pytest.approx((right[seen].mean(), right[~seen].mean()))
    for bias in (-1.0, 2.0):
        raised = (scores + np.where(np.isin(np.arange(5), BASE), 0, bias)).argmax(axis=1) == labels
        assert found.accuracies(bias) == pytest.approx((raised[seen].mean(), raised[~seen].mean()))


def test_resampling_draws_around_the_area() -> None:
    found = random_photos(2, 400)
    rng = np.random.default_rng(0)
    drawn = [found.resampled(rng) for _ in range(200)]
    assert np.mean(drawn) == pytest.approx(found.area(), abs=0.02)
    assert 0.005 < np.std(drawn) < 0.1
