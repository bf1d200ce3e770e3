"""ProGrad: gradients that keep to the untouched model's side, against the formula in float64."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.prograd import DIRECTION
from core.methods.protocol import MATCHING, Batch, Method
from tests.core.methods.plain_prompts import (
    EVERY,
    LABELS,
    Plain,
    cross_entropy,
    disturbed,
    image_features,
    scaled_cosines,
)
from tests.core.methods.plain_towers import BASE, NEW, uneven_backbone


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.fixture(scope="module")
def plain(backbone: Backbone) -> Plain:
    return Plain(backbone)


@pytest.fixture
def batch(backbone: Backbone) -> Batch:
    return Batch(image_features(backbone), LABELS)


def built(backbone: Backbone, classes: Any = BASE, **hyper: Any) -> Method:
    hyper = {f"prograd.{key}": value for key, value in hyper.items()}
    return build_method("prograd", hyper, backbone, classes)


def both_gradients(plain: Plain, ctx: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """g and k of one batch in float64; KL(zero-shot ‖ learned) photo by photo."""
    scale = plain.backbone.logit_scale
    text = torch.stack([plain.text((ctx, entry.words, ".")) for entry in BASE])
    logits = torch.stack([scaled_cosines(x, text, scale) for x in batch.inputs])
    teacher = plain.sentences(BASE)
    divergences = []
    for photo, row in zip(batch.inputs, logits, strict=True):
        wanted = scaled_cosines(photo, teacher, scale).softmax(dim=-1)
        divergences.append((wanted * (wanted.log() - row.log_softmax(dim=-1))).sum())
    (g,) = torch.autograd.grad(cross_entropy(logits, batch.labels), ctx, retain_graph=True)
    (k,) = torch.autograd.grad(torch.stack(divergences).mean(), ctx)
    return g, k


def learn(method: Method, batch: Batch, parts: int = 1) -> Tensor:
    """The gradient that a step would take."""
    for photos in torch.arange(len(batch.labels)).chunk(parts):
        part = Batch(batch.inputs[photos], batch.labels[photos])
        method.backward(method.losses(part), len(photos) / len(batch.labels))
    method.before_step()
    gradient: Tensor = method.ctx.grad.clone()
    method.ctx.grad = None
    return gradient


def opposed(backbone: Backbone, plain: Plain, sign: int = -1, **hyper: Any) -> tuple[Method, Batch]:
    """A method and photos with labels whose g points against k (or along it, with `sign` 1)."""
    method = built(backbone, **hyper)
    ctx = disturbed(method)["ctx"]
    inputs = image_features(backbone)
    _, k = both_gradients(plain, ctx, Batch(inputs, LABELS))
    chosen = []
    for photo in inputs:
        along = [
            (both_gradients(plain, ctx, Batch(photo[None], torch.tensor([label])))[0] * k).sum().item()
            for label in range(len(BASE))
        ]
        chosen.append(int(np.argmax(sign * np.array(along))))
    return method, Batch(inputs, torch.tensor(chosen))


def plain_gradients(plain: Plain, method: Method, batch: Batch) -> tuple[Tensor, Tensor]:
    return both_gradients(plain, method.ctx.detach().double().requires_grad_(), batch)


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
def test_what_points_against_the_untouched_model_is_taken_out(
    backbone: Backbone, plain: Plain, strength: float
) -> None:
    method, batch = opposed(backbone, plain, strength=strength)
    g, k = plain_gradients(plain, method, batch)
    unit = k / k.norm()
    assert (g * unit).sum() < -0.1 * g.norm()
    wanted = g - strength * (g * unit).sum() * unit
    found = learn(method, batch).double()
    assert (found - wanted).norm() <= 5e-4 * wanted.norm()
    if strength == 1.0:
        assert abs((found * unit).sum()) < 1e-3 * found.norm()


def test_what_agrees_with_the_untouched_model_is_left_alone(backbone: Backbone, plain: Plain) -> None:
    method, batch = opposed(backbone, plain, sign=1)
    g, k = plain_gradients(plain, method, batch)
    assert (g * k).sum() > 0.1 * g.norm() * k.norm()
    assert (learn(method, batch).double() - g).norm() <= 5e-4 * g.norm()


def test_with_strength_0_it_learns_as_coop(backbone: Backbone, batch: Batch) -> None:
    method, coop = built(backbone, strength=0.0), build_method("coop", {}, backbone, BASE)
    for each in (method, coop):
        disturbed(each)
    coop.backward(coop.losses(batch), 1.0)
    assert torch.allclose(learn(method, batch), coop.ctx.grad, rtol=1e-4, atol=1e-6)


def test_the_loss_is_the_matching_loss(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone)
    disturbed(method)
    assert {term.name: term.weight for term in method.losses(batch)} == {MATCHING: 1.0, DIRECTION: 0.0}


@pytest.mark.parametrize("parts", [2, 3, 7])
def test_a_batch_in_parts_is_the_whole_batch(backbone: Backbone, plain: Plain, parts: int) -> None:
    method, batch = opposed(backbone, plain)
    whole = learn(method, batch)
    assert (learn(method, batch, parts) - whole).norm() <= 1e-4 * whole.norm()


def test_a_batch_that_is_begun_anew_forgets_its_first_attempt(backbone: Backbone, plain: Plain) -> None:
    method, batch = opposed(backbone, plain)
    wanted = learn(method, batch)
    method.backward(method.losses(Batch(batch.inputs[:3].flip(0) + 1, batch.labels[:3])), 0.5)
    method.zero_grad()
    assert torch.equal(learn(method, batch), wanted)


def test_from_the_very_words_of_the_sentence_nothing_is_held_back(backbone: Backbone, batch: Batch) -> None:
    """k is nothing but rounding there; its direction means nothing."""
    coop = build_method("coop", {}, backbone, BASE)
    coop.backward(coop.losses(batch), 1.0)
    for parts in (1, 3):
        assert torch.allclose(learn(built(backbone), batch, parts), coop.ctx.grad, rtol=1e-3, atol=1e-5)


def test_only_the_context_is_kept(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone)
    disturbed(method)
    method.backward(method.losses(batch), 1.0)
    assert method.learned_state().keys() == method.training_state().keys() == {"ctx"}
    for built_for in (BASE, NEW):
        fresh = built(backbone, built_for)
        fresh.load_training_state(method.training_state())
        for classes in (BASE, NEW, EVERY):
            wanted, found = (
                each.classifier(classes).probabilities(batch.inputs.numpy()) for each in (method, fresh)
            )
            assert np.array_equal(found, wanted)
