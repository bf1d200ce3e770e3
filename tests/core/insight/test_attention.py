"""Heat maps: the published products written plainly, a planted patch, and every method that has an image tower."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.insight.attention import Looked, look
from core.insight.score import towards
from core.insight.texts import class_texts_of, fixed_for
from core.methods.build import build_method
from core.methods.catalogue import compositions
from core.methods.class_text import ClassText
from core.methods.classifier import CosineClassifier
from core.methods.protocol import Method
from core.problems import Problem
from tests.core.tiny_backbone import tiny_backbone

CLASSES = tuple(ClassText(f"c{number}", words) for number, words in enumerate(("red gear", "bolt", "valve")))
SIDE = 2  # a tiny photo has 2 × 2 patches of 16 pixels


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def _pixels(seed: int = 0) -> Tensor:
    return torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def _method(backbone: Backbone, composition: str) -> Method:
    """With what it learns moved away from where it starts."""
    method = build_method(composition, {}, backbone, CLASSES)
    with torch.no_grad():
        for group in method.parameter_groups():
            for parameter in group.parameters:
                parameter.add_(
                    0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(3))
                )
    return method


def _plain(backbone: Backbone, pixels: Tensor, index: int) -> Looked:
    """Both maps from open_clip's own modules in double precision."""
    visual: Any = copy.deepcopy(backbone._open_clip.visual).double()
    patches = visual.conv1(pixels.double()).flatten(2).transpose(1, 2)
    x = visual.ln_pre(
        torch.cat([visual.class_embedding[None, None], patches], 1) + visual.positional_embedding
    )
    x.requires_grad_()
    weights = []
    for block in visual.transformer.resblocks:
        y, tokens = block.ln_1(x), x.shape[1]
        heads = block.attn.num_heads
        q, k, v = (
            part.view(1, tokens, heads, -1).transpose(1, 2)
            for part in nn.functional.linear(y, block.attn.in_proj_weight, block.attn.in_proj_bias).chunk(
                3, -1
            )
        )
        attention = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1)
        weights.append(attention)
        x = x + block.attn.out_proj((attention @ v).transpose(1, 2).flatten(2))
        x = x + block.mlp(block.ln_2(x))
    features = nn.functional.normalize((visual.ln_post(x[:, 0]) @ visual.proj)[0], dim=0)
    texts = backbone.text_features(backbone.tokenize([f"a photo of a {entry.words}." for entry in CLASSES]))
    scores = backbone.logit_scale * nn.functional.normalize(texts.double(), dim=-1) @ features
    others = [number for number in range(len(CLASSES)) if number != index]
    rival = max(others, key=lambda number: scores[number].item())
    gradients = torch.autograd.grad(scores[index] - scores[rival], weights)
    rollout = relevance = torch.eye(5, dtype=torch.float64)
    for weight, gradient in zip(weights, gradients, strict=True):
        rollout = (0.5 * weight[0].mean(0) + 0.5 * torch.eye(5)) @ rollout
        relevance = relevance + (gradient[0] * weight[0]).clamp(min=0).mean(0) @ relevance
    maps = (part[0, 1:].detach().numpy().reshape(2, 2) for part in (rollout, relevance))
    return Looked(*(part / part.max() for part in maps))


@pytest.mark.parametrize("index", range(len(CLASSES)))
def test_both_maps_are_the_published_products(backbone: Backbone, index: int) -> None:
    method = build_method("zero-shot", {}, backbone, CLASSES)
    found = look(method, method.classifier(CLASSES), _pixels(), index)
    wanted = _plain(backbone, _pixels(), index)
    np.testing.assert_allclose(found.rollout, wanted.rollout, rtol=1e-4)
    np.testing.assert_allclose(found.weighted, wanted.weighted, atol=5e-3)


@pytest.mark.parametrize("planted", range(4))
def test_a_planted_patch_lights_up(planted: int) -> None:
    """The tower is made to attend from the class token to bright patches, and to carry over what it finds."""
    backbone = tiny_backbone()
    _attend_to_bright(backbone)
    pixels = torch.zeros(1, 3, 32, 32)
    row, column = divmod(planted, SIDE)
    pixels[:, :, 16 * row : 16 * (row + 1), 16 * column : 16 * (column + 1)] = 1.0
    method = build_method("zero-shot", {}, backbone, CLASSES)
    bright = method.image_features(pixels)[0].detach().numpy()
    classifier = CosineClassifier(("bright", "other"), np.stack([bright, -bright]), 10.0)
    found = look(method, classifier, pixels, 0)
    assert found.rollout.argmax() == planted and found.weighted.argmax() == planted
    assert np.delete(found.weighted.ravel(), planted).max() < 0.5


