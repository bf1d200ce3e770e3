"""PT-PEFT: prefix first, then both; what passes from stage to stage, and the decision between them."""

import numpy as np
import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Batch, StageEnd, total
from core.methods.pt_peft import PTPEFT
from core.problems import catalogue
from tests.core.methods.plain_towers import (
    BASE,
    NEW,
    close,
    disturb,
    doubles,
    photos,
    plain_cross_entropy,
    uneven_backbone,
)
from tests.core.methods.plain_tuning import PlainTuned

LABELS = torch.tensor([0, 1, 2, 0, 1])
BATCH = Batch(photos(), LABELS)
INNER = {
    "lora": {"lora.rank": 4, "lora.alpha": 6},
    "adapter": {"adapter.width": 5, "adapter.blocks": "last"},
    "full": {"full.blocks": "upper-half"},
}
inner = pytest.mark.parametrize("name", INNER)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def pt_peft(backbone: Backbone, name: str, seed: int = 1, **settings: object) -> PTPEFT:
    hyper = INNER[name] | {f"pt-peft.{key}": value for key, value in settings.items()}
    method = build_method(f"pt-peft({name})", hyper, backbone, BASE, seed)  # type: ignore[arg-type]
    assert isinstance(method, PTPEFT)
    return method.eval()


def after_first(backbone: Backbone, name: str, **settings: object) -> PTPEFT:
    """A method as stage 1 may leave it."""
    method = pt_peft(backbone, name, **settings)
    disturb(method, 0.2)
    return method


@inner
def test_stage_1_learns_the_prefix_alone(backbone: Backbone, name: str) -> None:
    method = after_first(backbone, name)
    learned = method._learned()
    assert all(".memory." in entry for entry in learned)
    assert [len(group.parameters) for group in method.parameter_groups()] == [len(learned)]
    total(method.losses(BATCH)).backward()  # type: ignore[no-untyped-call]
    for entry, value in method.named_parameters():
        assert (value.grad is not None and bool(value.grad.any())) == (entry in learned), entry


@inner
def test_it_begins_as_the_untouched_model(backbone: Backbone, name: str) -> None:
    method = pt_peft(backbone, name)
    untouched = build_method("zero-shot", {}, backbone, BASE).classifier((*BASE, *NEW))
    wanted = untouched.logits(backbone.image_features(photos()).numpy())
    found = method.classifier((*BASE, *NEW)).logits(method.image_features(photos()).detach().numpy())
    assert np.allclose(found, wanted, atol=1e-3)


@inner
@pytest.mark.parametrize("gate", [True, False])
def test_stage_2_starts_where_stage_1_ended(backbone: Backbone, name: str, gate: bool) -> None:
    method = after_first(backbone, name, gate=gate)
    before, state = method.align(BATCH).logits, method.learned_state()
    method.begin_stage(1)
    assert torch.equal(method.align(BATCH).logits, before)
    after = method.learned_state()
    assert after.keys() == state.keys() == method._learned().keys()
    assert all(torch.equal(value, after[entry]) for entry, value in state.items())


@inner
def test_stage_2_learns_both_by_the_formulas(backbone: Backbone, name: str) -> None:
    method = after_first(backbone, name)
    method.begin_stage(1)
    disturb(method, 0.1)
    learned = doubles(method)
    plain = {entry.removeprefix("inner."): value for entry, value in learned.items()}
    config = method.inner.config
    tuned = PlainTuned(backbone).weights(plain).prefixes(plain)
    if name == "lora":
        tuned.low_rank(plain, config.alpha / config.rank**0.5)
    if name == "adapter":
        tuned.bottlenecks(plain, config.scale)
    wanted = tuned.logits(photos(), BASE)
    aligned = method.align(BATCH)
    assert close(aligned.logits, wanted, 1e-4)
    total(method.terms(aligned, BATCH)).backward()  # type: ignore[no-untyped-call]
    gradients = torch.autograd.grad(plain_cross_entropy(wanted, LABELS), list(learned.values()))
    largest = max(gradient.norm() for gradient in gradients)
    parameters = dict(method.named_parameters())
    for entry, gradient in zip(learned, gradients, strict=True):
        found = parameters[entry].grad
        assert found is not None and found.any(), entry
        assert (found.double() - gradient).norm() <= 1e-3 * gradient.norm() + 1e-6 * largest, entry


