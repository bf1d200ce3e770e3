"""What holds for every method that tunes inside the towers, each held to open_clip's own model in float64."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.protocol import Batch, Needs, run_beforehand, total
from core.methods.tower_tuning import Sentences, TowerTuning
from core.problems import Problem
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
from tests.core.tiny_backbone import tiny_backbone

LABELS = torch.tensor([0, 1, 2, 0, 1])


@dataclass(frozen=True)
class Case:
    """A method, its settings, and whether it begins as the untouched model."""

    name: str
    hyper: dict[str, Any] = field(default_factory=dict)
    starts_untouched: bool = True

    def __str__(self) -> str:
        return " ".join([self.name, *map(str, self.hyper.values())])

    def build(self, backbone: Backbone, seed: int = 1) -> TowerTuning:
        """The method, in judging mode."""
        method = build_method(self.name, self.hyper, backbone, BASE, seed)
        assert isinstance(method, TowerTuning)
        return method.eval()


CASES = [
    Case("lora"),
    Case("lora", {"lora.targets": "qkvo+mlp", "lora.rank": 3, "lora.alpha": 5, "lora.rslora": False}),
    Case("lora", {"lora.blocks": "upper-half", "lora.targets": "qv"}),
    Case("lora", {"lora.targets": "ko", "lora.blocks": "0,2"}),
    Case("adapter", {"adapter.width": 5, "adapter.scale": 0.7}),
    Case("adapter", {"adapter.width": 5, "adapter.places": "mlp", "adapter.blocks": "last"}),
    Case("prefix", {"prefix.length": 3, "prefix.mlp": False}),
    Case("prefix", {"prefix.length": 3, "prefix.mlp": False, "prefix.gate": False}, starts_untouched=False),
    Case(
        "prefix",
        {"prefix.length": 2, "prefix.mlp": False, "prefix.gate": False, "prefix.blocks": "1-2"},
        starts_untouched=False,
    ),
    Case("full"),
    Case("full", {"full.blocks": "upper-half"}),
    Case("bitfit"),
    Case("skip-tuning"),
]
cases = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def batch_for(method: TowerTuning) -> Batch:
    return Batch(run_beforehand(method.backbone, photos(), method.needs), LABELS)


def plain(method: TowerTuning, learned: dict[str, Tensor]) -> PlainTuned:
    tuned = PlainTuned(method.backbone).weights(learned).prefixes(learned)
    config = method.config
    if hasattr(config, "rank"):
        tuned.low_rank(learned, config.alpha / (math.sqrt(config.rank) if config.rslora else config.rank))
    if hasattr(config, "scale"):
        tuned.bottlenecks(learned, config.scale)
    return tuned


@cases
def test_logits_loss_and_gradients_are_those_of_the_stock_model(backbone: Backbone, case: Case) -> None:
    method = case.build(backbone)
    disturb(method, 0.1)
    batch = batch_for(method)
    learned = doubles(method)
    wanted = plain(method, learned).logits(photos(), BASE)
    aligned = method.align(batch)
    assert close(aligned.logits, wanted, 1e-4)
    loss = total(method.terms(aligned, batch))
    wanted_loss = plain_cross_entropy(wanted, LABELS)
    assert loss.item() == pytest.approx(wanted_loss.item(), rel=1e-4)
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = torch.autograd.grad(wanted_loss, list(learned.values()))
    largest = max(gradient.norm() for gradient in gradients)
    parameters = dict(method.named_parameters())
    for name, gradient in zip(learned, gradients, strict=True):
        found = parameters[name].grad
        assert found is not None, name
        error = (found.double() - gradient).norm()
        assert error <= 1e-3 * gradient.norm() + 1e-6 * largest, name


@cases
def test_every_learned_tensor_moves_the_output_and_is_moved_by_the_loss(
    backbone: Backbone, case: Case
) -> None:
    method = case.build(backbone)
    torch.manual_seed(0)
    # Before large random keys of the towers' own, small ones of a prefix hardly count.
    disturb(method, 3.0 if case.name == "prefix" else 0.5)
    batch = batch_for(method)
    total(method.losses(batch)).backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        before = method.align(batch).logits
        for name, value in method.named_parameters():
            # A key bias shifts all scores of a query alike, which softmax does not see.
            if not value.requires_grad or name.endswith(".k.bias"):
                continue
            assert value.grad is not None and value.grad.norm() > 0, name
            kept = value.clone()
            value.add_(10 * torch.randn_like(value))
            after = method.align(batch).logits
            value.copy_(kept)
            assert (after - before).norm() > 1e-3 * before.norm(), name


@cases
def test_it_begins_as_the_untouched_model(backbone: Backbone, case: Case) -> None:
    method = case.build(backbone)
    untouched = build_method("zero-shot", {}, backbone, BASE).classifier((*BASE, *NEW))
    features = method.image_features(photos()).detach().numpy()
    wanted = untouched.logits(backbone.image_features(photos()).numpy())
    found = method.classifier((*BASE, *NEW)).logits(features)
    assert np.allclose(found, wanted, atol=1e-3) == case.starts_untouched


@cases
def test_what_was_learned_comes_back_to_the_bit_for_any_classes(backbone: Backbone, case: Case) -> None:
    method = case.build(backbone)
    disturb(method, 0.1)
    fresh = case.build(backbone, seed=99)
    fresh.load_learned_state(method.learned_state())
    features = [m.image_features(photos()).detach().numpy() for m in (method, fresh)]
    assert np.array_equal(*features)
    for classes in (BASE, NEW, (*NEW, *BASE)):
        wanted, found = (m.classifier(classes).probabilities(features[0]) for m in (method, fresh))
        assert np.array_equal(found, wanted)
        assert found.shape == (len(LABELS), len(classes))


@cases
def test_classes_never_learned_are_read_by_the_tuned_towers(backbone: Backbone, case: Case) -> None:
    method = case.build(backbone)
    disturb(method, 0.1)
    wanted = plain(method, doubles(method)).logits(photos(), (*NEW, *BASE))
    features = method.image_features(photos()).detach().numpy()
    found = torch.from_numpy(method.classifier((*NEW, *BASE)).logits(features))
    assert close(found, wanted.detach(), 1e-4)


@cases
def test_the_backbone_stays_as_it_was(case: Case) -> None:
    backbone = uneven_backbone()
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    image = backbone.image_features(photos())
    method = case.build(backbone)
    disturb(method)
    total(method.losses(batch_for(method))).backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD((p for p in method.parameters() if p.requires_grad), lr=1.0).step()
    assert all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())
    assert torch.equal(backbone.image_features(photos()), image)
    assert all(parameter.grad is None for parameter in backbone.parameters())
    assert all(name.startswith(("image_tower.", "text_tower.")) for name in method.training_state())


@cases
def test_in_bfloat16_it_learns_too(case: Case) -> None:
    """Weights of ordinary size, for scores of ordinary size."""
    method = case.build(tiny_backbone())
    disturb(method, 0.05)
    batch = batch_for(method)
    exact = method.align(batch).logits
    with torch.autocast("cpu", torch.bfloat16):
        rough = method.align(batch)
        loss = total(method.terms(rough, batch))
    loss.backward()  # type: ignore[no-untyped-call]
    assert rough.logits.dtype == torch.float32
    assert close(rough.logits, exact.double(), 0.15)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in method._learned().values())


@cases
def test_only_the_seed_decides_the_start(backbone: Backbone, case: Case) -> None:
    torch.rand(5)
    first, again = (case.build(backbone, seed=3).learned_state() for _ in range(2))
    assert first.keys() == again.keys()
    assert all(torch.equal(value, again[name]) for name, value in first.items())


@pytest.mark.parametrize(
    ("blocks", "image", "text"),
    [("all", Needs("pixels"), 0), ("upper-half", Needs("hidden", 2), 1), ("last", Needs("hidden", 3), 2)],
)
def test_photos_and_sentences_are_run_beforehand_to_the_first_block_that_learns(
    backbone: Backbone, blocks: str, image: Needs, text: int
) -> None:
    method = Case("adapter", {"adapter.blocks": blocks}).build(backbone)
    assert method.needs == image
    assert method._sentences.start == text


def test_a_side_that_does_not_learn_is_run_once(backbone: Backbone) -> None:
    of_texts = Case("lora", {"lora.towers": "text"}).build(backbone)
    assert of_texts.needs == Needs("image_features")
    of_photos = Case("lora", {"lora.towers": "image"}).build(backbone)
    disturb(of_photos)
    untouched = build_method("zero-shot", {}, backbone, BASE)
    wanted = untouched.align(Batch(torch.ones(1, backbone.embed_dim), LABELS[:1])).text_features
    assert torch.allclose(of_photos.align(batch_for(of_photos)).text_features, wanted, atol=1e-4)
    assert all(name.startswith("image_tower.") for name in of_photos.learned_state())


def test_blocks_by_number(backbone: Backbone) -> None:
    """As far as a tower has them: four blocks on the side of photos, three on that of texts."""
    method = Case("adapter", {"adapter.blocks": "0,2-9", "adapter.places": "mlp"}).build(backbone)
    hung = {name.rsplit(".after", 1)[0] for name in method.learned_state()}
    image = {f"image_tower.blocks.{number}" for number in (0, 2, 3)}
    assert hung == image | {f"text_tower.blocks.{number}" for number in (0, 2)}


@pytest.mark.parametrize("blocks", ["", "first", "3-", "7-8", "1;2"])
def test_blocks_that_no_tower_has_are_refused(backbone: Backbone, blocks: str) -> None:
    with pytest.raises(Problem) as caught:
        Case("lora", {"lora.blocks": blocks}).build(backbone)
    assert (caught.value.code, caught.value.data["key"]) == ("methods.bad_setting", "lora.blocks")


def test_any_template(backbone: Backbone) -> None:
    template = "{}, seen from above"
    method = Case("bitfit", {"bitfit.template": template}).build(backbone)
    disturb(method, 0.1)
    wanted = plain(method, doubles(method)).logits(photos(), BASE, template)
    assert close(method.align(batch_for(method)).logits, wanted, 1e-4)


def test_one_class_alone_and_texts_that_begin_alike(backbone: Backbone) -> None:
    alike = [ClassText("a", "red bolt"), ClassText("b", "red bolt with a scratch"), ClassText("c", "red")]
    together = Sentences.of(backbone, alike, "a photo of a {}.").features(backbone.text)
    for row, entry in zip(together, alike, strict=True):
        alone = Sentences.of(backbone, [entry], "a photo of a {}.").features(backbone.text)
        assert torch.allclose(alone[0], row, atol=1e-4)


@pytest.mark.parametrize("start", [0, 1, 2, 3])
def test_some_of_the_sentences_have_the_features_that_they_have_among_all(
    backbone: Backbone, start: int
) -> None:
    sentences = Sentences.of(backbone, (*BASE, *NEW), "a photo of a {}.", start)
    kept = torch.tensor([0, 3])
    few, all_of_them = (s.features(backbone.text) for s in (sentences.only(kept), sentences))
    assert torch.allclose(few, all_of_them[kept], atol=1e-5)
    untouched = Sentences.of(backbone, (*BASE, *NEW), "a photo of a {}.").features(backbone.text)
    assert torch.allclose(all_of_them, untouched, atol=1e-5)
