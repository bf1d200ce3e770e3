"""CoOp in full: the context's place, one for each class or for all, against prompts written out in float64."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.protocol import Batch, Method, total
from core.problems import Problem
from tests.core.methods.plain_prompts import (
    EVERY,
    LABELS,
    Plain,
    agree,
    cross_entropy,
    disturbed,
    gradients,
    image_features,
    scaled_cosines,
)
from tests.core.methods.plain_towers import BASE, NEW, uneven_backbone

POSITIONS = ("end", "middle", "front")
UNSHARED = [(False, "middle"), (False, "front"), (True, "end"), (True, "middle"), (True, "front")]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


@pytest.fixture(scope="module")
def plain(backbone: Backbone) -> Plain:
    return Plain(backbone)


def built(backbone: Backbone, specific: bool, position: str, n_ctx: int = 3, **more: Any) -> Method:
    hyper = {"coop.class_specific": specific, "coop.position": position, "coop.n_ctx": n_ctx}
    return build_method("coop", hyper | more, backbone, BASE, seed=5)


def pieces(ctx: Tensor, words: str, position: str) -> Sequence[str | Tensor]:
    half = len(ctx) // 2
    return {
        "end": (ctx, words, "."),
        "middle": (ctx[:half], words, ctx[half:], "."),
        "front": (words, ctx, "."),
    }[position]


@pytest.mark.parametrize("n_ctx", [1, 3, 16])
@pytest.mark.parametrize(("specific", "position"), [(False, "end"), *UNSHARED])
def test_scores_loss_and_gradient_are_those_of_prompts_written_out(
    backbone: Backbone, plain: Plain, specific: bool, position: str, n_ctx: int
) -> None:
    method = built(backbone, specific, position, n_ctx, **{"coop.ctx_init": "random"})
    learned = disturbed(method)
    batch = Batch(image_features(backbone), LABELS)
    aligned = method.align(batch)
    method.backward(method.terms(aligned, batch), 1.0)
    ctx = learned["ctx"]
    contexts = ctx if specific else [ctx] * len(BASE)
    texts = [
        plain.text(pieces(own, entry.words, position)) for own, entry in zip(contexts, BASE, strict=True)
    ]
    text = torch.stack(texts)
    logits = torch.stack([scaled_cosines(photo, text, backbone.logit_scale) for photo in batch.inputs])
    assert torch.allclose(aligned.text_features.double(), text, atol=1e-4)
    assert torch.allclose(aligned.logits.double(), logits, rtol=1e-4, atol=1e-4)
    loss = cross_entropy(logits)
    assert total(method.terms(aligned, batch)).item() == pytest.approx(loss.item(), rel=1e-5)
    agree(gradients(method), loss, learned)


@pytest.mark.parametrize("specific", [False, True])
@pytest.mark.parametrize(
    ("position", "sentence"),
    [("end", "a photo of a {}."), ("middle", "a photo {} of a."), ("front", "{} a photo of a.")],
)
def test_started_from_words_it_reads_the_sentence_that_they_make(
    backbone: Backbone, specific: bool, position: str, sentence: str
) -> None:
    method = built(backbone, specific, position, n_ctx=4)
    found = method.align(Batch(image_features(backbone), LABELS)).text_features
    wanted = backbone.text_features(backbone.tokenize([sentence.format(entry.words) for entry in BASE]))
    assert torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(("specific", "position"), UNSHARED)
def test_what_has_no_common_beginning_is_never_run_as_if_it_had(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch, specific: bool, position: str
) -> None:
    def refuse(*_: object, **__: object) -> Tensor:
        raise AssertionError("a shared beginning")

    method = built(backbone, specific, position)
    # New classes of a context per class are read in the teacher's sentences, which do begin alike.
    classes = BASE if specific else EVERY
    monkeypatch.setattr(TextTower, "features_after", refuse)
    assert method.align(Batch(image_features(backbone), LABELS)).logits.shape == (len(LABELS), len(BASE))
    assert method.classifier(classes).class_names == tuple(entry.name for entry in classes)
    with pytest.raises(AssertionError, match="a shared beginning"):
        built(backbone, False, "end").align(Batch(image_features(backbone), LABELS))


def test_whole_texts_end_at_the_longest_end_token(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    run = TextTower.features

    def watch(tower: TextTower, embeddings: Tensor, eot: Tensor) -> Tensor:
        seen.append(tuple(embeddings.shape[:2]))
        return run(tower, embeddings, eot)

    monkeypatch.setattr(TextTower, "features", watch)
    built(backbone, True, "front").align(Batch(image_features(backbone), LABELS))
    longest = backbone.eot_positions(backbone.tokenize([f"x x x {entry.words}." for entry in BASE])).max()
    assert seen == [(len(BASE), int(longest) + 1)]


def test_a_random_context_for_each_class_starts_differently(backbone: Backbone) -> None:
    ctx = built(backbone, True, "end", 16, **{"coop.ctx_init": "random"}).ctx
    assert ctx.shape == (len(BASE), 16, backbone.text_width)
    assert not torch.equal(ctx[0], ctx[1])
    assert ctx.std().item() == pytest.approx(0.02, rel=0.2)


def test_what_was_learned_for_each_class_says_nothing_of_others(backbone: Backbone, plain: Plain) -> None:
    """Others are judged by the untouched model's sentence; learned ones keep their context by name."""
    sentence = "{} texture."
    method = built(backbone, True, "end", **{"coop.template": sentence})
    ctx = disturbed(method)["ctx"]
    assert not method.judges_new and built(backbone, False, "front").judges_new
    image = image_features(backbone)
    mixed = (BASE[2], NEW[0], BASE[0])
    rows = [
        plain.text((ctx[2], BASE[2].words, ".")),
        plain.text([sentence.format(NEW[0].words)]),
        plain.text((ctx[0], BASE[0].words, ".")),
    ]
    for classes, texts in ((mixed, rows), (NEW, rows[1:2]), (BASE[::2], rows[::-2])):
        wanted = torch.stack([scaled_cosines(x, torch.stack(texts), backbone.logit_scale) for x in image])
        found = method.classifier(classes).logits(image.numpy())
        assert np.allclose(found, wanted.detach().numpy(), rtol=1e-4, atol=1e-4)


