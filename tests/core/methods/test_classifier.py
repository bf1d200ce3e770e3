"""The classifiers: probabilities on one scale, whatever classes are offered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.classifier import (
    CacheHead,
    CosineClassifier,
    FusedClassifier,
    Head,
    LinearHead,
    PrototypeHead,
    softmax,
)

D = 6


def _fused(rng: np.random.Generator, rows: tuple[int, ...], balance: float) -> FusedClassifier:
    learned = max(rows) + 1
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    matching = CosineClassifier(tuple(map(str, range(len(rows)))), draw(len(rows), D), 14.0)
    head = LinearHead(draw(D), draw(D), draw(learned, D), draw(learned))
    return FusedClassifier(matching, rows, head, 1 - balance, balance)


@st.composite
def cases(draw: st.DrawFn) -> tuple[FusedClassifier, np.ndarray, list[int]]:
    learned, others = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    rows = tuple(draw(st.permutations([*range(learned), *[-1] * others])))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    subset = draw(st.lists(st.sampled_from(range(len(rows))), min_size=1, unique=True))
    return _fused(rng, rows, draw(st.floats(0, 1))), rng.normal(size=(5, D)).astype(np.float32), subset


def head_scores(head: LinearHead, x: np.ndarray) -> np.ndarray:
    """The formula in float64."""
    return (head.gamma * x + head.beta) @ head.weight.T.astype(np.float64) + head.bias


@given(cases())
def test_probabilities_add_up_whatever_is_offered(
    case: tuple[FusedClassifier, np.ndarray, list[int]],
) -> None:
    classifier, features, subset = case
    for offered in (None, subset):
        found = classifier.probabilities(features, offered)
        assert np.all(found >= 0)
        assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


@given(cases())
def test_classes_never_learned_keep_their_matching_probability(
    case: tuple[FusedClassifier, np.ndarray, list[int]],
) -> None:
    classifier, features, subset = case
    found = classifier.probabilities(features, subset)
    matching = classifier.matching.probabilities(features, subset)
    others = [place for place, index in enumerate(subset) if classifier.rows[index] < 0]
    assert np.array_equal(found[:, others], matching[:, others])


@given(cases())
def test_learned_classes_share_their_mass_by_the_published_fusion(
    case: tuple[FusedClassifier, np.ndarray, list[int]],
) -> None:
    classifier, features, subset = case
    learned = [index for index in subset if classifier.rows[index] >= 0]
    places = [subset.index(index) for index in learned]
    if not learned:
        return
    found = classifier.probabilities(features, subset)[:, places]
    x = features.astype(np.float64)
    head = head_scores(classifier.head, x)
    itm = classifier.logits(features)[:, learned]
    rows = [classifier.rows[index] for index in learned]
    fused = classifier.matching_weight * itm + classifier.head_weight * head[:, rows]
    wanted = np.exp(fused - fused.max(axis=1, keepdims=True))
    wanted /= wanted.sum(axis=1, keepdims=True)
    mass = classifier.matching.probabilities(features, subset)[:, places].sum(axis=1, keepdims=True)
    assert np.allclose(found, mass * wanted, atol=1e-5)


def test_without_balance_the_head_does_nothing() -> None:
    rng = np.random.default_rng(0)
    classifier = _fused(rng, (0, 1, -1), 0.0)
    features = rng.normal(size=(4, D)).astype(np.float32)
    assert np.allclose(
        classifier.probabilities(features), classifier.matching.probabilities(features), atol=1e-6
    )


def test_an_idle_head_gives_its_bias() -> None:
    matching = CosineClassifier(("a", "b"), np.eye(2, D, dtype=np.float32), 14.0)
    one, zero = np.ones(D, np.float32), np.zeros(D, np.float32)
    bias = np.array([0.5, -1.0], np.float32)
    classifier = FusedClassifier(
        matching, (0, 1), LinearHead(one, zero, np.zeros((2, D), np.float32), bias), 0.3, 0.7
    )
    features = np.random.default_rng(0).normal(size=(3, D)).astype(np.float32)
    assert np.array_equal(classifier.head.scores(features), np.tile(bias, (3, 1)))


def test_cosine_scores_do_not_depend_on_lengths() -> None:
    rng = np.random.default_rng(1)
    text, features = (rng.normal(size=(3, D)).astype(np.float32) for _ in range(2))
    scores = CosineClassifier(("a", "b", "c"), text, 20.0).logits(features)
    scaled = CosineClassifier(("a", "b", "c"), text * 7, 20.0).logits(features * 0.1)
    assert np.allclose(scores, scaled, atol=1e-4)
    assert np.abs(scores).max() <= 20.001


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e4])
def test_softmax_does_not_overflow(offset: float) -> None:
    logits = np.array([[0.0, 1.0, 2.0]], np.float32) + np.float32(offset)
    assert np.allclose(softmax(logits).sum(), 1)


def test_no_photo_is_certain() -> None:
    one = softmax(np.array([[1000.0, 0.0]], np.float32))
    assert 0.999 < one[0, 0] < 1.0
    sure = CosineClassifier(("a", "b"), np.eye(2, dtype=np.float32), 1e4)
    flat = np.zeros(2, np.float32)
    fused = FusedClassifier(
        sure, (0, 1), LinearHead(flat, flat, np.zeros((2, 2), np.float32), flat), 0.5, 0.5
    )
    assert fused.probabilities(np.array([[1.0, 0.0]], np.float32)).max() < 1.0


def every_head(rng: np.random.Generator, learned: int) -> list[Head]:
    """One head of each kind."""
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    counts = tuple(int(count) for count in rng.integers(1, 4, learned))
    keys = draw(sum(counts), D)
    return [
        LinearHead(draw(D), draw(D), draw(learned, D), draw(learned)),
        PrototypeHead(draw(learned, D), 16.2),
        CacheHead(keys / np.linalg.norm(keys, axis=1, keepdims=True), counts, 1.7, 5.5),
    ]


def scores_by_hand(head: Head, feature: np.ndarray) -> list[float]:
    """Each kind's formula for one photo, class by class in float64."""
    x = feature.astype(np.float64)
    unit = x / np.sqrt((x * x).sum())
    match head:
        case LinearHead():
            return [float(w @ (head.gamma * x + head.beta) + b) for w, b in zip(head.weight, head.bias)]  # noqa: B905
        case PrototypeHead():
            return [head.scale * float(unit @ m / np.sqrt(m.astype(np.float64) @ m)) for m in head.means]
        case CacheHead():
            owners = [label for label, count in enumerate(head.counts) for _ in range(count)]
            near = [np.exp(-head.beta * (1 - unit @ key)) for key in head.keys.astype(np.float64)]
            return [
                head.alpha * sum(n for n, owner in zip(near, owners, strict=True) if owner == label)
                for label in range(len(head.counts))
            ]
    raise TypeError(head)


