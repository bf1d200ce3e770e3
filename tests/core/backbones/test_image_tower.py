"""The image tower with and without prompts, against open_clip's own blocks run the long way."""

import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.problems import Problem
from tests.core.tiny_backbone import tiny_backbone

PROMPTS = 3


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    return torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def obvious(backbone: Backbone, pixels: Tensor, prompts: list[Tensor]) -> Tensor:
    """Prompts behind the patches before `ln_pre`; before later blocks the last n tokens are replaced (methods.md §4)."""
    visual = backbone._clip.visual
    x = visual.conv1(pixels).flatten(2).transpose(1, 2)
    first = visual.class_embedding.expand(len(pixels), 1, -1)
    x = torch.cat([first, x], dim=1) + visual.positional_embedding
    if prompts:
        x = torch.cat([x, prompts[0].expand(len(x), -1, -1)], dim=1)
    x = visual.ln_pre(x)
    for number, block in enumerate(visual.transformer.resblocks):
        if 0 < number < len(prompts):
            x = torch.cat([x[:, :-PROMPTS], prompts[number].expand(len(x), -1, -1)], dim=1)
        x = block(x)
    return visual.ln_post(x[:, 0]) @ visual.proj


def close(found: Tensor, wanted: Tensor) -> bool:
    return bool((found - wanted).abs().max() <= 1e-5 * wanted.abs().max())


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_prompts_as_keys_and_values_equal_prompts_as_tokens(
    backbone: Backbone, pixels: Tensor, depth: int
) -> None:
    generator = torch.Generator().manual_seed(depth)
    prompts = [torch.randn(PROMPTS, 32, generator=generator).requires_grad_() for _ in range(depth)]
    found, wanted = backbone.image.features(pixels, prompts), obvious(backbone, pixels, prompts)
    assert close(found, wanted)
    if prompts:
        gradients = (torch.autograd.grad(f.square().sum(), prompts) for f in (found, wanted))
        assert all(close(a, b) for a, b in zip(*gradients, strict=True))


@pytest.mark.parametrize("block", [0, 1, 2])
def test_going_on_from_any_block_equals_the_whole(backbone: Backbone, pixels: Tensor, block: int) -> None:
    tokens = backbone.image.hidden(pixels, block)
    if block < backbone.image.depth:
        assert close(backbone.image.features_from(tokens, block), obvious(backbone, pixels, []))
    stock = backbone._clip.visual
    x = stock._embeds(pixels)
    for stage in stock.transformer.resblocks[:block]:
        x = stage(x)
    assert close(tokens, x)


def test_a_tower_that_cannot_be_taken_apart_says_so(backbone: Backbone) -> None:
    other = tiny_backbone()
    other._image = None
    with pytest.raises(Problem) as refusal:
        _ = other.image
    assert refusal.value.code == "backbones.no_image_prompts"
