"""Skip Tuning: the draw of classes and the loss over them, the two rates."""

import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.protocol import Batch, Needs, run_beforehand, total
from core.methods.skip_tuning import SkipTuning
from tests.core.methods.plain_towers import (
    BASE,
    close,
    disturb,
    doubles,
    photos,
    plain_cross_entropy,
    uneven_backbone,
)
from tests.core.methods.plain_tuning import PlainTuned

COLOURS = ("red", "blue", "green", "black", "white")
MANY = tuple(ClassText(f"{c} {n}", f"{c} {n}") for c in COLOURS for n in ("bolt", "nut", "washer", "spring"))


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return uneven_backbone()


def skip(backbone: Backbone, classes: tuple[ClassText, ...] = MANY, **settings: object) -> SkipTuning:
    hyper = {f"skip-tuning.{name}": value for name, value in settings.items()}
    method = build_method("skip-tuning", hyper, backbone, classes, seed=1)  # type: ignore[arg-type]
    assert isinstance(method, SkipTuning)
    return method


def test_the_upper_half_learns_and_the_lower_is_run_beforehand(backbone: Backbone) -> None:
    method = skip(backbone)
    assert method.needs == Needs("hidden", 2)
    learned = {".".join(name.split(".")[:3]) for name in method.learned_state()}
    assert learned == {
        "image_tower.blocks.2",
        "image_tower.blocks.3",
        "text_tower.blocks.1",
        "text_tower.blocks.2",
    }


def test_a_draw_holds_the_batchs_classes_and_half_of_all(backbone: Backbone) -> None:
    method = skip(backbone)
    labels = torch.tensor([3, 17, 3, 9])
    torch.manual_seed(0)
    draws = [method.draw(labels) for _ in range(20)]
    for kept in draws:
        assert {3, 9, 17} <= set(kept.tolist())
        assert len(set(kept.tolist())) == len(kept) == len(MANY) // 2
        assert torch.equal(kept, kept.sort().values)
    assert len({tuple(kept.tolist()) for kept in draws}) > 1


@pytest.mark.parametrize(
    ("settings", "labels", "drawn"),
    [
        ({"most_classes": 4}, [0], 4),
        ({"class_share": 1.0}, [0], 20),
        ({"most_classes": 2}, [0, 1, 2, 3], 4),
        ({"class_share": 0.01}, [0, 0], 2),
    ],
)
def test_how_many_are_drawn(
    backbone: Backbone, settings: dict[str, float], labels: list[int], drawn: int
) -> None:
    assert len(skip(backbone, **settings).draw(torch.tensor(labels))) == drawn


def test_classes_that_resemble_the_right_one_come_up_most(backbone: Backbone) -> None:
    method = skip(backbone, most_classes=6, keep_scale=0.1)
    torch.manual_seed(0)
    times = torch.stack([torch.isin(torch.arange(20), method.draw(torch.tensor([5]))) for _ in range(300)])
    often = times.double().mean(dim=0)
    near = method._likeness[5].argsort(descending=True)[1:]
    assert often[near[:3]].min() > often[near[-8:]].max()


def test_the_loss_is_that_over_the_drawn_classes_alone(backbone: Backbone) -> None:
    method = skip(backbone).train()
    disturb(method, 0.1)
    labels = torch.tensor([3, 17, 3, 9, 0])
    batch = Batch(run_beforehand(backbone, photos(), method.needs), labels)
    torch.manual_seed(4)
    kept = method.draw(labels)
    torch.manual_seed(4)
    aligned = method.align(batch)
    loss = total(method.terms(aligned, batch))
    learned = doubles(method)
    few = [MANY[index] for index in kept.tolist()]
    wanted_logits = PlainTuned(backbone).weights(learned).logits(photos(), few)
    wanted = plain_cross_entropy(wanted_logits, torch.searchsorted(kept, labels))
    assert close(aligned.logits[:, kept], wanted_logits, 1e-4)
    others = [index for index in range(len(MANY)) if index not in kept.tolist()]
    assert (aligned.logits[:, others] == -torch.inf).all()
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-4)
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = torch.autograd.grad(wanted, list(learned.values()))
    largest = max(gradient.norm() for gradient in gradients)
    parameters = dict(method.named_parameters())
    for name, gradient in zip(learned, gradients, strict=True):
        found = parameters[name].grad
        assert found is not None and bool(torch.isfinite(found).all())
        assert (found.double() - gradient).norm() <= 1e-3 * gradient.norm() + 1e-6 * largest, name


def test_the_texts_of_the_batchs_own_classes_are_there(backbone: Backbone) -> None:
    method = skip(backbone).train()
    labels = torch.tensor([3, 17, 3, 9, 0])
    own = method.align(Batch(run_beforehand(backbone, photos(), method.needs), labels)).text_of(labels)
    method.eval()
    wanted = method.align(Batch(run_beforehand(backbone, photos(), method.needs), labels)).text_of(labels)
    assert torch.allclose(own, wanted, atol=1e-5)


def test_one_class_or_two(backbone: Backbone) -> None:
    for count in (1, 2):
        method = skip(backbone, BASE[:count]).train()
        batch = Batch(run_beforehand(backbone, photos(), method.needs), torch.zeros(5, dtype=torch.long))
        assert method.align(batch).logits.isfinite().all()


def test_two_rates(backbone: Backbone) -> None:
    """2e-5 and 5e-6: one is a quarter of the other."""
    text, image = skip(backbone).parameter_groups()
    assert (text.lr_scale, image.lr_scale) == (1.0, 0.25)
    learned = sum(value.numel() for value in skip(backbone).learned_state().values())
    assert sum(p.numel() for group in (text, image) for p in group.parameters) == learned
