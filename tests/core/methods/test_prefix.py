"""Prefix tuning: gate, mask, the small network and its folding."""

import math

import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.prefix import FreePrefix, Prefix, PrefixMemory, fold_prefixes
from core.methods.protocol import Batch, total
from tests.core.methods.plain_towers import (
    BASE,
    NEW,
    close,
    disturb,
    photos,
    plain_cross_entropy,
    uneven_backbone,
)
from tests.core.methods.plain_tuning import PlainTuned

LABELS = torch.tensor([0, 1, 2, 0, 1])


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def prefix(backbone: Backbone, **settings: object) -> Prefix:
    hyper = {"prefix.length": 3, "prefix.mlp": False} | {
        f"prefix.{name}": value for name, value in settings.items()
    }
    method = build_method("prefix", hyper, backbone, BASE, seed=1)  # type: ignore[arg-type]
    assert isinstance(method, Prefix)
    return method.eval()


def memory(gated: bool) -> PrefixMemory:
    torch.manual_seed(2)
    return PrefixMemory(FreePrefix(torch.randn(2, 3, 8), torch.randn(2, 3, 8)), 2, gated=gated)


def test_a_mask_hides_own_keys_only() -> None:
    """The first query sees itself and the prefix, whatever stands behind it."""
    query, key, value = (torch.randn(4, 2, 5, 8) for _ in range(3))
    mask = torch.full((5, 5), -torch.inf).triu(1)
    for gated in (True, False):
        hung = memory(gated)
        if hung.gate is not None:
            torch.nn.init.normal_(hung.gate)
        seen = hung(query, key, value, mask)
        alone = hung(query[..., :1, :], key[..., :1, :], value[..., :1, :], None)
        assert torch.allclose(seen[..., :1, :], alone, atol=1e-6)


def test_a_plain_prefix_takes_its_share_of_attention() -> None:
    """(1−a)·attention(x) + a·softmax(qK_pᵀ)V_p, a being the prefix's share (methods.md §10.3)."""
    query, key, value = (torch.randn(1, 2, 1, 8).double() for _ in range(3))
    hung = memory(gated=False).double()
    first, second = hung.prefix()
    own = (query * key).sum(-1, keepdim=True) / math.sqrt(8)
    more = query @ first.transpose(-1, -2) / math.sqrt(8)
    share = more.exp().sum(-1, keepdim=True) / (more.exp().sum(-1, keepdim=True) + own.exp())
    wanted = (1 - share) * value + share * (more.softmax(-1) @ second)
    assert torch.allclose(hung(query, key, value, None), wanted)


def test_with_the_gate_at_zero_not_a_bit_differs(backbone: Backbone) -> None:
    method = prefix(backbone)
    with torch.no_grad():
        for name, value in method.named_parameters():
            if name.endswith((".key", ".value")):
                value.normal_()
    assert torch.equal(method.encode(photos()), backbone.image.features(photos()))
    untouched = backbone.text.features_after(method._sentences.beginning, method._sentences.endings)
    assert torch.equal(method._sentences.features(method.text_tower), untouched)


def test_only_the_gate_learns_at_first_then_all(backbone: Backbone) -> None:
    method = prefix(backbone)
    batch = Batch(photos(), LABELS)
    total(method.losses(batch)).backward()  # type: ignore[no-untyped-call]
    moved = {name for name, p in method.named_parameters() if p.grad is not None and p.grad.any()}
    assert moved == {name for name in method.learned_state() if name.endswith("gate")}


