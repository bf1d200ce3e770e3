"""Photos as they are judged: by the frozen backbone, and by a method's own image features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.methods.classifier import Array
from core.methods.protocol import Method, Needs
from core.project.revision import PhotoEntry
from core.training.chunks import CHUNK_ROWS
from core.training.features import StoredViews
from core.training.memory import AtOnce

_FEATURES_AT_ONCE = 4096
# Photos that agree in so many features of the same class are copies of one another.
_TELLING = 64


@dataclass(frozen=True, eq=False)
class Seen:
    """Photos with their frozen image features `(N, D)` as judged, and their classes in the revision; `inputs` are
    what a method needs of them `(N, 1, …)`, where that is more than image features."""

    photos: tuple[PhotoEntry, ...]
    features: Array
    inputs: StoredViews | None = None

    @property
    def labels(self) -> list[int]:
        """The revision's class index of each photo."""
        return [photo.label for photo in self.photos]

    def among(self, classes: Sequence[int]) -> list[int]:
        """The place of each photo's class in a list of classes."""
        place = {index: position for position, index in enumerate(classes)}
        return [place[label] for label in self.labels]

    def in_own_order(self) -> "Seen":
        """The photos in the order of their classes and features: wherever they come from, and however they were
        listed there, equal photos are then learned from and judged in equal order, to the same bits."""
        assert self.inputs is None, "what lies on disk keeps its order"
        rows = np.lexsort([*self.features[:, :_TELLING].T[::-1], np.asarray(self.labels, dtype=np.int64)])
        return Seen(tuple(self.photos[row] for row in rows), self.features[rows])

    def spread(self, most: int) -> "Seen":
        """At most so many of the photos, evenly spread, where a method must run its tower over them; else all."""
        if self.inputs is None or len(self.photos) <= most:
            return self
        return self.of(np.linspace(0, len(self.photos) - 1, most).round().astype(int).tolist())

    def of(self, rows: Sequence[int]) -> "Seen":
        """Some of the photos, by their places."""
        inputs = None if self.inputs is None else self.inputs.of(rows)
        return Seen(tuple(self.photos[row] for row in rows), self.features[list(rows)], inputs)


def judged_at_once(needs: Needs, tell_divided: Callable[[int], None] = lambda _: None) -> AtOnce:
    """How many photos a method that needs this encodes at once."""
    return AtOnce(_FEATURES_AT_ONCE if needs.kind == "image_features" else CHUNK_ROWS, tell_divided)


class Encoder:
    """Runs a method's own image features over photos, in parts; memory running out makes the parts smaller."""

    def __init__(self, method: Method, at_once: AtOnce, autocast: bool = False) -> None:
        self.method = method
        self._autocast = autocast
        self._at_once = at_once

    @torch.no_grad()
    def __call__(self, seen: Seen, tell: Callable[[int], None] = lambda _: None) -> Array:
        """The features `(N, D)` that the method's classifiers judge; `tell` hears how many photos are done."""
        if not len(seen.features):
            return seen.features
        parts: list[Array] = []
        for part in self._at_once.run(lambda rows: self._encode(seen, rows), len(seen.features)):
            parts.append(part)
            tell(sum(map(len, parts)))
        return np.concatenate(parts)

    def _encode(self, seen: Seen, rows: slice) -> Array:
        device = self.method.backbone.device
        with torch.autocast(device.type, torch.bfloat16, enabled=self._autocast):
            found = self.method.encode(_inputs(seen, rows).to(device))
        return found.float().cpu().numpy()


def _inputs(seen: Seen, rows: slice) -> Tensor:
    if seen.inputs is None:
        return torch.from_numpy(seen.features[rows])
    photos = torch.arange(rows.start, rows.stop)
    return seen.inputs[photos, torch.zeros_like(photos)]
