"""NPT around every method that it stands around, and around DePT of these: what it adds, and what it leaves alone."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.catalogue import CATALOGUE, compositions
from core.methods.class_text import ClassText
from core.methods.neural_collapse import largest_simplex
from core.methods.npt import COLLAPSE, ISOMORPHISM, NPT
from core.methods.presets import resolve_preset
from core.methods.protocol import Batch, Method, total
from core.problems import Problem
from core.training.job import HyperValue
from tests.core.methods.wrapped import (
    BASE,
    LABELS,
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

INNER = [str(composition.inner) for composition in compositions() if composition.name == "npt"]
WEIGHTS: dict[str, HyperValue] = {"npt.collapse": 0.7, "npt.isomorphism": 0.4}
around_each = pytest.mark.parametrize("inner", INNER)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def npt_of(inner: str, backbone: Backbone, hyper: dict[str, HyperValue] = WEIGHTS) -> NPT:
    method = wrapped(f"npt({inner})", backbone, hyper)
    assert isinstance(method, NPT)
    return method


def unit(vectors: Tensor) -> Tensor:
    return vectors / vectors.norm(dim=-1, keepdim=True)


def own_texts(text: Tensor, photos: int) -> Iterator[Tensor]:
    """Each photo's texts `(C, D)`, centred and of unit length."""
    for number in range(photos):
        w = unit((text[number] if text.dim() == 3 else text).double())
        yield unit(w - w.mean(dim=0))


def added(text: Tensor, image: Tensor, labels: Tensor, centre: Tensor) -> tuple[Tensor, Tensor]:
    """L_LC and L_MI of methods.md §8 in float64, photo by photo."""
    spread, lined_up = [], []
    for w, e, y in zip(own_texts(text, len(labels)), image.double(), labels.tolist(), strict=True):
        classes = len(w)
        apart = [
            (w[i] @ w[j] + 1 / (classes - 1)) ** 2 for i in range(classes) for j in range(classes) if i != j
        ]
        h = unit(unit(e) - centre.double())
        pushed = [(h @ w[c] + 1 / (classes - 1)) ** 2 for c in range(classes) if c != y]
        spread.append(torch.stack(apart).mean())
        lined_up.append(1 - h @ w[y] + torch.stack(pushed).mean())
    return torch.stack(spread).mean(), torch.stack(lined_up).mean()


def test_dept_is_wrapped_around_the_methods_that_npt_itself_stands_around() -> None:
    plain = [name for name in CATALOGUE["npt"].wraps if name != "dept"]
    assert sorted(INNER) == sorted([*plain, *(f"dept({name})" for name in plain)])


@around_each
def test_loss_and_gradients_are_those_of_the_formula(backbone: Backbone, inner: str) -> None:
    method = npt_of(inner, backbone)
    batch = batch_for(method)
    method.start(batch)
    aligned = method.inner.align(batch)
    spread, lined_up = added(aligned.text_features, aligned.image_features, batch.labels, method.centre)
    wanted = total(method.inner.terms(aligned, batch)) + 0.7 * spread + 0.4 * lined_up
    found = method.losses(batch)
    by_name = {term.name: term for term in found}
    assert by_name[COLLAPSE].value.item() == pytest.approx(spread.item(), rel=1e-4)
    assert by_name[ISOMORPHISM].value.item() == pytest.approx(lined_up.item(), rel=1e-4)
    assert total(found).item() == pytest.approx(wanted.item(), rel=1e-5)
    parameters = learned(method)
    for mine, theirs in zip(gradients(total(found), parameters), gradients(wanted, parameters), strict=True):
        assert close(mine, theirs)


@around_each
@pytest.mark.parametrize("term", [COLLAPSE, ISOMORPHISM])
def test_each_regulariser_teaches_what_the_inner_method_learns(
    backbone: Backbone, inner: str, term: str
) -> None:
    method = npt_of(inner, backbone)
    batch = batch_for(method)
    method.start(batch)
    (value,) = (found.value for found in method.losses(batch) if found.name == term)
    assert max(gradient.norm() for gradient in gradients(value, learned(method))) > 0


@around_each
def test_without_weights_it_is_the_inner_method(backbone: Backbone, inner: str) -> None:
    """In loss, gradient and judgement, to the bit."""
    method = npt_of(inner, backbone, {"npt.collapse": 0.0, "npt.isomorphism": 0.0})
    batch = batch_for(method)
    method.start(batch)
    with_npt, without = loss_of(method, batch), loss_of(method.inner, batch)
    assert torch.equal(with_npt, without)
    inside = learned(method.inner)
    for mine, theirs in zip(gradients(with_npt, inside), gradients(without, inside), strict=True):
        assert torch.equal(mine, theirs)
    for classes in (BASE, NEW, BASE + NEW):
        assert np.array_equal(
            judged(method, batch.inputs, classes), judged(method.inner, batch.inputs, classes)
        )


