"""Linear probe, nearest mean, Tip-Adapter(-F) and CLIP-Adapter against float64 versions written from the formulas."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.logistic import choose_strength, folds, logistic_regression
from core.methods.protocol import Batch, Method, total
from core.methods.tip_adapter import TipAdapterF
from core.problems import Problem
from core.training.artefact import open_artefact
from core.training.loop import train
from tests.core.methods.test_methods import BASE, NEW, cosine_logits, full_length_text_features
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import tiny_run

AT_ONCE = ("linear-probe", "nearest-mean", "tip-adapter")
FALLING_BACK = (*AT_ONCE, "tip-adapter-f")
SENTENCES = [f"a photo of a {entry.words}." for entry in BASE]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def views(backbone: Backbone, labels: Tensor) -> Tensor:
    """Twelve photos in three views, four of each class, classes apart from each other."""
    generator = torch.Generator().manual_seed(1)
    middles = torch.randn(3, 1, backbone.embed_dim, generator=generator)
    return 2 * middles[labels] + torch.randn(12, 3, backbone.embed_dim, generator=generator)


@pytest.fixture(scope="module")
def labels() -> Tensor:
    return torch.arange(3).repeat_interleave(4)[
        torch.randperm(12, generator=torch.Generator().manual_seed(4))
    ]


@pytest.fixture(scope="module")
def val(backbone: Backbone) -> Batch:
    generator = torch.Generator().manual_seed(2)
    return Batch(torch.randn(9, backbone.embed_dim, generator=generator), torch.arange(3).repeat(3))


def fitted(backbone: Backbone, name: str, views: Tensor, labels: Tensor, val: Batch | None = None) -> Method:
    method = build_method(name, {}, backbone, BASE)
    if name == "tip-adapter-f":
        method.survey(views, labels, val)
    else:
        method.fit(views, labels, val)
    return method


def newton(features: Tensor, labels: Tensor, classes: int, c: float) -> tuple[Tensor, Tensor]:
    """The same optimum by Newton's method on all parameters, with the Hessian as autograd gives it."""
    x, width = features.double(), features.shape[1]

    def objective(flat: Tensor) -> Tensor:
        weight, bias = flat[: classes * width].view(classes, width), flat[classes * width :]
        scores = x @ weight.T + bias
        losses = scores.logsumexp(dim=1) - scores[torch.arange(len(x)), labels]
        # A whisper on the bias: its overall height is free, and Newton's method wants one solution.
        return weight.square().sum() / 2 + c * losses.sum() + 1e-9 * bias.square().sum()

    flat = torch.zeros(classes * (width + 1), dtype=torch.float64)
    for _ in range(50):
        gradient = torch.func.grad(objective)(flat)
        step = torch.linalg.solve(torch.func.hessian(objective)(flat), gradient)
        size = 1.0
        while objective(flat - size * step) > objective(flat) and size > 1e-6:
            size /= 2
        flat = flat - size * step
    return flat[: classes * width].view(classes, width), flat[classes * width :]


@pytest.mark.parametrize(("c", "photos"), [(0.01, 12), (1.0, 12), (10.0, 40)])
def test_logistic_regression_reaches_the_optimum(c: float, photos: int) -> None:
    """Fewer photos than channels, and more; features far from the origin."""
    generator = torch.Generator().manual_seed(photos)
    features = 3 + torch.randn(photos, 15, generator=generator)
    labels = torch.arange(photos) % 3
    weight, bias = logistic_regression(features, labels, 3, c)
    scores = features.double() @ weight.T + bias
    residual = scores.softmax(dim=1) - functional.one_hot(labels, 3)
    gradient = weight + c * residual.T @ features.double()
    assert gradient.norm() < 1e-4 * max(1.0, c)
    assert residual.sum(dim=0).norm() < 1e-5
    wanted, intercept = newton(features, labels, 3, c)
    assert torch.allclose(weight, wanted, atol=1e-4)
    assert torch.allclose(bias - bias.mean(), intercept - intercept.mean(), atol=1e-4)


