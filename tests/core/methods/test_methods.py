"""Zero-shot, CoOp and DePT against slow, independent float64 versions written from the formulas."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.configs.wrappers import DePTConfig
from core.methods.dept import DePT
from core.methods.protocol import MATCHING, Aligned, Batch, Method, Term, total
from core.problems import Problem
from tests.core.tiny_backbone import tiny_backbone

BASE = [
    ClassText("ボルト", "red painted bolt"),
    ClassText("ナット", "steel nut"),
    ClassText("座金", "black rubber washer"),
]
NEW = [ClassText("ピン", "copper pin with a long scratch")]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def batch(backbone: Backbone) -> Batch:
    generator = torch.Generator().manual_seed(3)
    return Batch(torch.randn(7, backbone.embed_dim, generator=generator), torch.tensor([0, 1, 2, 0, 1, 2, 2]))


def full_length_text_features(backbone: Backbone, texts: list[str], ctx: Tensor | None) -> Tensor:
    """The obvious version: all tokens to the end of the context, float64, open_clip's modules one by one."""
    tokens = backbone.tokenize(texts)
    clip: Any = copy.deepcopy(backbone._clip).double()
    x = clip.token_embedding(tokens)
    if ctx is not None:
        x = torch.stack([torch.cat([row[:1], ctx.double(), row[1 + len(ctx) :]]) for row in x])
    x = x + clip.positional_embedding
    x = clip.transformer(x, attn_mask=clip.attn_mask)
    x = clip.ln_final(x)
    pooled = torch.stack([row[int(ids.argmax())] for row, ids in zip(x, tokens, strict=True)])
    return pooled @ clip.text_projection


def cosine_logits(backbone: Backbone, image: Tensor, text: Tensor) -> Tensor:
    image, text = image.double(), text.double()
    rows = [[torch.dot(e, s) / (e.norm() * s.norm()) for s in text] for e in image]
    return backbone.logit_scale * torch.stack([torch.stack(row) for row in rows])


def coop_loss(backbone: Backbone, ctx: Tensor, batch: Batch) -> Tensor:
    texts = [f"{' '.join('x' * len(ctx))} {entry.words}." for entry in BASE]
    logits = cosine_logits(backbone, batch.inputs, full_length_text_features(backbone, texts, ctx))
    return -functional.log_softmax(logits, dim=-1)[torch.arange(len(batch.labels)), batch.labels].mean()


def test_zero_shot_is_the_cosine_with_the_whole_sentence(backbone: Backbone, batch: Batch) -> None:
    method = build_method("zero-shot", {}, backbone, BASE)
    wanted = cosine_logits(
        backbone,
        batch.inputs,
        full_length_text_features(backbone, [f"a photo of a {c.words}." for c in BASE + NEW], None),
    )
    found = method.classifier(BASE + NEW).logits(batch.inputs.numpy())
    assert np.allclose(found, wanted.numpy(), atol=1e-4)


@pytest.mark.parametrize("ctx_init", ["words", "random"])
def test_coop_equals_the_full_length_version_in_loss_and_gradient(
    backbone: Backbone, batch: Batch, ctx_init: str
) -> None:
    method = build_method("coop", {"coop.ctx_init": ctx_init}, backbone, BASE, seed=5)
    loss = total(method.losses(batch))
    loss.backward()  # type: ignore[no-untyped-call]
    ctx = method.ctx.detach().double().requires_grad_()
    wanted = coop_loss(backbone, ctx, batch)
    (gradient,) = torch.autograd.grad(wanted, ctx)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert (method.ctx.grad.double() - gradient).norm() <= 1e-4 * gradient.norm()


def test_coop_starting_from_words_judges_as_zero_shot(backbone: Backbone, batch: Batch) -> None:
    features = batch.inputs.numpy()
    coop, untouched = (
        build_method(name, {}, backbone, BASE).classifier(BASE + NEW) for name in ("coop", "zero-shot")
    )
    assert np.allclose(coop.probabilities(features), untouched.probabilities(features), atol=1e-5)


def test_fewer_and_more_words_than_the_sentence_has(backbone: Backbone) -> None:
    words = backbone.token_embeddings(backbone.tokenize(["a photo of a"]))[0, 1:5]
    short = build_method("coop", {"coop.n_ctx": 2}, backbone, BASE).ctx
    long = build_method("coop", {"coop.n_ctx": 6}, backbone, BASE).ctx
    assert torch.equal(short, words[-2:])
    assert torch.equal(long[-4:], words)
    assert 0 < long[:2].abs().max() < 0.2


