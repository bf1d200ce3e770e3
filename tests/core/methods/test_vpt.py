"""VPT against prompts appended and replaced as tokens, in float64 (methods.md §4, §15.3)."""

import numpy as np
import pytest
import torch
from torch import nn

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.protocol import MATCHING, Batch
from core.methods.vpt import VPT
from tests.core.methods.plain_towers import (
    BASE,
    NEW,
    close,
    disturb,
    doubles,
    photos,
    plain_clip,
    plain_cross_entropy,
    plain_image,
    plain_logits,
    plain_text,
    uneven_backbone,
)

LABELS = torch.tensor([0, 1, 2, 0, 1])
SETTINGS = [
    ("vpt-shallow", {"vpt-shallow.n_ctx": 3}),
    ("vpt-deep", {"vpt-deep.n_ctx": 3}),
    ("vpt-deep", {"vpt-deep.n_ctx": 2, "vpt-deep.prompt_depth": 2}),
]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def built(backbone: Backbone, composition: str = "vpt-deep", seed: int = 0, **hyper: int) -> VPT:
    method = build_method(composition, hyper, backbone, BASE, seed)
    assert isinstance(method, VPT)
    return method


@pytest.mark.parametrize(("composition", "hyper"), SETTINGS)
def test_logits_loss_and_gradients_are_those_of_appended_and_replaced_tokens(
    backbone: Backbone, composition: str, hyper: dict[str, int]
) -> None:
    method = built(backbone, composition, **hyper)
    disturb(method)
    batch = Batch(photos(), LABELS)
    aligned = method.align(batch)
    (term,) = method.terms(aligned, batch)

    clip, prompts = plain_clip(backbone), doubles(method)["prompts"]
    text = plain_text(backbone, clip, [f"a photo of a {entry.words}." for entry in BASE])
    image = plain_image(clip, batch.inputs, prompts.unbind())
    logits = plain_logits(image, text, backbone.logit_scale)
    loss = plain_cross_entropy(logits, LABELS)

    assert close(aligned.image_features, image, 1e-5)
    assert close(aligned.text_features, text, 1e-5)
    assert close(aligned.logits, logits, 1e-5)
    assert (term.name, term.weight) == (MATCHING, 1.0)
    assert term.value.item() == pytest.approx(loss.item(), rel=1e-5)
    method.backward([term], 1.0)
    (wanted,) = torch.autograd.grad(loss, prompts)
    assert method.prompts.grad is not None
    assert close(method.prompts.grad, wanted, 1e-4)


def test_every_block_within_reach_learns(backbone: Backbone) -> None:
    for depth, blocks in ((1, 1), (3, 3), (12, 4)):
        method = built(backbone, **{"vpt-deep.prompt_depth": depth})
        batch = Batch(photos(), LABELS)
        method.backward(method.losses(batch), 1.0)
        assert method.prompts.shape == (blocks, 8, 48)
        assert method.prompts.grad is not None
        assert (method.prompts.grad.flatten(1).norm(dim=1) > 0).all()


def test_shallow_is_deep_with_one_block(backbone: Backbone) -> None:
    shallow = built(backbone, "vpt-shallow", seed=4)
    deep = built(backbone, "vpt-deep", seed=4, **{"vpt-deep.prompt_depth": 1})
    assert torch.equal(shallow.encode(photos()), deep.encode(photos()))


def test_without_prompts_it_is_the_untouched_model(backbone: Backbone) -> None:
    method = built(backbone)
    method.prompts = nn.Parameter(torch.empty(4, 0, 48))
    untouched = build_method("zero-shot", {}, backbone, BASE)
    assert torch.equal(method.encode(photos()), backbone.image_features(photos()))
    found, wanted = (
        m.classifier([*BASE, *NEW]).probabilities(m.image_features(photos()).detach().numpy())
        for m in (method, untouched)
    )
    assert np.array_equal(found, wanted)


def test_prompts_start_small_and_from_the_seed(backbone: Backbone) -> None:
    method = built(backbone, **{"vpt-deep.n_ctx": 64})
    assert method.prompts.std().item() == pytest.approx(0.02, rel=0.1)
    assert torch.equal(built(backbone, seed=5).prompts, built(backbone, seed=5).prompts)
    assert not torch.equal(built(backbone, seed=5).prompts, built(backbone, seed=6).prompts)


@pytest.mark.parametrize("composition", ["vpt-shallow", "vpt-deep"])
def test_what_was_learned_comes_back_bit_for_bit_with_any_classes(
    backbone: Backbone, composition: str
) -> None:
    method = built(backbone, composition)
    disturb(method)
    fresh = build_method(composition, {}, backbone, NEW, seed=9)
    fresh.load_learned_state(method.learned_state())
    assert set(method.training_state()) == {"prompts"}
    for classes in (BASE, NEW, [*BASE, *NEW]):
        found, wanted = (
            m.classifier(classes).probabilities(m.image_features(photos()).detach().numpy())
            for m in (fresh, method)
        )
        assert np.array_equal(found, wanted)
