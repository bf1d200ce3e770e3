"""What is learned from, and in which order: views of photos in batches, drawn anew for every round."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Batch
from core.training.features import StoredViews

_ROUND_STRIDE = 1_000_003
_SHOWN_AT_START = 64


@dataclass(frozen=True)
class Lessons:
    """What is learned from: `inputs` `(N, K, …)` of K views per photo, in memory or on disk, labels `(N,)` among
    the learned classes; `teacher` are frozen image features `(N, K, D)` of the same views, where asked for."""

    inputs: Tensor | StoredViews
    labels: Tensor
    teacher: Tensor | None = None

    def batch(self, photos: Tensor, number: int) -> Batch:
        """The photos `(B,)` in the views of round `number`: neighbours see different ones, over K rounds all."""
        return self._batch(photos, (photos + number) % self.inputs.shape[1])

    def as_judged(self) -> Batch:
        """The photos as they are judged: all of them, or, where they lie on disk, a few of every class."""
        photos = torch.arange(len(self.labels), device=self.labels.device)
        if not isinstance(self.inputs, Tensor):
            photos = photos[_first_of_each(self.labels)[:_SHOWN_AT_START]].sort().values
        return self._batch(photos, torch.zeros_like(photos))

    def _batch(self, photos: Tensor, views: Tensor) -> Batch:
        teacher = None if self.teacher is None else self.teacher[photos, views]
        return Batch(self.inputs[photos, views], self.labels[photos], teacher)


def batches(labels: Tensor, recipe: RecipeConfig, seed: int, number: int) -> list[Tensor]:
    """The round's batches of photo numbers; a rest is dropped unless it is all there is (methods.md §1.4)."""
    generator = torch.Generator().manual_seed(seed * _ROUND_STRIDE + number)
    order = torch.randperm(len(labels), generator=generator)
    if recipe.balance:
        order = _balanced(order, labels.cpu())
        order = order[torch.randperm(len(order), generator=generator)]
    size = recipe.batch_size
    full = len(order) - len(order) % size if len(order) >= size else len(order)
    return list(torch.split(order[:full], size))


def _balanced(order: Tensor, labels: Tensor) -> Tensor:
    """As many photos of each class, rare ones again and again; with equal classes each photo once."""
    classes = [order[labels[order] == label] for label in labels.unique()]
    quota = max(1, len(order) // len(classes))
    return torch.cat([photos.repeat(-(-quota // len(photos)))[:quota] for photos in classes])


def _first_of_each(labels: Tensor) -> Tensor:
    """Photo numbers `(N,)`: the first of each class, then the second of each, and so on."""
    by_class = torch.argsort(labels, stable=True)
    counts = torch.unique_consecutive(labels[by_class], return_counts=True)[1]
    starts = torch.repeat_interleave(counts.cumsum(0) - counts, counts)
    place = torch.arange(len(labels), device=labels.device) - starts
    return by_class[torch.argsort(place, stable=True)]