def _attend_to_bright(backbone: Backbone) -> None:
    tower: Any = backbone.image
    width = tower.width
    with torch.no_grad():
        tower.patches.weight.zero_()
        tower.patches.weight[0] = 0.05
        tower.class_embedding.zero_()
        tower.class_embedding[1] = 5.0
        tower.positions.zero_()
        for block in tower.blocks:
            for layer in (block.out, block.proj):
                layer.weight.zero_()
                layer.bias.zero_()
            block.qkv_weight.zero_()
            block.qkv_bias.zero_()
        first = tower.blocks[0]
        first.qkv_weight[0, 1] = 2.0  # the query asks from where the class token is
        first.qkv_weight[width, 0] = 2.0  # the key answers where the photo is bright
        first.qkv_weight[2 * width, 0] = 1.0  # the value carries the brightness
        first.out.weight[2, 0] = 3.0


@pytest.mark.parametrize("composition", [str(composition) for composition in compositions()])
def test_every_method_that_passes_a_vit_has_a_heat_map(backbone: Backbone, composition: str) -> None:
    method = _method(backbone, composition)
    before = method.image_features(_pixels()).detach()
    found = look(method, method.classifier(CLASSES), _pixels(), 1)
    for heat in vars(found).values():
        assert heat.shape == (SIDE, SIDE) and np.isfinite(heat).all()
        assert heat.min() >= 0 and heat.max() == pytest.approx(1)
    assert torch.equal(before, method.image_features(_pixels()).detach()), "looking changes nothing"
    assert all(parameter.grad is None for parameter in method.parameters())


@pytest.mark.parametrize("composition", ["vpt-deep", "prefix", "lora", "dept(promptsrc)"])
def test_the_tuned_tower_is_looked_into_not_the_untouched_one(backbone: Backbone, composition: str) -> None:
    method = _method(backbone, composition)
    classifier = build_method("zero-shot", {}, backbone, CLASSES).classifier(CLASSES)
    untouched = build_method("zero-shot", {}, backbone, CLASSES)
    tuned, plain = (look(each, classifier, _pixels(), 1) for each in (method, untouched))
    assert not np.allclose(tuned.rollout, plain.rollout, atol=1e-6)


def test_a_tower_of_another_kind_is_refused_in_words(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = build_method("zero-shot", {}, backbone, CLASSES)
    monkeypatch.setattr(backbone, "supports_image_prompts", False)
    with pytest.raises(Problem) as caught:
        look(method, method.classifier(CLASSES), _pixels(), 0)
    assert caught.value.code == "insight.no_heat_map"


def test_the_measured_slope_is_the_derived_one() -> None:
    rng = np.random.default_rng(0)
    texts, features = (
        rng.standard_normal((3, 12)).astype(np.float32),
        rng.standard_normal(12).astype(np.float32),
    )
    classifier = CosineClassifier(("a", "b", "c"), texts, 20.0)
    scores = classifier.logits(features[None])[0]
    rival = 1 if scores[1] > scores[2] else 2
    point = torch.from_numpy(features).double().requires_grad_()
    unit = nn.functional.normalize(torch.from_numpy(texts).double(), dim=-1)
    lead = 20.0 * (unit[0] - unit[rival]) @ nn.functional.normalize(point, dim=0)
    (wanted,) = torch.autograd.grad(lead, point)
    np.testing.assert_allclose(towards(classifier, features, 0), wanted.numpy(), rtol=0.02, atol=0.01)


def test_texts_that_depend_on_the_photo_are_fixed_for_it(backbone: Backbone) -> None:
    classifier = _method(backbone, "dept(cocoop)").classifier(CLASSES)
    photo = np.random.default_rng(0).standard_normal((1, 24)).astype(np.float32)
    fixed = fixed_for(classifier, photo)
    np.testing.assert_allclose(fixed.probabilities(photo), classifier.probabilities(photo), atol=1e-5)
    texts = class_texts_of(classifier, photo)
    scores = backbone.logit_scale * photo / np.linalg.norm(photo) @ texts.T
    np.testing.assert_allclose(scores, classifier.logits(photo), atol=1e-3)