def dept_loss(backbone: Backbone, method: DePT, batch: Batch) -> Tensor:
    """(1−λ)·CE(matching) + λ·CE(head over [s̃_y; ẽ], [y; y]), row by row in float64."""
    ctx = method.inner.ctx.detach()
    texts = [f"{' '.join('x' * len(ctx))} {entry.words}." for entry in BASE]
    text = full_length_text_features(backbone, texts, ctx)
    matching = coop_loss(backbone, ctx, batch)
    rows = []
    for affine, features in (
        (method.text_channels, text[batch.labels]),
        (method.image_channels, batch.inputs),
    ):
        for feature in features.double():
            rows.append(affine.gamma.double() * feature + affine.beta.double())
    head = [method.head.weight.double() @ row + method.head.bias.double() for row in rows]
    truth = [*batch.labels.tolist(), *batch.labels.tolist()]
    losses = [torch.logsumexp(scores, 0) - scores[label] for scores, label in zip(head, truth, strict=True)]
    balance = method.config.balance
    return (1 - balance) * matching + balance * torch.stack(losses).mean()


@pytest.fixture
def dept(backbone: Backbone) -> DePT:
    method = build_method("dept(coop)", {"dept.balance": 0.7}, backbone, BASE, seed=2)
    assert isinstance(method, DePT)
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        for channels in (method.image_channels, method.text_channels):
            channels.gamma += 0.3 * torch.randn(channels.gamma.shape, generator=generator)
            channels.beta += 0.3 * torch.randn(channels.beta.shape, generator=generator)
    return method


def test_dept_loss_and_gradients_are_those_of_the_formula(
    backbone: Backbone, dept: DePT, batch: Batch
) -> None:
    loss = total(dept.losses(batch))
    wanted = dept_loss(backbone, dept, batch)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    learned = [dept.head.weight, dept.head.bias, dept.image_channels.gamma, dept.text_channels.beta]
    found = torch.autograd.grad(loss, learned)
    for mine, theirs in zip(found, torch.autograd.grad(wanted, learned), strict=True):
        assert (mine - theirs).norm() <= 1e-4 * theirs.norm()


def test_the_context_also_learns_through_the_head(backbone: Backbone, dept: DePT, batch: Batch) -> None:
    only_head = build_method("dept(coop)", {"dept.balance": 1.0}, backbone, BASE)
    (gradient,) = torch.autograd.grad(total(only_head.losses(batch)), [only_head.inner.ctx])
    assert gradient.norm() > 0


def test_with_balance_0_dept_is_the_inner_method(backbone: Backbone, batch: Batch) -> None:
    inner = build_method("coop", {}, backbone, BASE, seed=4)
    dept = build_method("dept(coop)", {"dept.balance": 0.0}, backbone, BASE, seed=4)
    assert total(dept.losses(batch)).item() == pytest.approx(total(inner.losses(batch)).item(), rel=1e-6)
    features = batch.inputs.numpy()
    wanted = inner.classifier(BASE + NEW).probabilities(features)
    assert np.allclose(dept.classifier(BASE + NEW).probabilities(features), wanted, atol=1e-6)


def test_the_judging_head_is_the_trained_head(dept: DePT, batch: Batch) -> None:
    classifier = dept.classifier(BASE)
    wanted = dept.head(dept.image_channels(batch.inputs))
    assert np.allclose(classifier.head.scores(batch.inputs.numpy()), wanted.detach().numpy(), atol=1e-5)


def test_dept_keeps_head_rows_by_name_in_any_list(dept: DePT) -> None:
    assert dept.classifier([*NEW, BASE[2], BASE[0]]).rows == (-1, 2, 0)


def test_learning_speeds(backbone: Backbone) -> None:
    """The new layers ×6.5 as published; the context by the slope that the logit scale gives, 1 for CLIP's 100."""
    method = build_method("dept(coop)", {"dept.lr_scale": 6.5}, backbone, BASE)
    context, *new = method.parameter_groups()
    assert (context.lr_scale, context.sgd_scale) == (1.0, pytest.approx(100 / backbone.logit_scale))
    assert {group.lr_scale for group in new} == {6.5}
    width = backbone.embed_dim
    assert sum(p.numel() for group in new for p in group.parameters) == 4 * width + (width + 1) * len(BASE)


class _FixedTexts(Method):
    """Texts that are given, nothing learned: to look at the head alone."""

    def __init__(self, backbone: Backbone, text: Tensor) -> None:
        super().__init__(backbone, BASE)
        self.text = text

    def align(self, batch: Batch) -> Aligned:
        return Aligned(
            batch.inputs, self.text, functional.normalize(batch.inputs) @ functional.normalize(self.text).T
        )

    def classifier(self, classes: object) -> object:
        raise NotImplementedError


