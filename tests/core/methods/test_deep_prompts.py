"""What methods with prompts in both towers share: how much they learn, where they are refused, at what rate."""

from typing import Any

import pytest

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.problems import Problem
from tests.core.methods.plain_towers import BASE, uneven_backbone
from tests.core.tiny_backbone import tiny_backbone

ALL = ("vpt-shallow", "vpt-deep", "maple", "promptsrc")
# The shape of CLIP ViT-B/16 wherever prompts are; its MLPs and pictures are of no concern to them.
VIT_B_16: dict[str, Any] = {
    "embed_dim": 512,
    "vision_cfg": {
        "image_size": 32, "layers": 12, "width": 768, "head_width": 64, "patch_size": 16, "mlp_ratio": 0.1
    },
    "text_cfg": {
        "context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12, "mlp_ratio": 0.1
    },
}  # fmt: skip


@pytest.mark.slow
def test_on_vit_b_16_as_many_values_learn_as_published() -> None:
    backbone = uneven_backbone(VIT_B_16)
    found = {}
    for composition in ALL:
        hyper = {"promptsrc.templates": "single"} if composition == "promptsrc" else {}
        method = build_method(composition, hyper, backbone, BASE)
        found[composition] = sum(p.numel() for p in method.parameters() if p.requires_grad)
    assert found == {"vpt-shallow": 6_144, "vpt-deep": 73_728, "maple": 3_555_072, "promptsrc": 46_080}


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.mark.parametrize("composition", ALL)
def test_an_image_tower_that_is_no_vit_is_refused(composition: str) -> None:
    other = tiny_backbone()
    other._image = None
    with pytest.raises(Problem) as refusal:
        build_method(composition, {}, other, BASE)
    assert refusal.value.code == "backbones.no_image_prompts"


@pytest.mark.parametrize("composition", ALL)
def test_all_that_learns_learns_at_one_rate_by_the_logit_scale(backbone: Backbone, composition: str) -> None:
    method = build_method(composition, {}, backbone, BASE)
    (group,) = method.parameter_groups()
    assert {id(p) for p in group.parameters} == {id(p) for p in method.parameters() if p.requires_grad}
    assert (group.lr_scale, group.sgd_scale) == (1.0, pytest.approx(100 / backbone.logit_scale))
