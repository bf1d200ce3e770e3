"""Full and bias tuning: which weights are cloned, and which stay the backbone's."""

import pytest

from core.backbones.clip import Backbone
from core.methods.build import build_method
from tests.core.methods.plain_towers import BASE, uneven_backbone


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def test_all_weights_of_both_towers_but_the_table_of_words(backbone: Backbone) -> None:
    learned = build_method("full", {}, backbone, BASE).learned_state()
    stock = {
        name: value.numel()
        for name, value in backbone._clip.named_parameters()
        if name not in ("logit_scale", "token_embedding.weight")
    }
    assert sum(value.numel() for value in learned.values()) == sum(stock.values())


def test_biases_are_all_that_do_something(backbone: Backbone) -> None:
    """Of a block's: q, v, out, fc, proj and the two norms. A key bias does nothing."""
    learned = build_method("bitfit", {}, backbone, BASE).learned_state()
    layers = ("q", "v", "out", "fc", "proj", "ln_1", "ln_2")
    wanted = {
        f"{tower}.blocks.{number}.{layer}.bias"
        for tower, depth in (("image_tower", 4), ("text_tower", 3))
        for number in range(depth)
        for layer in layers
    }
    ends = {"image_tower.ln_pre.bias", "image_tower.ln_post.bias", "text_tower.ln_final.bias"}
    assert set(learned) == wanted | ends


def test_what_stands_before_the_first_block_learns_only_with_it(backbone: Backbone) -> None:
    upper = build_method("full", {"full.blocks": "upper-half"}, backbone, BASE).learned_state()
    ends = {name for name in upper if ".blocks." not in name}
    assert ends == {
        "image_tower.ln_post.weight",
        "image_tower.ln_post.bias",
        "image_tower.projection",
        "text_tower.ln_final.weight",
        "text_tower.ln_final.bias",
        "text_tower.projection",
    }


def test_weights_that_do_not_learn_take_no_memory_of_their_own(backbone: Backbone) -> None:
    method = build_method("bitfit", {}, backbone, BASE)
    frozen = {p.data_ptr() for p in backbone.parameters()} | {b.data_ptr() for b in backbone.buffers()}
    own = [p for p in method.parameters() if p.data_ptr() not in frozen and not p.requires_grad]
    inside_stock = {
        p.untyped_storage().data_ptr() for p in backbone._clip.parameters()
    }  # q, k and v are parts of a stock tensor
    assert all(p.untyped_storage().data_ptr() in inside_stock for p in own)