def _head_after_training(backbone: Backbone, batch: Batch, text: Tensor, feature_norm: float) -> Tensor:
    torch.manual_seed(0)
    method = DePT(DePTConfig(feature_norm=feature_norm), _FixedTexts(backbone, text))  # type: ignore[abstract]
    method.start(batch)
    groups = [group for group in method.parameter_groups() if group.parameters]
    optimizer = torch.optim.SGD(
        [
            {"params": list(group.parameters), "lr": 0.003 * group.lr_scale * group.sgd_scale}
            for group in groups
        ],
        momentum=0.9,
    )
    for _ in range(10):
        optimizer.zero_grad()
        total(method.losses(batch)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return method.head(method.image_channels(batch.inputs)).detach()


def test_evened_out_features_train_as_if_they_had_been_scaled_beforehand(
    backbone: Backbone, batch: Batch
) -> None:
    text = torch.randn(len(BASE), backbone.embed_dim, generator=torch.Generator().manual_seed(8))
    image_scale = 10 / batch.inputs.norm(dim=-1).mean()
    text_scale = 10 / text[batch.labels].norm(dim=-1).mean()
    scaled = Batch(batch.inputs * image_scale, batch.labels)
    wanted = _head_after_training(backbone, scaled, text * text_scale, 0.0)
    found = _head_after_training(backbone, batch, text, 10.0)
    assert torch.allclose(found, wanted, atol=1e-3)


@pytest.mark.parametrize("composition", ["coop", "dept(coop)"])
def test_what_was_learned_comes_back_on_a_fresh_method(
    backbone: Backbone, batch: Batch, composition: str
) -> None:
    method = build_method(composition, {}, backbone, BASE, seed=1)
    optimizer = torch.optim.SGD(method.parameters(), lr=0.5)
    total(method.losses(batch)).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    fresh = build_method(composition, {}, backbone, BASE, seed=99)
    fresh.load_learned_state(method.learned_state())
    features = batch.inputs.numpy()
    for classes in (BASE, NEW, BASE + NEW):
        wanted, found = (m.classifier(classes).probabilities(features) for m in (method, fresh))
        assert np.array_equal(found, wanted)


def test_nothing_of_the_backbone_is_learned_or_saved(backbone: Backbone) -> None:
    method = build_method("dept(coop)", {}, backbone, BASE)
    assert all("backbone" not in name for name in method.training_state())


def test_a_state_of_other_classes_is_refused(backbone: Backbone) -> None:
    state = build_method("dept(coop)", {}, backbone, BASE).learned_state()
    with pytest.raises(Problem) as caught:
        build_method("dept(coop)", {}, backbone, BASE[:2]).load_learned_state(state)
    assert caught.value.code == "methods.other_state"


@pytest.mark.parametrize("composition", ["zero-shot", "coop"])
def test_a_description_that_would_be_cut_is_refused(backbone: Backbone, composition: str) -> None:
    endless = ClassText("長い", " ".join(["bolt"] * 30))
    with pytest.raises(Problem) as caught:
        build_method(composition, {}, backbone, [*BASE, endless]).classifier([endless])
    assert caught.value.code == "methods.too_long_description"


def test_the_seed_alone_decides_the_start(backbone: Backbone) -> None:
    def start(seed: int) -> dict[str, Tensor]:
        torch.rand(seed)
        return build_method("dept(coop)", {"coop.ctx_init": "random"}, backbone, BASE, seed).learned_state()

    first, again, other = start(1), start(1), start(2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["inner.ctx"], other["inner.ctx"])


class _ConditionalTexts(Method):
    """What CoCoOp will need: texts that depend on the photo, a regulariser, a buffer of its own."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__(backbone, BASE)
        self.text = torch.nn.Parameter(torch.randn(len(BASE), backbone.embed_dim))
        self.register_buffer("average", torch.zeros(3))

    def align(self, batch: Batch) -> Aligned:
        text = self.text[None] + batch.inputs[:, None]
        return Aligned(batch.inputs, text, torch.einsum("bd,bcd->bc", batch.inputs, text))

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        return [*super().terms(aligned, batch), Term("kg", self.text.square().mean(), 8.0)]

    def classifier(self, classes: object) -> object:
        raise NotImplementedError

    def epoch_ended(self, epoch: int, epochs: int) -> None:
        self.average += epoch


def test_a_wrapper_serves_methods_it_never_saw(backbone: Backbone, batch: Batch) -> None:
    inner = _ConditionalTexts(backbone)  # type: ignore[abstract]
    dept = DePT(DePTConfig(balance=0.6), inner)
    found = {term.name: term.weight for term in dept.losses(batch)}
    assert found == {MATCHING: pytest.approx(0.4), "kg": 8.0, "head": 0.6}
    own = inner.align(batch).text_of(batch.labels)
    assert torch.equal(own, inner.text[batch.labels] + batch.inputs)
    dept.epoch_ended(2, 5)
    state = dept.training_state()
    assert torch.equal(state["inner.average"], torch.full((3,), 2.0))
    assert "inner.average" not in dept.learned_state()
    other = DePT(DePTConfig(), _ConditionalTexts(backbone))  # type: ignore[abstract]
    other.load_training_state(state)
    assert torch.equal(other.inner.average, inner.average)
