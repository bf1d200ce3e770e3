"""`bench speed --savings`: each exact saving of performance.md alone, beside the code path that it replaces.

Both paths give the same tensors (features, and gradients of what is learned); these are compared, then both are timed.
A cache pays for itself inside: it is filled once and used for as many rounds as the path without it runs.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower
from core.bench.measure import seconds
from core.bench.plain.image_tower import PlainImageTower
from core.bench.plain.text_tower import PlainTextTower
from core.bench.steps import GRADIENT_TOLERANCE, relative_error
from core.bench.subject import class_names, noise_photos
from core.methods.prompts import PromptTexts, initial_context

_REPEATS = 5
_ROUNDS = 4
_PHOTOS = 16
_STEP = 4
_CONTEXT = 4
_PROMPTS = 8

Path = Callable[[], list[Tensor]]


@dataclass(frozen=True)
class Saving:
    """`number` as in performance.md. One that is not `exact` shows its error and is not held to a tolerance."""

    number: int
    name: str
    replaces: str
    plain: Path
    fast: Path
    exact: bool = True


def measure_savings(backbone: Backbone, classes: int) -> Iterator[dict[str, Any]]:
    """A line for each saving; without times where an exact one is not equal."""
    for saving in savings(backbone, classes):
        error = max(
            relative_error(f.float(), p.float()) for f, p in zip(saving.fast(), saving.plain(), strict=True)
        )
        line: dict[str, Any] = {
            "saving": saving.number,
            "name": saving.name,
            "replaces": saving.replaces,
            "equal": error <= GRADIENT_TOLERANCE if saving.exact else None,
            "max_relative_error": error,
        }
        if line["equal"] is not False:
            line |= _timed(saving, backbone.device)
        yield line


def savings(backbone: Backbone, classes: int) -> tuple[Saving, ...]:
    """All of them, on noise photos and synthetic classes."""
    return (*_of_photos(backbone), *_of_texts(backbone, classes), *_of_prompted_photos(backbone))


def _timed(saving: Saving, device: torch.device) -> dict[str, float]:
    pairs = [
        (seconds(saving.plain, device), seconds(saving.fast, device))  # in turn: a slow moment slows both
        for _ in range(_REPEATS)
    ]
    plain, fast = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {"plain_s": plain, "fast_s": fast, "ratio": plain / fast}


def _of_photos(backbone: Backbone) -> Iterator[Saving]:
    pixels = noise_photos(backbone, _PHOTOS, 0)

    @torch.no_grad()
    def encode(at_once: int) -> Tensor:
        return torch.cat([backbone.image_features(part) for part in pixels.split(at_once)])

    def in_every_round() -> list[Tensor]:
        return [encode(_STEP) for _ in range(_ROUNDS)]

    def once() -> list[Tensor]:
        return [encode(_STEP)] * _ROUNDS

    yield Saving(1, "image features are kept", "the frozen image tower in every step", in_every_round, once)
    yield Saving(
        7, "photos in large batches", "photos in a step's batch", lambda: [encode(_STEP)], lambda: [encode(_PHOTOS)]
    )  # fmt: skip


def _of_texts(backbone: Backbone, classes: int) -> Iterator[Saving]:
    names = class_names(classes)
    tokens = backbone.tokenize([f"{' '.join('x' * _CONTEXT)} {entry.words}." for entry in names])
    eot = backbone.eot_positions(tokens)
    embeddings = backbone.token_embeddings(tokens)
    ctx = initial_context(_CONTEXT, "words", backbone).requires_grad_()
    tower, prompts = backbone.text, PromptTexts.of(backbone, names, _CONTEXT)
    stock = backbone.stock_blocks(tower)
    full, short = PlainTextTower(tower, stock), PlainTextTower(tower, stock)
    short.positions = nn.Parameter(tower.positions[: int(eot.max()) + 1], requires_grad=False)

    def texts(run: TextTower) -> Tensor:
        behind = embeddings[:, 1 + _CONTEXT :]
        return run.features(torch.cat([embeddings[:, :1], ctx.expand(classes, -1, -1), behind], dim=1), eot)

    def learned(
        make: Callable[[], Tensor], around: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> Path:
        def path() -> list[Tensor]:
            with around():
                features = make()
            return [features.detach(), _gradient(features, ctx)]

        return path

    def in_bfloat16() -> AbstractContextManager[Any]:
        return torch.autocast(backbone.device.type, torch.bfloat16)

    at_length = learned(lambda: texts(short))

    def with_weight_gradients() -> list[Tensor]:
        with _weights_learning(backbone):
            return at_length()

    yield Saving(
        2, "texts end at the longest end token", "the full context", learned(lambda: texts(full)), at_length
    )
    yield Saving(
        3,
        "the beginning of all texts is run once",
        "every text from its first token",
        at_length,
        learned(lambda: prompts.features(tower, ctx)),
    )
    yield Saving(4, "no gradients of frozen weights", "weights take part", with_weight_gradients, at_length)
    yield Saving(4, "bfloat16", "float32", at_length, learned(lambda: texts(short), in_bfloat16), exact=False)


def _of_prompted_photos(backbone: Backbone) -> Iterator[Saving]:
    pixels = noise_photos(backbone, _STEP, 0)
    tower = backbone.image
    plain = PlainImageTower(tower, backbone.stock_blocks(tower))
    late = tower.depth // 2
    shift = torch.zeros(tower.width, device=pixels.device, requires_grad=True)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(tower.depth, _PROMPTS, tower.width, generator=generator) * 0.02
    deep = drawn.to(pixels.device).requires_grad_()

    def from_late(tokens: Tensor) -> list[Tensor]:
        features = tower.features_from(tokens + shift, late)
        return [features.detach(), _gradient(features, shift)]

    @torch.no_grad()
    def up_to_late() -> Tensor:
        return tower.hidden(pixels, late)

    def whole() -> list[Tensor]:
        return [part for _ in range(_ROUNDS) for part in from_late(up_to_late())]

    def kept() -> list[Tensor]:
        tokens = up_to_late()
        return [part for _ in range(_ROUNDS) for part in from_late(tokens)]

    def prompted(run: Callable[..., Tensor]) -> Path:
        def path() -> list[Tensor]:
            features = run(pixels, deep.unbind())
            return [features.detach(), _gradient(features, deep)]

        return path

    yield Saving(5, "tokens before the first touched block are kept", "all blocks in every step", whole, kept)
    yield Saving(
        6,
        "fused products, prompts as keys and values, one query in the last block",
        "open_clip's blocks, prompts appended and replaced",
        prompted(plain.features),
        prompted(tower.features),
    )


def _gradient(features: Tensor, learned: Tensor) -> Tensor:
    """Of a scalar that weighs every feature differently; whatever else requires a gradient gets its own, too."""
    weights = torch.linspace(-1, 1, features.numel(), device=features.device).view_as(features)
    (features.float() * weights).sum().backward()
    gradient, learned.grad = learned.grad, None
    assert gradient is not None, "nothing came back to what is learned"
    return gradient


@contextmanager
def _weights_learning(backbone: Backbone) -> Iterator[None]:
    """Weights of the text tower's blocks as public code that froze nothing leaves them."""
    blocks = backbone.stock_blocks(backbone.text)
    assert blocks is not None, "the text tower is open_clip's own"
    blocks.requires_grad_(True)
    try:
        yield
    finally:
        blocks.zero_grad()
        blocks.requires_grad_(False)