@pytest.mark.parametrize("wrapper", ["dept(coop)", "linear-fusion(coop)", "npt(coop)"])
def test_where_towers_run_in_half_precision_what_wrappers_add_does_not(
    backbone: Backbone, wrapper: str
) -> None:
    method = wrapped(wrapper, backbone)
    batch = batch_for(method)
    method.start(batch)
    aligned = method.align(batch)
    wanted = method.terms(aligned, batch)
    with torch.autocast("cpu", torch.bfloat16):
        found = method.terms(aligned, batch)
    for mine, theirs in zip(found, wanted, strict=True):
        assert torch.equal(mine.value, theirs.value)


@around_each
def test_nothing_new_is_learned_and_it_comes_back_on_a_fresh_method(backbone: Backbone, inner: str) -> None:
    method = build_method(f"npt({inner})", WEIGHTS, backbone, BASE, seed=1)
    assert isinstance(method, NPT)
    assert method.parameter_groups() == method.inner.parameter_groups()
    batch = batch_for(method)
    method.start(batch)
    step(method, batch)
    fresh = build_method(f"npt({inner})", WEIGHTS, backbone, BASE, seed=99)
    fresh.load_learned_state(method.learned_state())
    for classes in (BASE, NEW, BASE + NEW):
        assert np.array_equal(judged(fresh, batch.inputs, classes), judged(method, batch.inputs, classes))


@around_each
def test_training_goes_on_with_the_same_centre(backbone: Backbone, inner: str) -> None:
    method, again = (build_method(f"npt({inner})", WEIGHTS, backbone, BASE, seed=1) for _ in range(2))
    batch = batch_for(method)
    method.start(batch)
    again.start(batch)
    step(method, batch)
    again.load_training_state(method.training_state())
    assert torch.equal(loss_of(again, batch), loss_of(method, batch))
    assert "centre" not in method.learned_state()


@around_each
def test_a_batch_in_parts_is_the_whole_batch(backbone: Backbone, inner: str) -> None:
    whole, parted = (npt_of(inner, backbone) for _ in range(2))
    batch = batch_for(whole)
    for method in (whole, parted):
        method.start(batch)
    whole.backward(whole.losses(batch), 1.0)
    for rows in (slice(0, 4), slice(4, 6)):
        teacher = None if batch.teacher is None else batch.teacher[rows]
        part = Batch(batch.inputs[rows], batch.labels[rows], teacher)
        parted.backward(parted.losses(part), len(part.labels) / len(batch.labels))
    for mine, theirs in zip(learned(parted), learned(whole), strict=True):
        assert (mine.grad is None) == (theirs.grad is None)
        if mine.grad is not None and theirs.grad is not None:
            assert close(mine.grad, theirs.grad)


@around_each
def test_its_preset_has_the_recipe_of_the_inner_method_s(inner: str) -> None:
    """What NPT gains is then NPT's."""
    preset = resolve_preset(f"npt({inner})")
    own = {key: value for key, value in preset.hyper.items() if not key.startswith("npt.")}
    assert own == resolve_preset(inner).hyper
    assert preset.name == "npt-" + inner.replace("(", "-").rstrip(")")


@pytest.mark.parametrize("inner", ["coop", "maple"])
def test_the_centre_is_that_of_the_class_means_however_many_photos_they_have(
    backbone: Backbone, inner: str
) -> None:
    method = npt_of(inner, backbone)
    labels = torch.cat([LABELS, torch.zeros(70, dtype=torch.long)])
    batch = batch_for(method, labels)
    method.start(batch)
    h = unit(method.encode(batch.inputs).detach().double())
    means = torch.stack([h[labels == c].mean(dim=0) for c in range(len(BASE))])
    assert torch.allclose(method.centre.double(), means.mean(dim=0), atol=1e-6)


def test_steps_bring_the_features_nearer_to_collapse(backbone: Backbone) -> None:
    method = npt_of("coop", backbone, {"npt.collapse": 50.0, "npt.isomorphism": 0.0})
    batch = batch_for(method)

    def spread(of: Method) -> float:
        return next(term.value.item() for term in of.losses(batch) if term.name == COLLAPSE)

    before = spread(method)
    for _ in range(5):
        method.zero_grad()
        step(method, batch, rate=1e-4)
    assert spread(method) < before


def test_one_class_has_nothing_to_stand_apart_from(backbone: Backbone) -> None:
    method = build_method("npt(coop)", WEIGHTS, backbone, BASE[:1])
    assert isinstance(method, NPT)
    batch = batch_for(method, torch.zeros(3, dtype=torch.long))
    method.start(batch)
    assert torch.equal(loss_of(method, batch), loss_of(method.inner, batch))


def test_more_classes_than_a_simplex_has_corners_are_refused(backbone: Backbone) -> None:
    most = largest_simplex(backbone.embed_dim)
    classes = [ClassText(f"{number}", f"part {number}") for number in range(most + 1)]
    assert build_method("npt(coop)", WEIGHTS, backbone, classes[:most])
    with pytest.raises(Problem) as caught:
        build_method("npt(coop)", WEIGHTS, backbone, classes)
    assert caught.value.code == "methods.too_many_classes"
    assert caught.value.data == {"classes": most + 1, "most": most}
