"""The check of the embedded backbone: zero-shot on compositions that pretraining never saw.

Procedure. The held-out compositions of the parts world (`core.partsworld.heldout`) are taken in sets of ten classes.
Even sets are ten compositions at random. Odd sets are confusable: two random ones, each with the four held-out
compositions nearest to it (most of part, material, colour and defect in common). Each class gets 20 freshly rendered
pictures; the class texts are "a photo of a {description}". Top-1 and top-5 over the pictures of a set are averaged
over eight sets. Everything is drawn from one fixed seed that no training uses. Chance is 0.1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.backbones.embedded import EMBEDDED_FOLDER, PREPROCESS_CFG, load_embedded_model
from core.backbones.vocabulary_map import clip_tokenizer
from core.partsworld.captions import describe
from core.partsworld.heldout import held_out_compositions
from core.partsworld.render import render
from core.partsworld.scene import draw_scene
from core.partsworld.vocabulary import Composition

CLASSES = 10
SETS = 8
PICTURES_PER_CLASS = 20
_SEED = 77_001


def check_embedded(folder: Path = EMBEDDED_FOLDER, sets: int = SETS) -> dict[str, Any]:
    """`{"model", "top1", "top5", "classes", "chance", …}` of the embedded backbone by this module's procedure."""
    return zero_shot_check(load_embedded_model(folder), name="embedded", sets=sets)


def zero_shot_check(
    model: Any, name: str = "model", sets: int = SETS, pictures_per_class: int = PICTURES_PER_CLASS
) -> dict[str, Any]:
    """The same for any open_clip model that takes OpenCLIP's tokens and default preprocessing."""
    encoders = partial(encode_pictures, model), partial(encode_texts, model)
    return measure(*encoders, name=name, sets=sets, pictures_per_class=pictures_per_class)


def measure(
    pictures: Callable[[NDArray[np.uint8]], Tensor],
    texts: Callable[[list[str]], Tensor],
    *,
    name: str,
    sets: int = SETS,
    pictures_per_class: int = PICTURES_PER_CLASS,
) -> dict[str, Any]:
    """The procedure with any two encoders: pictures (n, S, S, 3) and texts → unit features (n, D)."""
    hits = np.array([_check_set(pictures, texts, number, pictures_per_class) for number in range(sets)])
    return {
        "model": name,
        "top1": float(hits[:, 0].mean()),
        "top5": float(hits[:, 1].mean()),
        "classes": CLASSES,
        "chance": 1 / CLASSES,
        "sets": sets,
        "pictures": sets * CLASSES * pictures_per_class,
        "top1_random_sets": float(hits[0::2, 0].mean()),
        "top1_confusable_sets": float(hits[1::2, 0].mean()) if sets > 1 else None,
    }


def class_set(number: int) -> tuple[Composition, ...]:
    """The ten classes of set `number`: even sets random, odd sets confusable."""
    rng = np.random.default_rng([_SEED, number])
    pool = held_out_compositions()
    if number % 2 == 0:
        return tuple(pool[int(n)] for n in rng.choice(len(pool), CLASSES, replace=False))
    chosen: list[Composition] = []
    while len(chosen) < CLASSES:
        anchor = pool[int(rng.integers(len(pool)))]
        order = rng.permutation(len(pool))
        nearest = sorted((pool[int(n)] for n in order), key=lambda c: -_common(anchor, c))
        chosen += [c for c in nearest if c not in chosen][: CLASSES // 2]
    return tuple(chosen)


@torch.no_grad()
def encode_pictures(model: Any, pictures: NDArray[np.uint8], batch: int = 32) -> Tensor:
    """Unit image features (n, D) of pictures (n, S, S, 3), resized to the model's size."""
    size = model.visual.image_size
    side = size[0] if isinstance(size, (tuple, list)) else size
    mean, std = (torch.tensor(PREPROCESS_CFG[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    features = []
    for start in range(0, len(pictures), batch):
        chunk = pictures[start : start + batch]
        if chunk.shape[1] != side:
            chunk = np.stack(
                [np.asarray(Image.fromarray(p).resize((side, side), Image.Resampling.BICUBIC)) for p in chunk]
            )
        pixels = torch.from_numpy(np.ascontiguousarray(chunk)).permute(0, 3, 1, 2).float() / 255
        features.append(model.encode_image((pixels - mean) / std))
    return functional.normalize(torch.cat(features), dim=1)


@torch.no_grad()
def encode_texts(model: Any, texts: list[str]) -> Tensor:
    """Unit text features (n, D)."""
    tokens = clip_tokenizer()(texts, context_length=model.context_length)
    return functional.normalize(model.encode_text(tokens), dim=1)


def _check_set(
    encode_set: Callable[[NDArray[np.uint8]], Tensor],
    encode_captions: Callable[[list[str]], Tensor],
    number: int,
    pictures_per_class: int,
) -> tuple[float, float]:
    classes = class_set(number)
    pictures = np.stack([
        render(draw_scene(np.random.default_rng([_SEED, number, k, n]), composition), 112)
        for k, composition in enumerate(classes)
        for n in range(pictures_per_class)
    ])  # fmt: skip
    texts = encode_captions([f"a photo of a {describe(c)}" for c in classes])
    ranked = (encode_set(pictures) @ texts.T).argsort(dim=1, descending=True)
    truth = torch.arange(CLASSES, device=ranked.device).repeat_interleave(pictures_per_class)[:, None]
    return float((ranked[:, :1] == truth).any(1).float().mean()), float(
        (ranked[:, :5] == truth).any(1).float().mean()
    )


def _common(a: Composition, b: Composition) -> int:
    return (
        2 * (a.part == b.part)
        + (a.finish.material == b.finish.material)
        + (a.finish.colour == b.finish.colour)
        + (a.defect == b.defect)
    )
