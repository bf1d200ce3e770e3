"""DePT around every method that it stands around: the formula in float64, and what must stay as it is inside."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.catalogue import CATALOGUE
from core.methods.classifier import Classifier, CosineClassifier, FusedClassifier, LinearHead
from core.methods.configs.wrappers import DePTConfig
from core.methods.dept import DePT
from core.methods.fusion import HEAD
from core.methods.presets import resolve_preset
from core.methods.prograd import ProGrad
from core.methods.protocol import MATCHING, Aligned, Batch, Method, Term, total
from core.training.job import HyperValue
from tests.core.methods.wrapped import (
    BASE,
    NEW,
    batch_for,
    close,
    disturb,
    gradients,
    judged,
    learned,
    loss_of,
    step,
    wrapped,
)
from tests.core.tiny_backbone import tiny_backbone

INNER = CATALOGUE["dept"].wraps
LAMBDA = 0.6
around_each = pytest.mark.parametrize("inner", INNER)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def dept_of(inner: str, backbone: Backbone, balance: float = LAMBDA) -> DePT:
    method = wrapped(f"dept({inner})", backbone, {"dept.balance": balance})
    assert isinstance(method, DePT)
    return method


def head_loss(method: DePT, image: Tensor, text: Tensor, labels: list[int]) -> Tensor:
    """CE over 2B rows in float64: the text of each photo's own class, then the photo, through γ ⊙ x + β, W x + b.

    `text` is `(C, D)`, or `(B, C, D)`: then the row is the text as it is for that photo.
    """
    rows = []
    for number, label in enumerate(labels):
        own = text[number, label] if text.dim() == 3 else text[label]
        rows.append(method.text_channels.gamma.double() * own.double() + method.text_channels.beta.double())
    rows += [
        method.image_channels.gamma.double() * e.double() + method.image_channels.beta.double() for e in image
    ]
    losses = []
    for row, label in zip(rows, labels * 2, strict=True):
        scores = method.head.weight.double() @ row + method.head.bias.double()
        losses.append(scores.logsumexp(0) - scores[label])
    return torch.stack(losses).mean()


@around_each
def test_loss_and_gradients_are_those_of_the_formula(backbone: Backbone, inner: str) -> None:
    """(1−λ)·matching + λ·head + what else the inner method has, in every learned tensor."""
    method = dept_of(inner, backbone)
    batch = batch_for(method)
    found = method.losses(batch)
    aligned = method.inner.align(batch)
    own = {term.name: term for term in method.inner.terms(aligned, batch)}
    head = head_loss(method, aligned.image_features, aligned.text_features, batch.labels.tolist())
    others = [term.weight * term.value for name, term in own.items() if name != MATCHING]
    wanted = (1 - LAMBDA) * own[MATCHING].value + LAMBDA * head + sum(others)
    assert [term.name for term in found] == [*own, HEAD]
    assert own[MATCHING].value.item() == pytest.approx(
        functional.cross_entropy(aligned.logits, batch.labels).item(), rel=1e-6
    )
    assert total(found).item() == pytest.approx(wanted.item(), rel=1e-5)
    parameters = learned(method)
    for mine, theirs in zip(gradients(total(found), parameters), gradients(wanted, parameters), strict=True):
        assert theirs.norm() > 0
        assert close(mine, theirs)


@around_each
def test_text_rows_that_never_change_still_teach_the_text_channels(backbone: Backbone, inner: str) -> None:
    method = dept_of(inner, backbone)
    channels = list(method.text_channels.parameters())
    for gradient in gradients(loss_of(method, batch_for(method)), channels):
        assert gradient.norm() > 0


@around_each
def test_with_balance_0_it_is_the_inner_method(backbone: Backbone, inner: str) -> None:
    """In loss, in the gradient of all that the inner method learns, and in every judgement."""
    method = dept_of(inner, backbone, balance=0.0)
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
def test_a_head_of_nothing_but_a_bias_scores_the_bias(backbone: Backbone, inner: str) -> None:
    """γ=1, β=0, W=0 give b (methods.md §15)."""
    method = build_method(f"dept({inner})", {}, backbone, BASE)
    assert isinstance(method, DePT)
    for channels in (method.image_channels, method.text_channels):
        assert torch.equal(channels.gamma, torch.ones_like(channels.gamma))
        assert torch.equal(channels.beta, torch.zeros_like(channels.beta))
    nn.init.zeros_(method.head.weight)
    batch = batch_for(method)
    with torch.no_grad():
        features = method.encode(batch.inputs).numpy()
    scores = fused(method.classifier(BASE)).head.scores(features)
    assert np.array_equal(scores, np.tile(method.head.bias.detach().numpy(), (len(features), 1)))


def fused(classifier: Classifier) -> FusedClassifier:
    assert isinstance(classifier, FusedClassifier)
    return classifier


@around_each
def test_what_judges_is_what_was_trained(backbone: Backbone, inner: str) -> None:
    """Both see the same image features; learned classes get softmax((1−λ)·matching + λ·head)."""
    method = dept_of(inner, backbone)
    batch = batch_for(method)
    aligned = method.align(batch)
    head = method.head(method.image_channels(aligned.image_features)).detach()
    classifier = fused(method.classifier(BASE))
    features = method.encode(batch.inputs).detach().numpy()
    assert np.allclose(classifier.head.scores(features), head.numpy(), atol=1e-4)
    assert np.allclose(classifier.logits(features), aligned.logits.detach().numpy(), atol=1e-4)
    mixed = (1 - LAMBDA) * aligned.logits.detach().double() + LAMBDA * head.double()
    assert np.allclose(classifier.probabilities(features), mixed.softmax(dim=-1).numpy(), atol=1e-5)


@around_each
def test_classes_that_were_never_learned_are_judged_by_the_inner_method(
    backbone: Backbone, inner: str
) -> None:
    """Alone, and among learned ones, where the head only shares out what the learned classes have together."""
    method = dept_of(inner, backbone)
    inputs = batch_for(method).inputs
    assert np.array_equal(judged(method, inputs, NEW), judged(method.inner, inputs, NEW))
    together, matching = (judged(each, inputs, BASE + NEW) for each in (method, method.inner))
    alone = judged(method, inputs, BASE)
    assert np.allclose(together[:, len(BASE) :], matching[:, len(BASE) :], atol=1e-6)
    mass = matching[:, : len(BASE)].sum(axis=1, keepdims=True)
    assert np.allclose(together[:, : len(BASE)], mass * alone, atol=1e-6)


@around_each
def test_what_was_learned_comes_back_on_a_fresh_method(backbone: Backbone, inner: str) -> None:
    method = build_method(f"dept({inner})", {}, backbone, BASE, seed=1)
    batch = batch_for(method)
    method.start(batch)
    step(method, batch)
    fresh = build_method(f"dept({inner})", {}, backbone, BASE, seed=99)
    fresh.load_learned_state(method.learned_state())
    for classes in (BASE, NEW, (NEW[0], BASE[2], BASE[0])):
        assert np.array_equal(judged(fresh, batch.inputs, classes), judged(method, batch.inputs, classes))


@around_each
def test_a_batch_in_parts_is_the_whole_batch(backbone: Backbone, inner: str) -> None:
    whole, parted = (dept_of(inner, backbone) for _ in range(2))
    batch = batch_for(whole)
    whole.backward(whole.losses(batch), 1.0)
    for rows in (slice(0, 4), slice(4, 6)):
        teacher = None if batch.teacher is None else batch.teacher[rows]
        part = Batch(batch.inputs[rows], batch.labels[rows], teacher)
        parted.backward(parted.losses(part), len(part.labels) / len(batch.labels))
    for mine, theirs in zip(learned(parted), learned(whole), strict=True):
        assert mine.grad is not None and theirs.grad is not None
        assert close(mine.grad, theirs.grad)


@around_each
def test_the_new_layers_learn_faster_and_the_inner_method_as_it_would(backbone: Backbone, inner: str) -> None:
    method = dept_of(inner, backbone)
    own = method.inner.parameter_groups()
    groups = method.parameter_groups()
    assert groups[: len(own)] == own
    assert {(group.lr_scale, group.sgd_scale) for group in groups[len(own) :]} == {(6.5, 1.0)}
    named = [id(p) for group in groups for p in group.parameters]
    assert sorted(named) == sorted(id(p) for p in learned(method))


@around_each
def test_scales_start_where_features_have_the_wished_length(backbone: Backbone, inner: str) -> None:
    method = build_method(f"dept({inner})", {"dept.feature_norm": 10.0}, backbone, BASE)
    assert isinstance(method, DePT)
    batch = batch_for(method)
    method.start(batch)
    aligned = method.align(batch)
    for channels, features in (
        (method.image_channels, aligned.image_features),
        (method.text_channels, aligned.text_of(batch.labels)),
    ):
        assert channels(features).norm(dim=-1).mean().item() == pytest.approx(10, rel=1e-4)
        assert channels.started_at == pytest.approx(channels.gamma[0].item())


@around_each
def test_its_preset_has_the_recipe_of_the_inner_method_s(inner: str) -> None:
    """What DePT gains is then DePT's."""
    preset = resolve_preset(f"dept({inner})")
    own = {key: value for key, value in preset.hyper.items() if not key.startswith("dept.")}
    assert own == resolve_preset(inner).hyper
    assert preset.name == ("coop-dept" if inner == "coop" else f"dept-{inner}")


