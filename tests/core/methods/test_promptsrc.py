"""PromptSRC's loss and its average over epochs against the formulas, in float64 (methods.md §6, §15.10)."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.configs.wrappers import DePTConfig
from core.methods.dept import DePT
from core.methods.gaussian_average import epoch_weights
from core.methods.promptsrc import PromptSRC
from core.methods.protocol import MATCHING, Batch, Method, total
from core.problems import Problem
from tests.core.methods.plain_towers import (
    BASE,
    NEW,
    close,
    disturb,
    doubles,
    photos,
    plain_clip,
    plain_cross_entropy,
    plain_image,
    plain_logits,
    plain_text,
    uneven_backbone,
)

LABELS = torch.tensor([0, 1, 2, 0, 1])


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def built(
    backbone: Backbone,
    seed: int = 0,
    settings: Mapping[str, int | float | str] | None = None,
    classes: Sequence[ClassText] = BASE,
) -> PromptSRC:
    # The teacher's eighty sentences are looked at in one test; elsewhere one keeps the tests short.
    chosen = {"templates": "single"} | dict(settings or {})
    hyper = {f"promptsrc.{key}": value for key, value in chosen.items()}
    method = build_method("promptsrc", hyper, backbone, classes, seed)
    assert isinstance(method, PromptSRC)
    return method


def lesson(backbone: Backbone, seed: int = 3) -> Batch:
    pixels = photos(seed=seed)
    return Batch(pixels, LABELS, teacher=backbone.image_features(pixels))


def plain_terms(backbone: Backbone, learned: Mapping[str, Tensor], sentences: list[str]) -> dict[str, Tensor]:
    """The four terms element by element; the teacher's text is the mean over sentences as they are, made unit."""
    clip, scale = plain_clip(backbone), backbone.logit_scale
    n = learned["text_prompts"].shape[1]
    behind = {2: "of a ", 4: ""}[n]
    prompted = [f"{'x ' * n}{behind}{entry.words}." for entry in BASE]
    text = plain_text(backbone, clip, prompted, learned["text_prompts"].unbind())
    image = plain_image(clip, photos(), learned["vision_prompts"].unbind())
    teacher_image = plain_image(clip, photos(), ())
    teacher_text = torch.stack([
        sum(plain_text(backbone, clip, [s.format(entry.words)])[0] for s in sentences) / len(sentences)
        for entry in BASE
    ])  # fmt: skip
    logits, teacher = plain_logits(image, text, scale), plain_logits(teacher_image, teacher_text, scale)
    p, held = logits.exp() / logits.exp().sum(1, True), teacher.exp() / teacher.exp().sum(1, True)
    return {
        MATCHING: plain_cross_entropy(logits, LABELS),
        "text_consistency": mean_distance(text, teacher_text),
        "image_consistency": mean_distance(image, teacher_image),
        "score_consistency": (held * (held / p).log()).sum() / (len(LABELS) * len(BASE)),
    }


def mean_distance(features: Tensor, teacher: Tensor) -> Tensor:
    rows = [(x / x.norm() - t / t.norm()).abs() for x, t in zip(features, teacher, strict=True)]
    return torch.stack(rows).sum() / features.numel()


