"""CoCoOp: texts that each photo changes, against prompts written out photo by photo in float64."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower
from core.methods import conditional
from core.methods.build import build_method
from core.methods.conditional import ConditionalClassifier
from core.methods.protocol import Batch, Method, total
from tests.core.methods.plain_prompts import (
    EVERY,
    LABELS,
    Plain,
    agree,
    cross_entropy,
    disturbed,
    gradients,
    image_features,
    mlp,
    scaled_cosines,
    unit,
)
from tests.core.methods.plain_towers import BASE, CFG, NEW, uneven_backbone


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone(CFG | {"embed_dim": 64})


@pytest.fixture
def batch(backbone: Backbone) -> Batch:
    return Batch(image_features(backbone), LABELS)


@pytest.fixture
def method(backbone: Backbone) -> Method:
    return build_method("cocoop", {"cocoop.n_ctx": 3, "cocoop.ctx_init": "random"}, backbone, BASE, seed=5)


def plain_texts(plain: Plain, learned: Mapping[str, Tensor], photo: Tensor, classes: object) -> Tensor:
    """The texts of one photo: π(x) on every word of the context."""
    shift = mlp(learned, "meta_net", unit(photo), torch.relu)
    ctx = torch.stack([word + shift for word in learned["ctx"]])
    return torch.stack([plain.text((ctx, entry.words, ".")) for entry in classes])  # type: ignore[attr-defined]


def test_scores_loss_and_gradients_are_those_of_prompts_written_out_for_each_photo(
    backbone: Backbone, method: Method, batch: Batch
) -> None:
    learned = disturbed(method)
    aligned = method.align(batch)
    method.backward(method.terms(aligned, batch), 1.0)
    plain = Plain(backbone)
    texts = torch.stack([plain_texts(plain, learned, photo, BASE) for photo in batch.inputs])
    logits = torch.stack([
        scaled_cosines(photo, text, backbone.logit_scale)
        for photo, text in zip(batch.inputs, texts, strict=True)
    ])  # fmt: skip
    assert torch.allclose(aligned.text_features.double(), texts, atol=1e-4)
    assert torch.allclose(aligned.logits.double(), logits, rtol=1e-4, atol=1e-4)
    assert torch.equal(aligned.text_of(LABELS)[3], aligned.text_features[3, LABELS[3]])
    loss = cross_entropy(logits)
    assert total(method.terms(aligned, batch)).item() == pytest.approx(loss.item(), rel=1e-5)
    agree(gradients(method), loss, learned)


def test_judging_any_classes_gives_the_same_scores(backbone: Backbone, method: Method, batch: Batch) -> None:
    learned = disturbed(method)
    plain = Plain(backbone)
    for classes in (BASE, NEW, EVERY):
        wanted = torch.stack([
            scaled_cosines(photo, plain_texts(plain, learned, photo, classes), backbone.logit_scale)
            for photo in batch.inputs
        ]).detach()  # fmt: skip
        classifier = method.classifier(classes)
        found = classifier.logits(batch.inputs.numpy())
        assert found.dtype == np.float32
        assert np.allclose(found, wanted.numpy(), rtol=1e-4, atol=1e-4)
        probabilities = classifier.probabilities(batch.inputs.numpy())
        assert np.allclose(probabilities, wanted.softmax(dim=-1).numpy(), atol=1e-4)
    some = classifier.probabilities(batch.inputs.numpy(), [3, 1])
    assert np.allclose(some, wanted[:, [3, 1]].softmax(dim=-1).numpy(), atol=1e-4)


def test_with_a_silent_net_it_is_coop(backbone: Backbone, method: Method, batch: Batch) -> None:
    coop = build_method("coop", {"coop.n_ctx": 3, "coop.ctx_init": "random"}, backbone, BASE, seed=5)
    with torch.no_grad():
        coop.ctx.copy_(method.ctx)
        for layer in method.meta_net.parameters():
            layer.zero_()
    for each in (coop, method):
        each.backward(each.losses(batch), 1.0)
    assert torch.allclose(method.align(batch).logits, coop.align(batch).logits, atol=1e-4)
    assert torch.allclose(method.ctx.grad, coop.ctx.grad, rtol=1e-3, atol=1e-5)
    features = batch.inputs.numpy()
    wanted, found = (each.classifier(EVERY).probabilities(features) for each in (coop, method))
    assert np.allclose(found, wanted, atol=1e-5)


def test_the_published_number_of_parameters(method: Method, backbone: Backbone) -> None:
    def by_formula(width: int, text_width: int, words: int) -> int:
        narrow = max(1, width // 16)
        return words * text_width + (width + 1) * narrow + (narrow + 1) * text_width

    assert by_formula(512, 512, 4) == 35_360
    found = sum(value.numel() for value in method.parameters() if value.requires_grad)
    assert found == by_formula(backbone.embed_dim, backbone.text_width, 3)


def test_what_classes_share_is_run_once_for_each_photo(
    method: Method, batch: Batch, backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    run = TextTower.features_after

    def watch(tower: TextTower, beginning: Tensor, *others: object) -> Tensor:
        seen.append(tuple(beginning.shape))
        return run(tower, beginning, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(TextTower, "features_after", watch)
    method.align(batch)
    assert seen == [(len(LABELS), 1 + 3, backbone.text_width)]


@pytest.mark.parametrize("photos_at_once", [0, 1, 3])
def test_judging_in_portions_changes_nothing_and_bounds_what_is_run(
    method: Method, batch: Batch, monkeypatch: pytest.MonkeyPatch, photos_at_once: int
) -> None:
    classifier = method.classifier(EVERY)
    assert isinstance(classifier, ConditionalClassifier)
    features = batch.inputs.numpy()
    whole = classifier.logits(features)
    seen = []
    run = TextTower.features_after

    def watch(tower: TextTower, beginning: Tensor, *others: object) -> Tensor:
        seen.append(len(beginning))
        return run(tower, beginning, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(TextTower, "features_after", watch)
    monkeypatch.setattr(conditional, "TOKENS_AT_ONCE", photos_at_once * classifier.texts.tokens)
    assert np.allclose(classifier.logits(features), whole, atol=1e-4)
    assert max(seen) == max(1, photos_at_once) and sum(seen) == len(features)


def test_a_classifier_keeps_what_was_learned_when_it_was_made(method: Method, batch: Batch) -> None:
    classifier = method.classifier(BASE)
    before = classifier.logits(batch.inputs.numpy())
    disturbed(method, 1.0)
    assert np.array_equal(classifier.logits(batch.inputs.numpy()), before)


def test_what_was_learned_comes_back_bit_for_bit(backbone: Backbone, method: Method, batch: Batch) -> None:
    disturbed(method)
    hyper = {"cocoop.n_ctx": 3}
    features = batch.inputs.numpy()
    for built_for in (BASE, NEW):
        fresh = build_method("cocoop", hyper, backbone, built_for, seed=9)  # type: ignore[arg-type]
        fresh.load_learned_state(method.learned_state())
        for classes in (BASE, NEW, EVERY):
            wanted, found = (each.classifier(classes).probabilities(features) for each in (method, fresh))
            assert np.array_equal(found, wanted)
