"""Neural collapse in pieces: nothing is left to do at a simplex, and elsewhere each piece is its formula in float64."""

import math

import pytest
import torch
from torch import Tensor

from core.methods.neural_collapse import (
    centred_images,
    centred_texts,
    image_centre,
    isomorphism,
    language_collapse,
    largest_simplex,
    length_variation,
    measure,
    simplex_cosines,
    simplex_deviation,
)

CLASSES, WIDTH = 5, 12


def corners(classes: int, width: int, seed: int = 0) -> Tensor:
    """Corners of a simplex, turned at random: the unit vectors of C axes, centred, in C of `width` directions."""
    generator = torch.Generator().manual_seed(seed)
    axes, _ = torch.linalg.qr(torch.randn(width, classes, generator=generator, dtype=torch.float64))
    centred = torch.eye(classes, dtype=torch.float64) - 1 / classes
    return math.sqrt(classes / (classes - 1)) * centred @ axes.T


def drawn(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def unit(vector: Tensor) -> Tensor:
    return vector / vector.norm()


def plain_centred_texts(text: Tensor) -> Tensor:
    mean = sum(unit(w) for w in text) / len(text)
    return torch.stack([unit(unit(w) - mean) for w in text])


def plain_language_collapse(text: Tensor) -> Tensor:
    centred, classes = plain_centred_texts(text), len(text)
    pairs = [(i, j) for i in range(classes) for j in range(classes) if i != j]
    return torch.stack([(centred[i].dot(centred[j]) + 1 / (classes - 1)) ** 2 for i, j in pairs]).mean()


def plain_isomorphism(images: Tensor, texts: list[Tensor], labels: list[int], centre: Tensor) -> Tensor:
    losses = []
    for image, text, label in zip(images, texts, labels, strict=True):
        w, h = plain_centred_texts(text), unit(unit(image) - centre)
        others = [c for c in range(len(text)) if c != label]
        pushed = torch.stack([(h.dot(w[c]) + 1 / (len(text) - 1)) ** 2 for c in others]).mean()
        losses.append(1 - h.dot(w[label]) + pushed)
    return torch.stack(losses).mean()


@pytest.mark.parametrize(("classes", "width"), [(2, 12), (5, 12), (12, 12)])
def test_the_target_is_the_cosines_between_corners_of_a_simplex(classes: int, width: int) -> None:
    vertices = corners(classes, width)
    assert torch.allclose(simplex_cosines(classes).double(), vertices @ vertices.T, atol=1e-6)


def test_the_largest_simplex_has_one_corner_more_than_channels() -> None:
    """Cosines that vectors of some width can have make a matrix whose rank is no larger than the width."""
    width = 6
    most = largest_simplex(width)
    assert torch.linalg.matrix_rank(simplex_cosines(most), rtol=1e-5) == width
    assert torch.linalg.matrix_rank(simplex_cosines(most + 1), rtol=1e-5) == width + 1


def test_features_at_the_corners_have_no_loss_and_measure_nothing() -> None:
    vertices = corners(CLASSES, WIDTH)
    labels = torch.arange(CLASSES).repeat(4)
    cosines = simplex_cosines(CLASSES)
    texts, images = centred_texts(vertices), centred_images(3 * vertices[labels], torch.zeros(WIDTH))
    assert language_collapse(texts, cosines).item() == pytest.approx(0, abs=1e-10)
    assert isomorphism(images, texts, labels, cosines).item() == pytest.approx(0, abs=1e-6)
    found = measure(7 * vertices[labels], vertices, labels)
    for figure in (found.within_class, found.language, found.equinorm, found.isomorphism):
        assert figure == pytest.approx(0, abs=1e-10)


def test_a_cone_around_the_corners_is_centred_away() -> None:
    """A shift of all unit texts, as CLIP's cone is one, changes nothing after centring."""
    vertices = corners(CLASSES, WIDTH)
    aside = unit(drawn(WIDTH) - vertices.T @ torch.linalg.pinv(vertices.T) @ drawn(WIDTH))
    cone = 0.6 * vertices + 0.8 * aside
    assert torch.allclose(centred_texts(cone).double(), vertices, atol=1e-6)


def test_losses_and_their_gradients_are_those_of_the_formula() -> None:
    text, images = drawn(CLASSES, WIDTH, seed=1), drawn(7, WIDTH, seed=2)
    labels, centre = [0, 1, 2, 3, 4, 1, 1], 0.1 * drawn(WIDTH, seed=3)
    cosines = simplex_cosines(CLASSES)
    exact = [text.clone().requires_grad_(), images.clone().requires_grad_()]
    ours = [text.float().requires_grad_(), images.float().requires_grad_()]
    wanted = [
        plain_language_collapse(exact[0]),
        plain_isomorphism(exact[1], [exact[0]] * 7, labels, centre),
    ]
    texts = centred_texts(ours[0])
    found = [
        language_collapse(texts, cosines),
        isomorphism(centred_images(ours[1], centre.float()), texts, torch.tensor(labels), cosines),
    ]
    for mine, theirs, inputs in zip(found, wanted, (1, 2), strict=True):
        assert mine.item() == pytest.approx(theirs.item(), rel=1e-5)
        gradients = torch.autograd.grad(mine, ours[:inputs], retain_graph=True)
        for one, other in zip(
            gradients, torch.autograd.grad(theirs, exact[:inputs], retain_graph=True), strict=True
        ):
            assert (one - other).norm() <= 1e-4 * other.norm()


def test_texts_that_depend_on_the_photo_are_judged_photo_by_photo() -> None:
    text, images = drawn(3, CLASSES, WIDTH, seed=1), drawn(3, WIDTH, seed=2)
    labels, centre, cosines = [4, 0, 2], 0.1 * drawn(WIDTH, seed=3), simplex_cosines(CLASSES)
    texts = centred_texts(text)
    spread = torch.stack([plain_language_collapse(own) for own in text]).mean()
    lined_up = plain_isomorphism(images, list(text), labels, centre)
    found = isomorphism(centred_images(images, centre.float()), texts, torch.tensor(labels), cosines)
    assert language_collapse(texts, cosines).item() == pytest.approx(spread.item(), rel=1e-5)
    assert found.item() == pytest.approx(lined_up.item(), rel=1e-5)


def test_classes_of_the_same_words_have_a_loss_and_small_gradients() -> None:
    for count in (2, 3):
        text = torch.ones(count, WIDTH).requires_grad_()
        texts = centred_texts(text)
        cosines = simplex_cosines(count)
        image = centred_images(torch.arange(1.0, WIDTH + 1)[None], torch.zeros(WIDTH))
        loss = language_collapse(texts, cosines) + isomorphism(image, texts, torch.tensor([0]), cosines)
        (gradient,) = torch.autograd.grad(loss, text)
        assert torch.isfinite(loss)
        assert gradient.norm() < 1e4


def test_the_centre_weighs_classes_alike() -> None:
    images, labels = drawn(9, WIDTH), torch.tensor([0, 0, 0, 0, 0, 0, 2, 2, 3])
    means = [
        torch.stack([unit(f) for f, own in zip(images, labels, strict=True) if own == c]).mean(0)
        for c in (0, 2, 3)
    ]
    found = image_centre(images, labels, CLASSES)
    assert torch.allclose(found.double(), sum(means) / 3, atol=1e-6)


def test_measures_are_those_of_the_formulas() -> None:
    text, images = drawn(CLASSES, WIDTH, seed=1), drawn(23, WIDTH, seed=2)
    labels = torch.arange(23) % CLASSES
    h = torch.stack([unit(f) for f in images])
    means = torch.stack([h[labels == c].mean(0) for c in range(CLASSES)])
    h, means = h - means.mean(0), means - means.mean(0)
    within = sum(torch.outer(f - means[c], f - means[c]) for f, c in zip(h, labels, strict=True)) / 23
    between = sum(torch.outer(m, m) for m in means) / CLASSES
    w = torch.stack([unit(each) for each in text])
    w = w - w.mean(0)
    pairs = [(i, j) for i in range(CLASSES) for j in range(CLASSES) if i != j]
    lengths = torch.stack([each.norm() for each in w])
    found = measure(images, text, labels)
    pseudo_inverse = torch.linalg.pinv(between, rtol=1e-10, hermitian=True)
    assert found.within_class == pytest.approx(float(torch.trace(within @ pseudo_inverse) / CLASSES))
    cosines = [abs(unit(w[i]).dot(unit(w[j])) + 1 / (CLASSES - 1)) for i, j in pairs]
    assert found.language == pytest.approx(float(sum(cosines) / len(pairs)))
    assert found.equinorm == pytest.approx(float(lengths.std(correction=0) / lengths.mean()))
    assert found.isomorphism == pytest.approx(float((w / w.norm() - means / means.norm()).square().sum()))


def test_single_measures_take_features_of_any_length() -> None:
    vertices = corners(CLASSES, WIDTH)
    lengths = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=torch.float64)
    assert float(simplex_deviation(lengths[:, None] * vertices)) == pytest.approx(0, abs=1e-12)
    assert float(length_variation(lengths[:, None] * vertices)) == pytest.approx(math.sqrt(2) / 3)
