"""MaPLe against whole texts and appended tokens, in float64 (methods.md §5, §15.4)."""

import numpy as np
import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.maple import MaPLe
from core.methods.protocol import MATCHING, Batch
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
BEHIND = {1: "photo of a ", 2: "of a ", 3: "a ", 4: "", 6: ""}


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def built(backbone: Backbone, seed: int = 0, **settings: int) -> MaPLe:
    hyper = {f"maple.{key}": value for key, value in settings.items()}
    method = build_method("maple", hyper, backbone, BASE, seed)
    assert isinstance(method, MaPLe)
    return method


@pytest.mark.parametrize(("n_ctx", "depth"), [(2, 9), (4, 2), (1, 1), (6, 9)])
def test_logits_loss_and_gradients_are_those_of_the_long_way(
    backbone: Backbone, n_ctx: int, depth: int
) -> None:
    method = built(backbone, n_ctx=n_ctx, prompt_depth=depth)
    disturb(method)
    batch = Batch(photos(), LABELS)
    aligned = method.align(batch)
    (term,) = method.terms(aligned, batch)

    clip, learned = plain_clip(backbone), doubles(method)
    prompts = learned["text_prompts"].unbind()
    projected = [
        torch.stack([
            learned[f"projections.{i}.weight"] @ row + learned[f"projections.{i}.bias"] for row in prompt
        ])
        for i, prompt in enumerate(prompts)
    ]  # fmt: skip
    sentences = [f"{'x ' * n_ctx}{BEHIND[n_ctx]}{entry.words}." for entry in BASE]
    text = plain_text(backbone, clip, sentences, prompts)
    image = plain_image(clip, batch.inputs, projected)
    logits = plain_logits(image, text, backbone.logit_scale)
    loss = plain_cross_entropy(logits, LABELS)

    assert close(aligned.image_features, image, 1e-5)
    assert close(aligned.text_features, text, 1e-5)
    assert close(aligned.logits, logits, 1e-5)
    assert (term.name, term.weight) == (MATCHING, 1.0)
    assert term.value.item() == pytest.approx(loss.item(), rel=1e-5)
    method.backward([term], 1.0)
    found = dict(method.named_parameters())
    for name, wanted in zip(learned, torch.autograd.grad(loss, list(learned.values())), strict=True):
        gradient = found[name].grad
        assert gradient is not None
        assert gradient.norm() > 0
        assert close(gradient, wanted, 1e-4), name


def test_two_words_learn_and_two_stay(backbone: Backbone) -> None:
    words = backbone.token_embeddings(backbone.tokenize(["a photo of a"]))[0, 1:5]
    two, four = built(backbone), built(backbone, n_ctx=4)
    assert torch.equal(two.text_prompts[0], words[:2])
    assert torch.equal(two._texts.fixed, words[2:])
    assert torch.equal(four.text_prompts[0], words)
    assert len(four._texts.fixed) == 0


def test_more_than_four_words_start_at_random(backbone: Backbone) -> None:
    method = built(backbone, n_ctx=16)
    assert method.text_prompts[0].std().item() == pytest.approx(0.02, rel=0.15)
    assert len(method._texts.fixed) == 0


@pytest.mark.parametrize("n_ctx", [1, 2, 3, 4])
def test_before_learning_texts_of_one_block_are_the_written_sentence(backbone: Backbone, n_ctx: int) -> None:
    method = built(backbone, n_ctx=n_ctx, prompt_depth=1)
    wanted = build_method("zero-shot", {}, backbone, BASE).align(Batch(torch.ones(1, 24), LABELS[:1]))
    assert close(method.learned_texts(), wanted.text_features.double(), 1e-5)


def test_projections_of_later_blocks_start_as_copies_and_learn_apart(backbone: Backbone) -> None:
    method = built(backbone)
    first, second, third = method.projections
    assert torch.equal(second.weight, third.weight)
    assert torch.equal(second.bias, third.bias)
    assert not torch.equal(first.weight, second.weight)
    assert second.weight is not third.weight


def test_depth_is_that_of_the_shallower_tower(backbone: Backbone) -> None:
    assert [len(built(backbone, prompt_depth=depth).projections) for depth in (1, 2, 9)] == [1, 2, 3]


def test_what_was_learned_comes_back_bit_for_bit_with_any_classes(backbone: Backbone) -> None:
    method = built(backbone)
    disturb(method)
    fresh = build_method("maple", {}, backbone, NEW, seed=9)
    fresh.load_learned_state(method.learned_state())
    assert all("backbone" not in name for name in method.training_state())
    for classes in (BASE, NEW, [*BASE, *NEW]):
        found, wanted = (
            m.classifier(classes).probabilities(m.image_features(photos()).detach().numpy())
            for m in (fresh, method)
        )
        assert np.array_equal(found, wanted)
