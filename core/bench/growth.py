"""`bench growth`: what a run costs against the number of its photos, and of its classes.

Photos go through one round of training on features that are kept, and are then judged; classes go through the text
tower, forward and backward. The slope is that of log seconds against log number: 1 is proportional, and fixed costs
make it less.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from core.backbones.clip import Backbone
from core.bench.measure import median_seconds
from core.bench.subject import class_names
from core.methods.build import build_method
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Method, total
from core.training.lessons import Lessons, batches

PHOTOS = (100, 1_000, 10_000, 100_000)
CLASSES = (10, 30, 100, 300, 1_000)
_FEW_CLASSES = 10
_BATCH = 256
_JUDGED_AT_ONCE = 4096
_REPEATS = 3

Points = list[list[float]]


def measure_growth(
    backbone: Backbone,
    photos: Sequence[int] = PHOTOS,
    classes: Sequence[int] = CLASSES,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """`{"photos": [[n, s]…], "classes": [[n, s]…], "slopes": {"photos", "classes"}}`."""
    found: dict[str, Points] = {"photos": [], "classes": []}
    for count in photos:
        found["photos"].append([count, _photos_seconds(backbone, count)])
        tell(f"{count} photos: {found['photos'][-1][1]:.4f} s")
    for count in classes:
        found["classes"].append([count, _classes_seconds(backbone, count)])
        tell(f"{count} classes: {found['classes'][-1][1]:.4f} s")
    return {**found, "slopes": {name: slope(points) for name, points in found.items()}}


def slope(points: Points) -> float:
    """The exponent of the power law through points `[n, s]`, by least squares on logarithms."""
    numbers, times = ([math.log(value) for value in column] for column in zip(*points, strict=True))
    return float(np.polyfit(numbers, times, 1)[0])


def _photos_seconds(backbone: Backbone, count: int) -> float:
    method = build_method("coop", {}, backbone, class_names(_FEW_CLASSES))
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(count, 1, backbone.embed_dim, generator=generator).to(backbone.device)
    labels = torch.arange(count, device=backbone.device) % _FEW_CLASSES
    lessons = Lessons(features, labels)

    def run() -> None:
        for chosen in batches(labels, RecipeConfig(batch_size=_BATCH), 0, 0):
            _step(method, lessons, chosen)
        classifier = method.classifier(method.classes)
        for part in features[:, 0].split(_JUDGED_AT_ONCE):
            classifier.probabilities(part.cpu().numpy())

    return median_seconds(run, backbone.device, _REPEATS)


def _classes_seconds(backbone: Backbone, count: int) -> float:
    method = build_method("coop", {}, backbone, class_names(count))
    lessons = Lessons(
        torch.ones(1, 1, backbone.embed_dim, device=backbone.device),
        torch.zeros(1, dtype=torch.long, device=backbone.device),
    )
    only = torch.zeros(1, dtype=torch.long)
    return median_seconds(lambda: _step(method, lessons, only), backbone.device, _REPEATS)


def _step(method: Method, lessons: Lessons, chosen: torch.Tensor) -> None:
    method.zero_grad()
    total(method.losses(lessons.batch(chosen.to(lessons.labels.device), 0))).backward()
