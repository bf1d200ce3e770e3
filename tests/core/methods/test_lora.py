"""LoRA: where peft puts it, what it scales by, and when its dropout works."""

import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.configs.peft import LoRAConfig
from core.methods.lora import LoRA, layers
from core.methods.protocol import Batch
from core.methods.settings import settings_of
from tests.core.methods.plain_towers import BASE, disturb, photos, uneven_backbone

LABELS = torch.tensor([0, 1, 2, 0, 1])
LAYERS = {
    "qv": {"q", "v"},
    "qkv": {"q", "k", "v"},
    "qkvo": {"q", "k", "v", "out"},
    "qkvo+mlp": {"q", "k", "v", "out", "fc", "proj"},
    "mlp": {"fc", "proj"},
    "o": {"out"},
    "ko": {"k", "out"},
    "v+mlp": {"v", "fc", "proj"},
}


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def lora(backbone: Backbone, **settings: object) -> LoRA:
    hyper = {f"lora.{name}": value for name, value in settings.items()}
    method = build_method("lora", hyper, backbone, BASE, seed=1)  # type: ignore[arg-type]
    assert isinstance(method, LoRA)
    return method


@pytest.mark.parametrize(("targets", "layers"), LAYERS.items())
def test_each_layer_that_is_named_has_one_pair_in_every_block(
    backbone: Backbone, targets: str, layers: set[str]
) -> None:
    state = lora(backbone, targets=targets, rank=3).learned_state()
    wanted = {
        f"{tower}.blocks.{number}.{layer}.lora_{half}.default.weight"
        for tower, depth in (("image_tower", 4), ("text_tower", 3))
        for number in range(depth)
        for layer in layers
        for half in "AB"
    }
    assert set(state) == wanted
    assert all(3 in value.shape for value in state.values())


def test_any_choice_of_layers_can_be_asked_for() -> None:
    """Of q, k, v, out and the MLP, each with or without the others: 2⁵ − 1."""
    (targets,) = (entry for entry in settings_of(LoRAConfig, "lora") if entry.key == "lora.targets")
    chosen = {frozenset(layers(each)) for each in targets.limits.choices}
    assert len(chosen) == len(targets.limits.choices) == 31
    assert all(("fc" in each) == ("proj" in each) for each in chosen)


def test_published_size_at_clips_own_depth(backbone: Backbone) -> None:
    """2·r·width for each of q, k, v: 184 320 in ViT-B/16 (methods.md §10.2), as many by the formula here."""
    of_vit = 3 * 12 * 2 * 2 * (768 + 512)
    assert of_vit == 184_320
    learned = sum(value.numel() for value in lora(backbone).learned_state().values())
    assert learned == 3 * 2 * 2 * (4 * 48 + 3 * 32)


def test_b_alone_is_zero_at_first(backbone: Backbone) -> None:
    for name, value in lora(backbone).learned_state().items():
        assert bool(value.any()) == ("lora_A" in name)


def test_the_root_of_the_rank_or_the_rank_itself_divides(backbone: Backbone) -> None:
    def moved(rslora: bool, alpha: int) -> torch.Tensor:
        method = lora(backbone, rank=4, alpha=alpha, rslora=rslora, towers="text").eval()
        disturb(method)
        return method.align(Batch(torch.ones(1, backbone.embed_dim), LABELS[:1])).text_features

    assert torch.allclose(moved(True, 3), moved(False, 6), atol=1e-5)
    assert not torch.allclose(moved(True, 3), moved(False, 3), atol=1e-2)


def test_dropout_while_learning_only(backbone: Backbone) -> None:
    method = lora(backbone, dropout=0.5)
    disturb(method)
    batch = Batch(photos(), LABELS)

    def logits(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return method.align(batch).logits.detach()

    method.train()
    assert torch.equal(logits(1), logits(1))
    assert not torch.equal(logits(1), logits(2))
    method.eval()
    assert torch.equal(logits(1), logits(2))


def test_judging_is_without_dropout_even_amid_learning(backbone: Backbone) -> None:
    method = lora(backbone, dropout=0.5)
    disturb(method)
    method.train()
    learning = (method.encode(photos()), torch.from_numpy(method.classifier(BASE).text_features))  # type: ignore[attr-defined]
    assert method.training
    method.eval()
    aligned = method.align(Batch(photos(), LABELS))
    assert torch.equal(learning[0], aligned.image_features)
    assert torch.allclose(learning[1], aligned.text_features, atol=1e-5)


def test_the_backbones_layers_are_not_wrapped(backbone: Backbone) -> None:
    before = [type(module) for module in backbone.modules()]
    lora(backbone, targets="qkvo+mlp")
    assert [type(module) for module in backbone.modules()] == before