def test_the_strength_is_found_between_the_decades() -> None:
    asked: list[float] = []

    def score(c: float) -> tuple[float, float]:
        asked.append(c)
        return 0.5, -abs(np.log10(c) - 2.6)

    assert np.log10(choose_strength(score, 8)) == pytest.approx(2.6, abs=0.02)
    assert len(asked) == len(set(asked))
    assert choose_strength(score, 0) == 100


def test_folds_hold_every_class_or_there_are_none(labels: Tensor) -> None:
    parts = folds(labels, 3)
    assert torch.equal(torch.cat(parts).sort().values, torch.arange(12))
    assert all(len(labels[part].unique()) == 3 for part in parts)
    assert folds(torch.tensor([0, 0, 1]), 3) == []


@pytest.mark.parametrize("with_val", [True, False])
def test_the_probe_judges_by_its_optimum(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch, with_val: bool
) -> None:
    hyper = {"linear-probe.strength": 0.3}
    method = build_method("linear-probe", hyper, backbone, BASE)
    method.fit(views, labels, val if with_val else None)
    weight, bias = newton(views[:, 0], labels, 3, 0.3)
    wanted = (val.inputs.double() @ weight.T + bias).softmax(dim=1)
    found = method.classifier(BASE).probabilities(val.inputs.numpy())
    assert np.allclose(found, wanted.numpy(), atol=1e-4)
    assert np.allclose(method.align(val).logits.softmax(1).detach().numpy(), found, atol=1e-5)


def test_the_probe_chooses_the_strength_that_serves_validation_photos(
    backbone: Backbone, views: Tensor, labels: Tensor
) -> None:
    generator = torch.Generator().manual_seed(7)
    noisy = views[:, 1] + 12 * torch.randn(12, backbone.embed_dim, generator=generator)
    method = fitted(backbone, "linear-probe", views, labels, Batch(noisy, labels))

    def accuracy(weight: Tensor, bias: Tensor) -> float:
        return float(((noisy.double() @ weight.T.double() + bias).argmax(dim=1) == labels).double().mean())

    tried = [accuracy(*logistic_regression(views[:, 0], labels, 3, c)) for c in (1e-4, 1e-2, 1.0, 1e2)]
    assert accuracy(method.weight, method.bias) >= max(tried)
    assert min(tried) < max(tried)


def test_one_class_or_one_photo_each_can_be_fitted(backbone: Backbone, views: Tensor) -> None:
    for name in AT_ONCE:
        alone = build_method(name, {}, backbone, BASE[:1])
        alone.fit(views, torch.zeros(12, dtype=torch.int64), None)
        few = build_method(name, {}, backbone, BASE)
        few.fit(views[:3], torch.arange(3), None)
        for method, classes in ((alone, BASE[:1]), (few, BASE)):
            found = method.classifier(classes).probabilities(views[:, 0].numpy())
            assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_nearest_mean_is_the_cosine_to_the_mean_of_directions(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch
) -> None:
    method = fitted(backbone, "nearest-mean", views, labels)
    means = []
    for label in range(3):
        rows = [row.double() for row in views[labels == label].flatten(0, 1)]
        means.append(torch.stack([row / row.norm() for row in rows]).mean(dim=0))
    wanted = cosine_logits(backbone, val.inputs, torch.stack(means)).softmax(dim=1)
    found = method.classifier(BASE).probabilities(val.inputs.numpy())
    assert np.allclose(found, wanted.numpy(), atol=1e-5)


def tip_logits(
    backbone: Backbone, keys: Tensor, owners: Tensor, features: Tensor, alpha: float, beta: float
) -> Tensor:
    """s·f·T + α·exp(−β(1 − f·K))·V, key by key in float64."""
    matching = cosine_logits(backbone, features, full_length_text_features(backbone, SENTENCES, None))
    rows = []
    for feature, scores in zip(features.double(), matching, strict=True):
        f = feature / feature.norm()
        memory = torch.zeros(len(BASE), dtype=torch.float64)
        for key, owner in zip(keys, owners.tolist(), strict=True):
            memory = memory + torch.exp(-beta * (1 - f @ key)) * functional.one_hot(
                torch.tensor(owner), len(BASE)
            )
        rows.append(scores + alpha * memory)
    return torch.stack(rows)