def scores_after_steps(
    inner: Method, batch: Batch, feature_norm: float, optimizer: type[torch.optim.Optimizer]
) -> Tensor:
    """Of the head, which alone learns, on features as they are or evened out."""
    torch.manual_seed(0)
    method = DePT(DePTConfig(feature_norm=feature_norm), inner)
    method.start(batch)
    new = method.parameter_groups()[1:]
    sgd = optimizer is torch.optim.SGD
    trainer = optimizer(
        [
            {"params": list(group.parameters), "lr": 0.003 * group.lr_scale * (group.sgd_scale if sgd else 1)}
            for group in new
        ]
    )
    for _ in range(10):
        trainer.zero_grad()
        loss_of(method, batch).backward()  # type: ignore[no-untyped-call]
        trainer.step()
    return method.head(method.image_channels(batch.inputs)).detach()


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_evened_out_features_are_learned_as_if_they_had_been_so_beforehand(
    backbone: Backbone, optimizer: type[torch.optim.Optimizer]
) -> None:
    """Under SGD, and under an optimizer that sees to the slope itself."""
    inner = _OwnGradients(backbone)
    batch = batch_for(inner)
    image, text = (10 / f.norm(dim=-1).mean().item() for f in (batch.inputs, inner.text[batch.labels]))
    evened = Batch(batch.inputs * image, batch.labels)
    wanted = scores_after_steps(_OwnGradients(backbone, text), evened, 0.0, optimizer)
    found = scores_after_steps(inner, batch, 10.0, optimizer)
    assert torch.allclose(found, wanted, atol=1e-3)
    assert not torch.allclose(scores_after_steps(inner, batch, 0.0, optimizer), wanted, atol=1e-2)