@pytest.mark.parametrize(
    "settings",
    [{}, {"n_ctx": 2, "n_image": 3, "prompt_depth": 2}],
    ids=["as published", "fewer"],
)
def test_every_term_and_gradient_is_that_of_the_formula(backbone: Backbone, settings: dict[str, int]) -> None:
    method = built(backbone, settings=settings)
    disturb(method)
    terms = {term.name: term for term in method.losses(lesson(backbone))}
    learned = doubles(method)
    wanted = plain_terms(backbone, learned, ["a photo of a {}."])
    weights = {MATCHING: 1.0, "text_consistency": 25.0, "image_consistency": 10.0, "score_consistency": 1.0}
    assert {name: term.weight for name, term in terms.items()} == weights
    parameters = [dict(method.named_parameters())[name] for name in learned]
    for name, value in wanted.items():
        assert terms[name].value.item() == pytest.approx(value.item(), rel=1e-4), name
        found = torch.autograd.grad(terms[name].value, parameters, retain_graph=True, allow_unused=True)
        expected = torch.autograd.grad(value, list(learned.values()), retain_graph=True, allow_unused=True)
        for mine, theirs in zip(found, expected, strict=True):
            assert (mine is None) == (theirs is None)
            assert mine is None or close(mine, theirs, 1e-4), name
    loss = total(terms.values())
    weighted = sum(weights[name] * value.item() for name, value in wanted.items())
    assert loss.item() == pytest.approx(weighted, rel=1e-4)


def test_the_teacher_is_the_mean_of_eighty_sentences_before_they_are_made_unit(backbone: Backbone) -> None:
    from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES

    method = built(backbone, settings={"templates": "imagenet80"})
    sentences = [write("{}") for write in OPENAI_IMAGENET_TEMPLATES]
    assert len(sentences) == 80
    clip = plain_clip(backbone)
    for entry, found in zip(BASE, method.teacher_text(), strict=True):
        mean = plain_text(backbone, clip, [s.format(entry.words) for s in sentences]).mean(0)
        assert close(found, mean / mean.norm(), 1e-5)


def test_a_class_too_long_for_the_teachers_sentences_is_refused_before_any_photo_is_read(
    backbone: Backbone,
) -> None:
    # With four words before it the description fits; with the longest sentence around it, it does not.
    long = ClassText("長い", " ".join(["bolt"] * 69))
    assert built(backbone, classes=[long])
    with pytest.raises(Problem) as refusal:
        built(backbone, settings={"templates": "imagenet80"}, classes=[long])
    assert refusal.value.code == "methods.too_long_description"


def test_judging_does_without_the_teacher(backbone: Backbone) -> None:
    method = built(backbone)
    method.classifier(BASE)
    assert method._teacher_text is None
    method.start(lesson(backbone))
    assert method._teacher_text is not None


def test_a_batch_in_parts_gives_the_whole_batchs_gradient(backbone: Backbone) -> None:
    whole, parts = built(backbone), built(backbone)
    batch = lesson(backbone)
    assert batch.teacher is not None
    whole.backward(whole.losses(batch), 1.0)
    for rows in (slice(0, 2), slice(2, 5)):
        part = Batch(batch.inputs[rows], batch.labels[rows], batch.teacher[rows])
        parts.backward(parts.losses(part), len(part.labels) / len(LABELS))
    for one, other in (
        (whole.text_prompts, parts.text_prompts),
        (whole.vision_prompts, parts.vision_prompts),
    ):
        assert one.grad is not None and other.grad is not None
        assert close(other.grad, one.grad.double(), 1e-5)


def test_without_the_teachers_features_it_says_so(backbone: Backbone) -> None:
    assert built(backbone).needs.teacher
    with pytest.raises(ValueError, match="teacher"):
        built(backbone).losses(Batch(photos(), LABELS))


def test_depth_is_at_most_that_of_each_tower(backbone: Backbone) -> None:
    method = built(backbone)
    assert method.text_prompts.shape == (3, 4, 32)
    assert method.vision_prompts.shape == (4, 4, 48)


@pytest.mark.parametrize(("epochs", "mean", "deviation"), [(20, 0.75, 0.05), (50, 0.6, 0.6), (1, 0.75, 0.05)])
def test_weights_of_epochs_are_the_published_gaussian(epochs: int, mean: float, deviation: float) -> None:
    mu, sigma = mean * epochs, deviation * epochs
    raw = [math.exp(-0.5 * ((epoch - mu) / sigma) ** 2) for epoch in range(1, epochs + 1)]
    assert epoch_weights(epochs, mean, deviation).tolist() == pytest.approx([g / sum(raw) for g in raw])


