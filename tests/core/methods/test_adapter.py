"""Bottleneck adapters: where they stand and the formula of one."""

import pytest
import torch
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.adapter import Bottleneck
from core.methods.build import build_method
from core.methods.configs.peft import AdapterConfig
from tests.core.methods.plain_towers import BASE, uneven_backbone


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.mark.parametrize(
    ("activation", "curve"), [("gelu", functional.gelu), ("relu", torch.relu), ("tanh", torch.tanh)]
)
def test_one_bottleneck_is_the_formula(activation: str, curve: object) -> None:
    config = AdapterConfig(width=5, scale=0.3, activation=activation)
    bottleneck = Bottleneck(8, config)
    h = torch.randn(2, 3, 8)
    assert torch.equal(bottleneck(h), h)
    torch.nn.init.normal_(bottleneck.up.weight)
    down, up = bottleneck.down.weight.double(), bottleneck.up.weight.double()
    wanted = torch.stack([
        torch.stack([token + 0.3 * up @ curve(down @ token) for token in row])  # type: ignore[operator]
        for row in h.double()
    ])  # fmt: skip
    assert torch.allclose(bottleneck(h).double(), wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("places", "hooks"),
    [
        ("both", {"after_attention", "after_mlp"}),
        ("attention", {"after_attention"}),
        ("mlp", {"after_mlp"}),
    ],
)
def test_they_stand_in_every_block_where_the_settings_say(
    backbone: Backbone, places: str, hooks: set[str]
) -> None:
    state = build_method("adapter", {"adapter.places": places}, backbone, BASE).learned_state()
    wanted = {
        f"{tower}.blocks.{number}.{hook}.{half}.weight"
        for tower, depth in (("image_tower", 4), ("text_tower", 3))
        for number in range(depth)
        for hook in hooks
        for half in ("down", "up")
    }
    assert set(state) == wanted