@inner
@pytest.mark.parametrize("stage", [0, 1])
def test_what_was_learned_comes_back_whatever_stage_it_ended_in(
    backbone: Backbone, name: str, stage: int
) -> None:
    method = after_first(backbone, name)
    if stage:
        method.begin_stage(1)
        disturb(method, 0.1)
    fresh = pt_peft(backbone, name, seed=99)
    fresh.load_learned_state(method.learned_state())
    features = [m.image_features(photos()).detach().numpy() for m in (method, fresh)]
    assert np.array_equal(*features)
    for classes in (BASE, NEW, (*NEW, *BASE)):
        wanted, found = (m.classifier(classes).probabilities(features[0]) for m in (method, fresh))
        assert np.array_equal(found, wanted)


@inner
@pytest.mark.parametrize("stage", [0, 1])
def test_training_goes_on_where_it_was_in_either_stage(backbone: Backbone, name: str, stage: int) -> None:
    def step(method: PTPEFT) -> None:
        optimizer = torch.optim.SGD((p for p in method.parameters() if p.requires_grad), lr=0.01)
        total(method.losses(BATCH)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    method = after_first(backbone, name)
    if stage:
        method.begin_stage(1)
        disturb(method, 0.1)
    state = method.training_state()
    again = pt_peft(backbone, name)
    again.begin_stage(stage)
    again.load_training_state(state)
    for each in (method, again):
        step(each)
    found, wanted = again.training_state(), method.training_state()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(value, wanted[entry]) for entry, value in found.items())


def test_each_stage_has_a_schedule_of_its_own(backbone: Backbone) -> None:
    method = pt_peft(backbone, "lora", first_epochs=3, first_rate=0.01, prefix_lr_scale=7.0)
    first, second = method.stages(RecipeConfig(epochs=9, learning_rate=1e-4))
    assert (first.name, first.recipe.epochs, first.recipe.learning_rate) == ("prefix", 3, 0.01)
    assert (second.name, second.recipe.epochs, second.recipe.learning_rate) == ("tune", 9, 1e-4)
    method.begin_stage(1)
    assert [group.lr_scale for group in method.parameter_groups()] == [1.0, 7.0]
    learned = sum(len(group.parameters) for group in method.parameter_groups())
    assert learned == len(method.learned_state())


@pytest.mark.parametrize(
    ("second", "base", "go_on", "code"),
    [
        ("auto", 0.9, True, "training.second_needed"),
        ("auto", 0.98, False, "training.second_not_needed"),
        ("auto", None, True, "training.second_unchecked"),
        ("always", 1.0, True, "training.second_always"),
        ("never", 0.1, False, "training.second_never"),
    ],
)
def test_the_decision_follows_the_checking_photos_unless_the_settings_take_it(
    backbone: Backbone, second: str, base: float | None, go_on: bool, code: str
) -> None:
    decision = pt_peft(backbone, "lora", second=second).next_stage_needed(0, StageEnd(base, 0.1, 50, 0.8))
    assert decision is not None
    assert (decision.go_on, decision.code) == (go_on, code)
    for language in ("ja", "en"):
        assert "{" not in " ".join(catalogue()[code][language].values()).format(**decision.data)


def test_the_photos_are_counted(backbone: Backbone) -> None:
    decision = pt_peft(backbone, "lora").next_stage_needed(0, StageEnd(0.9, 0.1, 40, 0.8))
    assert decision is not None
    assert decision.data == {"right": 36, "photos": 40, "enough": 98}