def test_weights_are_numbers_however_narrow_the_gaussian() -> None:
    weights = epoch_weights(3, 0.0, 0.01)
    assert weights.tolist() == pytest.approx([1.0, 0.0, 0.0])


def trained(method: Method, backbone: Backbone, epochs: range, last: int) -> list[dict[str, Tensor]]:
    """Steps of plain SGD, with what was learned after each epoch and before it is averaged."""
    states = []
    optimizer = torch.optim.SGD([p for p in method.parameters() if p.requires_grad], lr=0.05)
    for epoch in epochs:
        optimizer.zero_grad()
        method.backward(method.losses(lesson(backbone, seed=epoch)), 1.0)
        optimizer.step()
        states.append(method.learned_state())
        method.epoch_ended(epoch, last)
    return states


SETTINGS = {"gpa_mean": 0.6, "gpa_std": 0.3}


def direct_sum(states: list[dict[str, Tensor]], name: str) -> Tensor:
    raw = [
        math.exp(-0.5 * ((e - 0.6 * len(states)) / (0.3 * len(states))) ** 2)
        for e in range(1, len(states) + 1)
    ]
    weighted = [g / sum(raw) * state[name].double() for g, state in zip(raw, states, strict=True)]
    return torch.stack(weighted).sum(0)


def test_the_end_is_the_weighted_sum_over_epochs(backbone: Backbone) -> None:
    method = built(backbone, settings=SETTINGS)
    states = trained(method, backbone, range(1, 5), 4)
    for name, value in method.learned_state().items():
        assert close(value, direct_sum(states, name), 1e-6)
        assert not close(value, states[-1][name].double(), 1e-4)


def test_training_taken_up_again_keeps_the_average(backbone: Backbone) -> None:
    straight = built(backbone, settings=SETTINGS)
    trained(straight, backbone, range(1, 5), 4)
    first = built(backbone, settings=SETTINGS)
    trained(first, backbone, range(1, 3), 4)
    state = first.training_state()
    assert set(state) - set(first.learned_state()) == {"average.text_prompts", "average.vision_prompts"}
    second = built(backbone, seed=8, settings=SETTINGS)
    second.load_training_state(state)
    trained(second, backbone, range(3, 5), 4)
    for name, value in straight.learned_state().items():
        assert torch.equal(second.learned_state()[name], value)


def test_a_new_training_begins_a_new_average(backbone: Backbone) -> None:
    method = built(backbone, settings=SETTINGS)
    trained(method, backbone, range(1, 4), 3)
    states = trained(method, backbone, range(1, 4), 3)
    assert close(method.learned_state()["text_prompts"], direct_sum(states, "text_prompts"), 1e-6)


def test_inside_a_wrapper_all_that_is_learned_is_averaged(backbone: Backbone) -> None:
    torch.manual_seed(0)
    inner = built(backbone, settings=SETTINGS)
    dept = DePT(DePTConfig(), inner)
    states = trained(dept, backbone, range(1, 4), 3)
    for name, value in dept.learned_state().items():
        assert close(value, direct_sum(states, name), 1e-6)
        assert not torch.equal(value, states[-1][name])


def test_what_was_learned_comes_back_bit_for_bit_with_any_classes(backbone: Backbone) -> None:
    method = built(backbone)
    disturb(method)
    assert set(method.learned_state()) == {"text_prompts", "vision_prompts"}
    fresh = build_method("promptsrc", {"promptsrc.templates": "single"}, backbone, NEW, seed=9)
    fresh.load_learned_state(method.learned_state())
    for classes in (BASE, NEW, [*BASE, *NEW]):
        found, wanted = (
            m.classifier(classes).probabilities(m.image_features(photos()).detach().numpy())
            for m in (fresh, method)
        )
        assert np.array_equal(found, wanted)