def explicit(method: Prefix) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The small network written out in float64: its tensors, and the keys and values that it gives."""
    network = {
        name: value.detach().double().requires_grad_()
        for name, value in method.named_parameters()
        if value.requires_grad
    }
    found: dict[str, Tensor] = {}
    for tower, depth, heads in (("image_tower", 4, 3), ("text_tower", 3, 2)):
        # The encoder is told by the block that comes first: all blocks of a tower share it.
        start = f"{tower}.blocks.0.memory.prefix.encoder"
        hidden = torch.tanh(
            network[f"{start}.embedding"] @ network[f"{start}.linear.weight"].T
            + network[f"{start}.linear.bias"]
        )
        for number in range(depth):
            at = f"{tower}.blocks.{number}.memory"
            weight = network[f"{at}.prefix.linear.weight"]
            both = hidden @ weight.T + network[f"{at}.prefix.linear.bias"]
            width = both.shape[1] // 2
            for kind, part in (("key", both[:, :width]), ("value", both[:, width:])):
                found[f"{at}.prefix.{kind}"] = torch.stack(part.chunk(heads, dim=1))
            if f"{at}.gate" in network:
                found[f"{at}.gate"] = network[f"{at}.gate"]
    return network, found


@pytest.mark.parametrize("gate", [True, False])
def test_through_the_small_network_as_written_out(backbone: Backbone, gate: bool) -> None:
    method = prefix(backbone, mlp=True, gate=gate)
    disturb(method, 0.2)
    aligned = method.align(Batch(photos(), LABELS))
    network, found = explicit(method)
    wanted = PlainTuned(backbone).prefixes(found).logits(photos(), BASE)
    assert close(aligned.logits, wanted, 1e-4)
    total(method.terms(aligned, Batch(photos(), LABELS))).backward()  # type: ignore[no-untyped-call]
    gradients = torch.autograd.grad(plain_cross_entropy(wanted, LABELS), list(network.values()))
    largest = max(gradient.norm() for gradient in gradients)
    parameters = dict(method.named_parameters())
    for name, gradient in zip(network, gradients, strict=True):
        mine = parameters[name].grad
        assert mine is not None and mine.any(), name
        assert (mine.double() - gradient).norm() <= 1e-3 * gradient.norm() + 1e-6 * largest, name


def test_folding_changes_not_a_bit_and_leaves_keys_and_values_to_learn(backbone: Backbone) -> None:
    method = prefix(backbone, mlp=True, gate=False)
    disturb(method, 0.2)
    batch = Batch(photos(), LABELS)
    before = method.align(batch)
    classes = method.classifier((*BASE, *NEW)).text_features  # type: ignore[attr-defined]
    fold_prefixes(method)
    after = method.align(batch)
    assert torch.equal(after.logits, before.logits)
    assert (method.classifier((*BASE, *NEW)).text_features == classes).all()  # type: ignore[attr-defined]
    assert all(name.endswith(("prefix.key", "prefix.value")) for name in method.learned_state())
    total(method.losses(batch)).backward()  # type: ignore[no-untyped-call]
    assert all(p.grad is not None and p.grad.any() for p in method._learned().values())


@pytest.mark.parametrize("gate", [True, False])
def test_the_small_network_is_not_part_of_what_was_learned(backbone: Backbone, gate: bool) -> None:
    method, fresh = (prefix(backbone, mlp=True, gate=gate) for _ in range(2))
    disturb(method, 0.2)
    state = method.learned_state()
    assert all(name.endswith(("prefix.key", "prefix.value", "memory.gate")) for name in state)
    fresh.load_learned_state(state)
    assert torch.equal(fresh.encode(photos()), method.encode(photos()))
    for classes in (BASE, NEW, (*NEW, *BASE)):
        found, wanted = (m.classifier(classes).text_features for m in (fresh, method))  # type: ignore[attr-defined]
        assert (found == wanted).all()


def test_but_training_goes_on_with_it(backbone: Backbone) -> None:
    method, again = (prefix(backbone, mlp=True) for _ in range(2))
    disturb(method, 0.2)
    again.load_training_state(method.training_state())
    for each in (method, again):
        total(each.losses(Batch(photos(), LABELS))).backward()  # type: ignore[no-untyped-call]
        torch.optim.SGD(each._learned().values(), lr=0.01).step()
    found, wanted = again.training_state(), method.training_state()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(value, wanted[name]) for name, value in found.items())