def keys_of(views: Tensor) -> Tensor:
    """Mean of unit features over the views, of unit length again."""
    keys = []
    for photo in views.double():
        mean = torch.stack([view / view.norm() for view in photo]).mean(dim=0)
        keys.append(mean / mean.norm())
    return torch.stack(keys)


@pytest.mark.parametrize("name", ["tip-adapter", "tip-adapter-f"])
def test_tip_adapter_is_the_formula_in_training_and_judging(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch, name: str
) -> None:
    method = fitted(backbone, name, views, labels)
    wanted = tip_logits(backbone, keys_of(views), labels, val.inputs, 1.0, 5.5)
    assert np.allclose(method.align(val).logits.detach().numpy(), wanted.numpy(), atol=1e-4)
    found = method.classifier(BASE).probabilities(val.inputs.numpy())
    assert np.allclose(found, wanted.softmax(dim=1).numpy(), atol=1e-5)


def test_tip_adapter_chooses_on_validation_photos_as_well_as_any_setting(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch
) -> None:
    method = fitted(backbone, "tip-adapter", views, labels, val)
    alpha, beta = method.mix.tolist()

    def accuracy(alpha: float, beta: float) -> float:
        scores = tip_logits(backbone, keys_of(views), labels, val.inputs, alpha, beta)
        return float((scores.argmax(dim=1) == val.labels).double().mean())

    tried = [accuracy(a, b) for a in (0.1, 1.0, 2.5) for b in (0.1, 3.0, 5.5)]
    assert accuracy(alpha, beta) >= max(tried)


def test_the_keys_learn_by_the_gradient_of_the_formula(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch
) -> None:
    method = fitted(backbone, "tip-adapter-f", views, labels)
    generator = torch.Generator().manual_seed(6)
    with torch.no_grad():
        method.keys += 0.2 * torch.randn(method.keys.shape, generator=generator)
    keys = method.keys.detach().double().requires_grad_()
    scores = tip_logits(backbone, keys, labels.sort().values, val.inputs, 1.0, 5.5)
    wanted = (scores.logsumexp(dim=1) - scores[torch.arange(9), val.labels]).mean()
    loss = total(method.losses(val))
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    (group,) = method.parameter_groups()
    assert group.parameters == (method.keys,)
    (found,) = torch.autograd.grad(loss, [method.keys])
    (gradient,) = torch.autograd.grad(wanted, [keys])
    assert (found.double() - gradient).norm() <= 1e-4 * gradient.norm()


def test_the_learning_memory_begins_at_views_or_plain_photos_and_ends_with_a_choice(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch
) -> None:
    surveyed, plain = (build_method("tip-adapter-f", {}, backbone, BASE) for _ in range(2))
    surveyed.survey(views, labels, val)
    for method in (surveyed, plain):
        method.start(Batch(views[:, 0], labels))
        assert method.mix.tolist() == [1.0, 5.5]
    order = labels.argsort(stable=True)
    assert torch.allclose(surveyed.keys.double(), keys_of(views)[order], atol=1e-6)
    assert torch.allclose(plain.keys.double(), keys_of(views[:, :1])[order], atol=1e-6)
    surveyed.epoch_ended(1, 2)
    assert surveyed.mix.tolist() == [1.0, 5.5]
    surveyed.epoch_ended(2, 2)
    assert torch.equal(surveyed.mix, fitted(backbone, "tip-adapter", views, labels, val).mix)


