"""What is exact and saves memory inside a block: QuickGELU in one piece, prompts as keys and values."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from core.backbones.blocks import QuickGELU
from core.backbones.clip import Backbone
from tests.core.methods.plain_towers import CFG, close, photos, plain_clip, plain_image, uneven_backbone


@pytest.fixture(scope="module", params=[False, True], ids=["gelu", "quick gelu"])
def backbone(request: pytest.FixtureRequest) -> Backbone:
    return uneven_backbone(CFG | {"quick_gelu": request.param})


def prompts(depth: int, n: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(depth)
    return [torch.randn(n, 48, generator=generator).requires_grad_() for _ in range(depth)]


def appended(backbone: Backbone, pixels: Tensor, given: Sequence[Tensor]) -> Tensor:
    """Prompts as tokens through open_clip's own blocks, all photos at once."""
    visual = backbone._clip.visual
    x = visual.conv1(pixels).flatten(2).transpose(1, 2)
    x = torch.cat([visual.class_embedding.expand(len(x), 1, -1), x], dim=1) + visual.positional_embedding
    x = visual.ln_pre(torch.cat([x, given[0].expand(len(x), -1, -1)], dim=1))
    for number, block in enumerate(visual.transformer.resblocks):
        if 0 < number < len(given):
            x = torch.cat([x[:, : -len(given[0])], given[number].expand(len(x), -1, -1)], dim=1)
        x = block(x)
    return visual.ln_post(x[:, 0]) @ visual.proj


def kept_bytes(backbone: Backbone, forward: Callable[[], Tensor]) -> int:
    """What autograd keeps for the way back, besides the weights."""
    weights = {value.untyped_storage().data_ptr() for value in backbone.parameters()}
    kept: dict[int, Tensor] = {}

    def pack(value: Tensor) -> Tensor:
        kept[value.untyped_storage().data_ptr()] = value
        return value

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda value: value):
        forward()
    return sum(value.untyped_storage().nbytes() for place, value in kept.items() if place not in weights)


@pytest.mark.parametrize(("depth", "n"), [(1, 4), (2, 2), (4, 1), (4, 4)])
def test_features_and_gradients_are_exact(backbone: Backbone, depth: int, n: int) -> None:
    given = prompts(depth, n)
    doubled = [prompt.detach().double().requires_grad_() for prompt in given]
    found = backbone.image.features(photos(), given)
    wanted = plain_image(plain_clip(backbone), photos(), doubled)
    assert close(found, wanted, 1e-5)
    gradients = torch.autograd.grad(found.square().sum(), given)
    for mine, theirs in zip(gradients, torch.autograd.grad(wanted.square().sum(), doubled), strict=True):
        assert close(mine, theirs, 1e-4)


@pytest.mark.parametrize(("depth", "n"), [(1, 4), (2, 2), (4, 1), (4, 4)])
def test_no_more_is_kept_for_the_way_back_than_with_prompts_as_tokens(
    backbone: Backbone, depth: int, n: int
) -> None:
    given = prompts(depth, n)
    ours = kept_bytes(backbone, lambda: backbone.image.features(photos(), given))
    assert ours < kept_bytes(backbone, lambda: appended(backbone, photos(), given))


def test_quick_gelu_is_the_formula_in_value_and_slope() -> None:
    x = torch.linspace(-30, 30, 1001).requires_grad_()
    exact = x.detach().double().requires_grad_()
    found, wanted = QuickGELU()(x), exact * torch.sigmoid(1.702 * exact)
    assert torch.allclose(found.double(), wanted, rtol=1e-5, atol=1e-7)
    (slope,), (theirs,) = (torch.autograd.grad(y.sum(), of) for y, of in ((found, x), (wanted, exact)))
    assert torch.allclose(slope.double(), theirs, rtol=1e-5, atol=1e-6)
