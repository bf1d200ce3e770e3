"""The control for DePT around every method that DePT stands around: one linear layer on photos, nothing else."""

import numpy as np
import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.catalogue import CATALOGUE
from core.methods.classifier import FusedClassifier, LinearHead
from core.methods.configs.wrappers import LinearFusionConfig
from core.methods.fusion import HEAD
from core.methods.linear_fusion import LinearFusion
from core.methods.presets import resolve_preset
from core.methods.protocol import MATCHING, Batch, total
from tests.core.methods.wrapped import (
    BASE,
    NEW,
    batch_for,
    close,
    gradients,
    judged,
    learned,
    loss_of,
    step,
    wrapped,
)
from tests.core.tiny_backbone import tiny_backbone

INNER = CATALOGUE["linear-fusion"].wraps
LAMBDA = 0.6
around_each = pytest.mark.parametrize("inner", INNER)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def fusion_of(inner: str, backbone: Backbone, balance: float = LAMBDA) -> LinearFusion:
    method = wrapped(f"linear-fusion({inner})", backbone, {"linear-fusion.balance": balance})
    assert isinstance(method, LinearFusion)
    return method


def test_it_stands_around_what_dept_stands_around() -> None:
    assert CATALOGUE["linear-fusion"].wraps == CATALOGUE["dept"].wraps


@around_each
def test_loss_and_gradients_are_those_of_the_formula(backbone: Backbone, inner: str) -> None:
    """(1−λ)·matching + λ·CE(W e + b) over the B photos + what else the inner method has."""
    method = fusion_of(inner, backbone)
    batch = batch_for(method)
    aligned = method.inner.align(batch)
    losses = []
    for feature, label in zip(aligned.image_features.double(), batch.labels.tolist(), strict=True):
        scores = method.head.weight.double() @ feature + method.head.bias.double()
        losses.append(scores.logsumexp(0) - scores[label])
    wanted = LAMBDA * torch.stack(losses).mean()
    for term in method.inner.terms(aligned, batch):
        wanted = wanted + ((1 - LAMBDA) if term.name == MATCHING else 1) * term.weight * term.value
    found = method.losses(batch)
    assert found[-1].name == HEAD
    assert total(found).item() == pytest.approx(wanted.item(), rel=1e-5)
    parameters = learned(method)
    for mine, theirs in zip(gradients(total(found), parameters), gradients(wanted, parameters), strict=True):
        assert close(mine, theirs)


@around_each
def test_with_balance_0_it_is_the_inner_method(backbone: Backbone, inner: str) -> None:
    method = fusion_of(inner, backbone, balance=0.0)
    batch, inside = batch_for(method), learned(method.inner)
    with_head, without = loss_of(method, batch), loss_of(method.inner, batch)
    assert with_head.item() == pytest.approx(without.item(), rel=1e-6)
    for mine, theirs in zip(gradients(with_head, inside), gradients(without, inside), strict=True):
        assert close(mine, theirs, within=1e-6)
    for classes in (BASE, NEW, BASE + NEW):
        assert np.allclose(
            judged(method, batch.inputs, classes), judged(method.inner, batch.inputs, classes), atol=1e-6
        )


@around_each
def test_learned_classes_are_judged_by_both_and_others_by_the_inner_method(
    backbone: Backbone, inner: str
) -> None:
    method = fusion_of(inner, backbone)
    batch = batch_for(method)
    aligned = method.align(batch)
    mixed = (1 - LAMBDA) * aligned.logits + LAMBDA * method.head(aligned.image_features)
    assert np.allclose(judged(method, batch.inputs, BASE), mixed.softmax(dim=-1).detach().numpy(), atol=1e-5)
    assert np.array_equal(judged(method, batch.inputs, NEW), judged(method.inner, batch.inputs, NEW))


@around_each
def test_the_head_learns_as_fast_as_dept_s_and_the_inner_method_as_it_would(
    backbone: Backbone, inner: str
) -> None:
    method, dept = (
        build_method(f"{name}({inner})", {}, backbone, BASE) for name in ("linear-fusion", "dept")
    )
    assert isinstance(method, LinearFusion)
    own = method.inner.parameter_groups()
    groups = method.parameter_groups()
    assert groups[: len(own)] == own
    assert {group.lr_scale for group in groups[len(own) :]} == {dept.parameter_groups()[-1].lr_scale}
    named = [id(p) for group in groups for p in group.parameters]
    assert sorted(named) == sorted(id(p) for p in learned(method))


@around_each
def test_what_was_learned_comes_back_on_a_fresh_method(backbone: Backbone, inner: str) -> None:
    hyper = {"linear-fusion.feature_norm": 10.0}
    method = build_method(f"linear-fusion({inner})", hyper, backbone, BASE, seed=1)
    batch = batch_for(method)
    method.start(batch)
    step(method, batch)
    fresh = build_method(f"linear-fusion({inner})", hyper, backbone, BASE, seed=99)
    fresh.load_learned_state(method.learned_state())
    for classes in (BASE, NEW, (NEW[0], BASE[2], BASE[0])):
        assert np.array_equal(judged(fresh, batch.inputs, classes), judged(method, batch.inputs, classes))


@around_each
def test_its_preset_differs_from_dept_s_in_nothing_but_the_head(inner: str) -> None:
    ours, theirs = (resolve_preset(f"{name}({inner})").hyper for name in ("linear-fusion", "dept"))
    assert {key.replace("linear-fusion.", "dept."): value for key, value in ours.items()} == theirs


def head_scores(
    backbone: Backbone, batch: Batch, feature_norm: float, optimizer: type[torch.optim.Optimizer]
) -> torch.Tensor:
    """Of the head after some steps, CoOp's own features given."""
    torch.manual_seed(0)
    method = LinearFusion(
        LinearFusionConfig(feature_norm=feature_norm), build_method("coop", {}, backbone, BASE)
    )
    method.start(batch)
    plain_sgd = optimizer is torch.optim.SGD
    trainer = optimizer(
        [
            {"params": list(g.parameters), "lr": 0.003 * g.lr_scale * (g.sgd_scale if plain_sgd else 1)}
            for g in method.parameter_groups()[-2:]
        ]
    )
    for _ in range(10):
        trainer.zero_grad()
        loss_of(method, batch).backward()  # type: ignore[no-untyped-call]
        trainer.step()
    classifier = method.classifier(BASE)
    assert isinstance(classifier, FusedClassifier)
    assert isinstance(classifier.head, LinearHead)
    return torch.from_numpy(classifier.head.scores(batch.inputs.numpy()))


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_with_a_wished_length_it_learns_as_if_features_had_it_beforehand(
    backbone: Backbone, optimizer: type[torch.optim.Optimizer]
) -> None:
    batch = batch_for(build_method("coop", {}, backbone, BASE))
    scale = 10 / batch.inputs.norm(dim=-1).mean()
    wanted = head_scores(backbone, Batch(batch.inputs * scale, batch.labels), 0.0, optimizer)
    found = head_scores(backbone, batch, 10.0, optimizer)
    assert torch.allclose(found, wanted, atol=1e-3)
    assert not torch.allclose(head_scores(backbone, batch, 0.0, optimizer), wanted, atol=1e-2)