def test_a_run_shows_the_memory_all_views_and_validation_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[Tensor, Tensor, Batch | None]] = []
    survey = TipAdapterF.survey

    def watched(self: TipAdapterF, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        shown.append((views, labels, val))
        survey(self, views, labels, val)

    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    monkeypatch.setattr(TipAdapterF, "survey", watched)
    folder = tiny_run(tmp_path / "run", "tip-adapter-f")
    train(folder, lambda event: None)
    ((views, labels, val),) = shown
    assert (views.shape[:2], len(labels)) == ((12, 3), 12)
    assert val is not None
    assert sorted(val.labels.tolist()) == [0, 0, 0, 1, 1, 1]
    method = open_artefact(folder).method
    assert isinstance(method, TipAdapterF)
    assert method.mix.tolist() != [1.0, 5.5], "chosen on validation photos after the last epoch"


@pytest.mark.parametrize("spoil", ["counts", "width", "flat", "zero"])
def test_a_memory_that_does_not_fit_is_refused(
    backbone: Backbone, views: Tensor, labels: Tensor, spoil: str
) -> None:
    state = fitted(backbone, "tip-adapter", views, labels).learned_state()
    state |= {
        "counts": {"counts": state["counts"] + 1},
        "width": {"keys": state["keys"][:, :-1]},
        "flat": {"keys": torch.tensor(1.0)},
        "zero": {"counts": torch.tensor([0, 8, 4])},
    }[spoil]
    with pytest.raises(Problem) as caught:
        build_method("tip-adapter", {}, backbone, BASE).load_learned_state(state)
    assert caught.value.code == "methods.other_state"


def test_clip_adapter_loss_and_gradients_are_those_of_the_formula(backbone: Backbone, val: Batch) -> None:
    method = build_method("clip-adapter", {"clip-adapter.ratio": 0.3}, backbone, BASE, seed=3)
    down, up = (p.detach().double().requires_grad_() for p in method.adapter.parameters())
    assert (down.shape, up.shape) == ((6, 24), (24, 6))
    x = val.inputs.double()
    adapted = ((x @ down.T).clamp(min=0) @ up.T).clamp(min=0)
    scores = cosine_logits(
        backbone, 0.3 * adapted + 0.7 * x, full_length_text_features(backbone, SENTENCES, None)
    )
    assert np.allclose(method.align(val).logits.detach().numpy(), scores.detach().numpy(), atol=1e-4)
    wanted = (scores.logsumexp(dim=1) - scores[torch.arange(9), val.labels]).mean()
    loss = total(method.losses(val))
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    found = torch.autograd.grad(loss, list(method.adapter.parameters()))
    for mine, theirs in zip(found, torch.autograd.grad(wanted, [down, up]), strict=True):
        assert (mine.double() - theirs).norm() <= 1e-4 * theirs.norm()


def test_clip_adapter_judges_what_it_encodes(backbone: Backbone, val: Batch) -> None:
    method = build_method("clip-adapter", {}, backbone, BASE, seed=3)
    found = method.classifier(BASE).logits(method.encode(val.inputs).detach().numpy())
    assert np.allclose(found, method.align(val).logits.detach().numpy(), atol=1e-5)
    untouched = build_method("clip-adapter", {"clip-adapter.ratio": 0.0}, backbone, BASE)
    assert torch.equal(untouched.encode(val.inputs), val.inputs)


@pytest.mark.parametrize("name", FALLING_BACK)
def test_new_classes_are_left_to_the_untouched_texts(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch, name: str
) -> None:
    method = fitted(backbone, name, views, labels, val)
    assert not method.judges_new
    untouched = build_method("zero-shot", {}, backbone, BASE)
    features = val.inputs.numpy()
    other = [*NEW, ClassText("板", "thin plate")]
    for classes in (other, [*other, *BASE]):
        wanted = untouched.classifier(classes).probabilities(features)
        found = method.classifier(classes).probabilities(features)
        assert np.array_equal(found[:, :2], wanted[:, :2])
        assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", [*FALLING_BACK, "clip-adapter"])
def test_what_was_learned_comes_back_bit_for_bit(
    backbone: Backbone, views: Tensor, labels: Tensor, val: Batch, name: str
) -> None:
    method = build_method(name, {}, backbone, BASE) if name == "clip-adapter" else None
    method = method or fitted(backbone, name, views, labels, val)
    fresh = build_method(name, {}, backbone, BASE, seed=99)
    fresh.load_learned_state(method.learned_state())
    with torch.no_grad():
        features = fresh.encode(val.inputs).numpy()
        assert np.array_equal(features, method.encode(val.inputs).numpy())
    for classes in (BASE, NEW, NEW + BASE):
        wanted, found = (m.classifier(classes).probabilities(features) for m in (method, fresh))
        assert np.array_equal(found, wanted)
    assert all("backbone" not in key for key in method.training_state())