def test_a_renamed_description_of_a_learned_class_keeps_its_context(backbone: Backbone, plain: Plain) -> None:
    method = built(backbone, True, "middle", n_ctx=2)
    ctx = disturbed(method)["ctx"]
    reworded = ClassText(BASE[1].name, "shiny nut")
    found = method.classifier([reworded]).text_features
    wanted = plain.text((ctx[1][:1], "shiny nut", ctx[1][1:], "."))
    assert np.allclose(found[0], wanted.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize(("specific", "position"), UNSHARED)
def test_what_was_learned_comes_back_bit_for_bit(backbone: Backbone, specific: bool, position: str) -> None:
    method = built(backbone, specific, position)
    disturbed(method)
    fresh = built(backbone, specific, position)
    fresh.load_learned_state(method.learned_state())
    for classes in (BASE, NEW, EVERY):
        features = image_features(backbone).numpy()
        wanted, found = (each.classifier(classes).probabilities(features) for each in (method, fresh))
        assert np.array_equal(found, wanted)


def test_one_context_for_all_moves_to_other_classes_and_one_for_each_does_not(backbone: Backbone) -> None:
    for position in POSITIONS:
        hyper: dict[str, Any] = {"coop.position": position, "coop.n_ctx": 3}
        build_method("coop", hyper, backbone, NEW).load_learned_state(
            built(backbone, False, position).learned_state()
        )
    with pytest.raises(Problem) as caught:
        build_method(
            "coop", {"coop.class_specific": True, "coop.n_ctx": 3}, backbone, NEW
        ).load_learned_state(built(backbone, True, "end").learned_state())
    assert caught.value.code == "methods.other_state"


@pytest.mark.parametrize("position", POSITIONS)
def test_a_description_that_would_be_cut_is_refused_wherever_it_stands(
    backbone: Backbone, position: str
) -> None:
    endless = ClassText("長い", " ".join(["bolt"] * 80))
    with pytest.raises(Problem) as caught:
        built(backbone, False, position).classifier([endless])
    assert caught.value.code == "methods.too_long_description"