@pytest.mark.parametrize("learned", [1, 3])
@pytest.mark.parametrize("kind", range(3))
def test_every_head_scores_by_its_formula(kind: int, learned: int) -> None:
    head = every_head(np.random.default_rng(learned), learned)[kind]
    features = np.random.default_rng(7).normal(size=(4, D)).astype(np.float32)
    wanted = [scores_by_hand(head, feature) for feature in features]
    found = head.scores(features)
    assert found.dtype == np.float32
    assert head.learned == learned
    assert np.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(("matching_weight", "head_weight"), [(0.3, 0.7), (0.0, 1.0), (1.0, 1.0)])
@pytest.mark.parametrize("kind", range(3))
def test_any_head_and_mixture_shares_out_the_learned_mass_and_no_more(
    kind: int, matching_weight: float, head_weight: float
) -> None:
    rng = np.random.default_rng(3)
    matching = CosineClassifier(tuple("abcd"), rng.normal(size=(4, D)).astype(np.float32), 14.0)
    head = every_head(rng, 2)[kind]
    classifier = FusedClassifier(matching, (-1, 1, -1, 0), head, matching_weight, head_weight)
    features = rng.normal(size=(5, D)).astype(np.float32)
    found, plain = classifier.probabilities(features), matching.probabilities(features)
    assert np.array_equal(found[:, [0, 2]], plain[:, [0, 2]])
    mixed = matching_weight * matching.logits(features)[:, [3, 1]] + head_weight * head.scores(features)
    only_learned = classifier.probabilities(features, [3, 1])
    assert np.allclose(only_learned, softmax(mixed), atol=1e-6)
    mass = plain[:, [3, 1]].sum(axis=1, keepdims=True)
    assert np.allclose(found[:, [3, 1]], mass * only_learned, atol=1e-6)
