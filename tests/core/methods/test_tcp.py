"""TCP: class words inside the text tower, against the tower run place by place in float64."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.kgcoop import KNOWLEDGE
from core.methods.protocol import MATCHING, Batch, Method
from core.methods.tcp import block_of
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
    mlp,
    scaled_cosines,
    unit,
)
from tests.core.methods.plain_towers import BASE, NEW, uneven_backbone

SENTENCE = "a photo of a {}, a type of part."


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.fixture(scope="module")
def plain(backbone: Backbone) -> Plain:
    return Plain(backbone)


@pytest.fixture
def batch(backbone: Backbone) -> Batch:
    return Batch(image_features(backbone), LABELS)


def built(backbone: Backbone, classes: Any = BASE, **hyper: Any) -> Method:
    settings = {"n_ctx": 3, "template": SENTENCE} | hyper
    return build_method("tcp", {f"tcp.{key}": value for key, value in settings.items()}, backbone, classes, 5)


def quick_gelu(x: Tensor) -> Tensor:
    return torch.stack([value / (1 + torch.exp(-1.702 * value)) for value in x])


def plain_texts(plain: Plain, learned: Mapping[str, Tensor], block: int, classes: Any) -> Tensor:
    rows = []
    for entry, sentence in zip(classes, plain.sentences(classes, SENTENCE), strict=True):
        words = mlp(learned, "word_net", unit(sentence), quick_gelu).view(len(learned["ctx"]), -1)
        rows.append(plain.text((learned["ctx"], entry.words, "."), {block: words}))
    return torch.stack(rows)


@pytest.mark.parametrize(("block", "in_this_tower"), [(8, 2), (4, 1)])
def test_scores_terms_and_gradients_are_those_of_the_formula(
    backbone: Backbone, plain: Plain, batch: Batch, block: int, in_this_tower: int
) -> None:
    method = built(backbone, block=block)
    learned = disturbed(method)
    aligned = method.align(batch)
    terms = method.terms(aligned, batch)
    method.backward(terms, 1.0)
    text = plain_texts(plain, learned, in_this_tower, BASE)
    logits = torch.stack([scaled_cosines(x, text, backbone.logit_scale) for x in batch.inputs])
    assert torch.allclose(aligned.logits.double(), logits, rtol=1e-4, atol=1e-4)
    matching, knowledge = cross_entropy(logits), distance(text, plain.sentences(BASE, SENTENCE))
    assert {term.name: (term.value.item(), term.weight) for term in terms} == {
        MATCHING: (pytest.approx(matching.item(), rel=1e-5), 1.0),
        KNOWLEDGE: (pytest.approx(knowledge.item(), rel=1e-4), 8.0),
    }
    agree(gradients(method), matching + 8 * knowledge, learned)


def test_it_judges_any_classes_by_words_from_their_own_sentences(
    backbone: Backbone, plain: Plain, batch: Batch
) -> None:
    method = built(backbone)
    learned = disturbed(method)
    for classes in (BASE, NEW, EVERY):
        wanted = plain_texts(plain, learned, 2, classes).detach()
        assert np.allclose(method.classifier(classes).text_features, wanted.numpy(), atol=1e-4)


def test_the_published_number_of_parameters(backbone: Backbone) -> None:
    def by_formula(width: int, text_width: int, words: int) -> int:
        narrow = width // 4
        return words * text_width + (width + 1) * narrow + (narrow + 1) * words * text_width

    assert by_formula(512, 512, 4) == 331_904
    found = sum(value.numel() for value in built(backbone).parameters() if value.requires_grad)
    assert found == by_formula(backbone.embed_dim, backbone.text_width, 3)


def test_the_depth_keeps_its_share_in_other_towers() -> None:
    assert [block_of(8, depth) for depth in (12, 24, 4, 2, 1)] == [8, 16, 3, 1, 0]
    assert block_of(11, 4) == 3 and block_of(1, 12) == 1


def test_the_context_learns_wherever_the_class_words_enter(backbone: Backbone, batch: Batch) -> None:
    """In shallow towers too, where an early block of twelve lies nearest to the first one."""
    method = built(backbone, block=1)
    method.backward(method.losses(batch), 1.0)
    assert all(gradient is not None and gradient.any() for gradient in gradients(method).values())


def test_what_was_learned_comes_back_bit_for_bit(backbone: Backbone, batch: Batch) -> None:
    method = built(backbone)
    disturbed(method)
    for built_for in (BASE, NEW):
        fresh = built(backbone, built_for)
        fresh.load_learned_state(method.learned_state())
        for classes in (BASE, NEW, EVERY):
            wanted, found = (
                each.classifier(classes).probabilities(batch.inputs.numpy()) for each in (method, fresh)
            )
            assert np.array_equal(found, wanted)
