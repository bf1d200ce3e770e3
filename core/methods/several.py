"""Classes with several descriptions: each is a text of its own, and the class is the mean of their unit features."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.methods.class_text import ClassText


@dataclass(frozen=True)
class Descriptions:
    """The descriptions of C classes as F texts; `owner` is the class of each, in ascending order."""

    texts: tuple[ClassText, ...]
    owner: tuple[int, ...]
    count: int

    @classmethod
    def of(cls, classes: Sequence[ClassText]) -> "Descriptions":
        """Of each class all descriptions, one after the other."""
        pairs = [
            (number, ClassText(entry.name, line))
            for number, entry in enumerate(classes)
            for line in entry.lines
        ]
        return cls(tuple(text for _, text in pairs), tuple(number for number, _ in pairs), len(classes))

    @property
    def single(self) -> bool:
        """Whether every class has one description: then texts are classes, and nothing is averaged."""
        return len(self.owner) == self.count

    def of_texts(self, rows: Tensor) -> Tensor:
        """What there is of each class `(C, …)`, for each of its texts `(F, …)`."""
        return rows if self.single else rows[list(self.owner)]

    def only(self, kept: Tensor) -> tuple["Descriptions", Tensor]:
        """The classes of these numbers `(K,)`, ascending; and the numbers of their texts."""
        place = {number: row for row, number in enumerate(kept.tolist())}
        rows = [row for row, number in enumerate(self.owner) if number in place]
        texts = tuple(self.texts[row] for row in rows)
        owner = tuple(place[self.owner[row]] for row in rows)
        return Descriptions(texts, owner, len(place)), torch.tensor(rows, device=kept.device)

    def mean(self, features: Tensor) -> Tensor:
        """Text features `(…, F, D)` → of classes `(…, C, D)`: the mean of unit features, of a single description its
        own feature as it is."""
        if self.single:
            return features
        owner = torch.tensor(self.owner, device=features.device)
        counts = owner.bincount(minlength=self.count)[:, None]
        empty = features.new_zeros(*features.shape[:-2], self.count, features.shape[-1])
        means = empty.index_add(-2, owner, functional.normalize(features, dim=-1)) / counts
        return torch.where(counts == 1, empty.index_add(-2, owner, features), means)