def test_dropout_does_not_decide_how_fast_the_scales_learn(backbone: Backbone) -> None:
    """A run that is taken up again looks at the photos anew."""
    hyper: dict[str, HyperValue] = {"dept.feature_norm": 10.0, "lora.dropout": 0.5}
    scales = []
    for seed in (1, 2):
        method = build_method("dept(lora)", hyper, backbone, BASE, seed=4).train()
        assert isinstance(method, DePT)
        disturb(method, 0.1)
        torch.manual_seed(seed)
        method.start(batch_for(method))
        scales.append([(group.lr_scale, group.sgd_scale) for group in method.parameter_groups()])
        assert method.inner.training
    assert scales[0] == scales[1]


class _OwnGradients(Method):
    """Fixed texts, a learned shift, and a say of its own in the gradients, as ProGrad has."""

    def __init__(self, backbone: Backbone, text_scale: float = 1.0) -> None:
        super().__init__(backbone, BASE)
        self.shift = nn.Parameter(torch.zeros(backbone.embed_dim))
        text = torch.randn(len(BASE), backbone.embed_dim, generator=torch.Generator().manual_seed(1))
        self.text = text_scale * text
        self.asked: list[str] = []

    def align(self, batch: Batch) -> Aligned:
        image = batch.inputs + self.shift
        return Aligned(image, self.text, image @ self.text.T)

    def classifier(self, classes: Sequence[object]) -> Classifier:
        raise AssertionError("not judged here")

    def backward(self, terms: Sequence[Term], share: float) -> None:
        self.asked += [term.name for term in terms]
        super().backward([term for term in terms if term.name != MATCHING], share)

    def before_step(self) -> None:
        self.asked.append("step")


