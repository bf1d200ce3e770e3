"""KgCoOp: the distance from the sentence, against prompts written out in float64."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.kgcoop import KNOWLEDGE
from core.methods.protocol import MATCHING, Batch, Method
from tests.core.methods.plain_prompts import (
    EVERY,
    LABELS,
    Plain,
    agree,
    cross_entropy,
    distance,
    disturbed,
    gradients,
    image_features,
    scaled_cosines,
)
from tests.core.methods.plain_towers import BASE, NEW, uneven_backbone

SENTENCE = "a photo of a {}, a type of part."


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.fixture
def batch(backbone: Backbone) -> Batch:
    return Batch(image_features(backbone), LABELS)


def built(backbone: Backbone, classes: Any = BASE, **hyper: Any) -> Method:
    return build_method("kgcoop", {f"kgcoop.{key}": value for key, value in hyper.items()}, backbone, classes)


def test_both_terms_and_the_gradient_are_those_of_the_formula(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone, template=SENTENCE, weight=8.0)
    learned = disturbed(method)
    terms = method.losses(batch)
    method.backward(terms, 1.0)
    plain = Plain(backbone)
    text = torch.stack([plain.text((learned["ctx"], entry.words, ".")) for entry in BASE])
    matching = cross_entropy(
        torch.stack([scaled_cosines(x, text, backbone.logit_scale) for x in batch.inputs])
    )
    knowledge = distance(text, plain.sentences(BASE, SENTENCE))
    found = {term.name: (term.value.item(), term.weight) for term in terms}
    assert found == {
        MATCHING: (pytest.approx(matching.item(), rel=1e-5), 1.0),
        KNOWLEDGE: (pytest.approx(knowledge.item(), rel=1e-4), 8.0),
    }
    agree(gradients(method), matching + 8 * knowledge, learned)


def test_with_weight_0_it_is_coop(backbone: Backbone, batch: Batch) -> None:
    kgcoop, coop = built(backbone, weight=0.0), build_method("coop", {}, backbone, BASE)
    for method in (kgcoop, coop):
        disturbed(method)
        method.backward(method.losses(batch), 1.0)
    assert torch.equal(kgcoop.ctx, coop.ctx)
    assert torch.allclose(kgcoop.ctx.grad, coop.ctx.grad, atol=1e-6)


def test_started_from_the_sentence_it_is_at_no_distance(backbone: Backbone, batch: Batch) -> None:
    (knowledge,) = (term.value for term in built(backbone).losses(batch) if term.name == KNOWLEDGE)
    assert abs(knowledge.item()) < 1e-6


def test_the_sentence_is_read_once(backbone: Backbone, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(tokens: Tensor) -> Tensor:
        raise AssertionError("read again")

    method = built(backbone)
    monkeypatch.setattr(backbone, "text_features", refuse)
    monkeypatch.setattr(backbone, "tokenize", refuse)
    method.losses(batch)


def test_judging_takes_the_context_alone(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone, template=SENTENCE)
    ctx = disturbed(method)["ctx"]
    plain = Plain(backbone)
    text = torch.stack([plain.text((ctx, entry.words, ".")) for entry in EVERY])
    assert np.allclose(method.classifier(EVERY).text_features, text.detach().numpy(), atol=1e-4)


def test_what_was_learned_comes_back_bit_for_bit(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone)
    disturbed(method)
    assert method.learned_state().keys() == {"ctx"}
    for built_for in (BASE, NEW):
        fresh = built(backbone, built_for)
        fresh.load_learned_state(method.learned_state())
        for classes in (BASE, NEW, EVERY):
            wanted, found = (
                each.classifier(classes).probabilities(batch.inputs.numpy()) for each in (method, fresh)
            )
            assert np.array_equal(found, wanted)
