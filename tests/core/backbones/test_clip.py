"""The facade computes what open_clip computes, with less work, and lets gradients reach only what is given."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.problems import Problem
from tests.core.backbones.conftest import BIDIRECTIONAL, CUSTOM, TINY, imported

TEXTS = ["a photo of a brass bolt", "bolt", "a scratched blue plastic gear on a conveyor belt"]


@pytest.fixture(scope="module", params=[TINY, CUSTOM], ids=["CLIP", "CustomTextCLIP"])
def causal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return imported("either", request.param, tmp_path_factory.mktemp("either"))


def stock(backbone: Backbone) -> Any:
    """open_clip's own model inside."""
    return backbone._clip


def test_text_features_equal_the_full_length_forward(causal: Backbone) -> None:
    tokens = causal.tokenize(TEXTS)
    full = stock(causal).encode_text(tokens)
    assert tokens.shape == (3, causal.context_length)
    assert (causal.text_features(tokens) - full).abs().max() < 1e-5


def test_a_text_that_fills_the_context_is_read_at_its_end(causal: Backbone) -> None:
    tokens = causal.tokenize(["bolt " * 50, "bolt"])
    assert causal.eot_positions(tokens).tolist() == [causal.context_length - 1, 2]
    assert (causal.text_features(tokens) - stock(causal).encode_text(tokens)).abs().max() < 1e-5


def test_embeddings_give_the_features_and_gradients_of_the_full_forward(causal: Backbone) -> None:
    tokens = causal.tokenize(TEXTS)
    eot = causal.eot_positions(tokens)
    full = causal.token_embeddings(tokens).requires_grad_()
    short = full.detach()[:, : int(eot.max()) + 1].clone().requires_grad_()
    (full_gradient,) = torch.autograd.grad(_plain_forward(causal, full, eot).square().sum(), full)
    (short_gradient,) = torch.autograd.grad(causal.text.features(short, eot).square().sum(), short)
    length = short.shape[1]
    scale = full_gradient.abs().max()
    assert (full_gradient[:, :length] - short_gradient).abs().max() < 1e-5 * scale
    assert full_gradient[:, length:].abs().max() == 0


def test_embeddings_longer_than_needed_change_nothing(causal: Backbone) -> None:
    tokens = causal.tokenize(TEXTS)
    eot = causal.eot_positions(tokens)
    features = causal.text.features(causal.token_embeddings(tokens), eot)
    assert torch.equal(features, causal.text_features(tokens))


def test_image_features_are_open_clips_unnormalised(causal: Backbone) -> None:
    pixels = torch.randn(2, 3, 32, 32)
    features = causal.image_features(pixels)
    assert features.shape == (2, causal.embed_dim)
    assert (features - stock(causal).encode_image(pixels)).abs().max() < 1e-5
    assert not torch.allclose(features.norm(dim=1), torch.ones(2))


def test_nothing_of_a_backbone_learns(backbone: Backbone) -> None:
    assert not [name for name, value in backbone.named_parameters() if value.requires_grad]
    backbone.train()
    assert not [module for module in backbone.modules() if module.training]
    embeddings = backbone.token_embeddings(backbone.tokenize(TEXTS)).requires_grad_()
    backbone.text.features(embeddings, torch.tensor([3, 3, 3])).sum().backward()
    assert embeddings.grad is not None
    assert not [name for name, value in backbone.named_parameters() if value.grad is not None]


def test_features_are_float32_under_autocast(backbone: Backbone) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert backbone.text_features(backbone.tokenize(TEXTS)).dtype == torch.float32
        assert backbone.image_features(torch.randn(1, 3, 32, 32)).dtype == torch.float32


def test_a_backbone_says_what_it_is(backbone: Backbone) -> None:
    assert (backbone.embed_dim, backbone.text_width, backbone.image_size) == (16, 16, 32)
    assert backbone.supports_prompts
    assert backbone.logit_scale == pytest.approx(float(stock(backbone).logit_scale.exp()))
    assert backbone.card.name == "tiny"
    assert len(backbone.card.sha256) == 64


def test_copies_of_a_backbone_compute_the_same(backbone: Backbone) -> None:
    tokens = backbone.tokenize(TEXTS)
    assert torch.equal(copy.deepcopy(backbone).text_features(tokens), backbone.text_features(tokens))


def test_a_text_tower_that_is_not_causal_is_run_whole_and_takes_no_prompts(tmp_path: Path) -> None:
    backbone = imported("siglip-like", BIDIRECTIONAL, tmp_path)
    tokens = backbone.tokenize(TEXTS)
    assert not backbone.supports_prompts
    assert torch.equal(backbone.text_features(tokens), stock(backbone).encode_text(tokens))
    with pytest.raises(Problem) as refusal:
        backbone.token_embeddings(tokens)
    assert refusal.value.code == "backbones.no_prompts"


def test_quick_gelu_of_the_description_is_used(backbone: Backbone, tmp_path: Path) -> None:
    quick = imported("quick", TINY | {"quick_gelu": True}, tmp_path)
    tokens = backbone.tokenize(TEXTS)
    assert (backbone.text_features(tokens) - quick.text_features(tokens)).abs().max() > 1e-4


def _plain_forward(backbone: Backbone, embeddings: Tensor, eot: Tensor) -> Tensor:
    """The text tower at full length, as open_clip's encode_text writes it."""
    model = stock(backbone)
    tower = getattr(model, "text", model)
    x = embeddings + tower.positional_embedding
    x = tower.ln_final(tower.transformer(x, attn_mask=tower.attn_mask))
    features: Tensor = x[torch.arange(len(x)), eot] @ tower.text_projection
    return features