def test_a_method_with_a_say_in_the_gradients_keeps_it(backbone: Backbone) -> None:
    inner = _OwnGradients(backbone)
    method = DePT(DePTConfig(balance=LAMBDA), inner)
    batch = batch_for(inner)
    method.backward(method.losses(batch), 0.5)
    method.before_step()
    assert inner.asked == [MATCHING, HEAD, "step"]
    head = head_loss(method, batch.inputs + inner.shift, inner.text, batch.labels.tolist())
    (wanted,) = torch.autograd.grad(0.5 * LAMBDA * head, [inner.shift])
    assert inner.shift.grad is not None
    assert close(inner.shift.grad, wanted)


def test_prograd_inside_keeps_its_direction_and_the_head_learns_as_without(backbone: Backbone) -> None:
    """ProGrad's own gradient is that of (1−λ)·matching + λ·head, less what points against the untouched model."""
    inner = build_method("prograd", {}, backbone, BASE, seed=5)
    assert isinstance(inner, ProGrad)
    torch.manual_seed(0)
    method = DePT(DePTConfig(balance=LAMBDA), inner)
    disturb(method, 0.3)
    # Among random labels, some for which the loss points against the untouched model.
    batch = batch_for(method, torch.randint(0, 4, (6,), generator=torch.Generator().manual_seed(3)))
    terms = {term.name: term for term in method.losses(batch)}
    loss = (1 - LAMBDA) * terms[MATCHING].value + LAMBDA * terms[HEAD].value
    (direction,) = (term.value for name, term in terms.items() if name not in (MATCHING, HEAD))
    ctx, head = inner.ctx, method.head.weight
    g, head_gradient = torch.autograd.grad(loss, [ctx, head], retain_graph=True)
    (k,) = torch.autograd.grad(direction, [ctx])
    unit = k / k.norm()
    against = min(float((g * unit).sum()), 0.0)
    method.backward(method.losses(batch), 1.0)
    method.before_step()
    assert against < 0
    assert ctx.grad is not None and head.grad is not None
    assert close(ctx.grad, g - against * unit)
    assert close(head.grad, head_gradient)


def test_a_context_of_each_class_s_own_stands_inside_too(backbone: Backbone) -> None:
    method = wrapped("dept(coop)", backbone, {"coop.class_specific": True})
    batch = batch_for(method)
    assert not method.judges_new
    step(method, batch)
    together = judged(method, batch.inputs, BASE + NEW)
    matching = judged(method.inner, batch.inputs, BASE + NEW)
    assert np.allclose(together[:, len(BASE) :], matching[:, len(BASE) :], atol=1e-6)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_the_head_keeps_its_rows_by_name_in_any_list(backbone: Backbone) -> None:
    """Also where the matching judges in a way that the head knows nothing of."""
    method = dept_of("coop", backbone)
    classifier = fused(method.classifier((*NEW, BASE[2], BASE[0])))
    assert classifier.rows == (-1, -1, 2, 0)
    assert isinstance(classifier.head, LinearHead)
    assert isinstance(classifier.matching, CosineClassifier)
