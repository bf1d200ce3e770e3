"""How features become class probabilities: the same code judges in evaluation, in the package and on site.

Needs numpy only. Features are unnormalised float32 `(B, D)`; probabilities come as float32 `(B, C)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
# The largest float32 below 1: a threshold of 1 sends every photo to a person, however sure the model is.
SUREST = np.nextafter(np.float32(1), np.float32(0))


class Classifier(Protocol):
    """Judges image features among named classes, or among some of them."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order of the columns."""
        ...

    def logits(self, image_features: Array) -> Array:
        """Image-text matching scores `(B, D)` → `(B, C)`; one scale for every class."""
        ...

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Probabilities `(B, D)` → `(B, C)`; with `subset` `(B, len(subset))`, only those classes offered."""
        ...


@dataclass(frozen=True, eq=False)
class CosineClassifier:
    """Scaled cosine between image features and one text feature `(C, D)` per class (CLIP's own rule)."""

    class_names: tuple[str, ...]
    text_features: Array
    logit_scale: float

    def logits(self, image_features: Array) -> Array:
        """Scaled cosines `(B, D)` → `(B, C)`."""
        return np.float32(self.logit_scale) * (_unit(image_features) @ _unit(self.text_features).T)

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Softmax of the scaled cosines over the classes offered."""
        return softmax(_columns(self.logits(image_features), subset))


@dataclass(frozen=True, eq=False)
class FusedClassifier:
    """DePT at work: learned classes are told apart by matching and head together, others by matching alone.

    `rows` names, for each class, its row in the head (`-1`: not learned). Among learned classes only, the
    probabilities are the softmax of `(1−λ)·matching + λ·head` as published (methods.md §7.3).

    With learned and other classes offered together the paper has no rule: fused scores lie on another scale
    than matching scores, so a softmax over both would favour one side by accident. Here the chain rule puts
    them on one scale: the matching scores, which every class has, say how likely *any* learned class is,
    and the fused scores only share this mass out: `p(c) = p(learned) · p_fused(c | learned)`. The
    others keep their matching probability, so the head cannot take from a class that it never saw.
    """

    matching: Classifier
    rows: tuple[int, ...]
    gamma: Array
    beta: Array
    weight: Array
    bias: Array
    balance: float

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order of the columns."""
        return self.matching.class_names

    def logits(self, image_features: Array) -> Array:
        """Matching scores of the inner method `(B, D)` → `(B, C)`."""
        return self.matching.logits(image_features)

    def head_logits(self, image_features: Array) -> Array:
        """Scores of the head for the classes it learned `(B, D)` → `(B, M)`."""
        return np.asarray(
            (self.gamma * image_features + self.beta) @ self.weight.T + self.bias, dtype=np.float32
        )

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Probabilities over the classes offered, by the rule above."""
        offered = range(len(self.rows)) if subset is None else subset
        rows = np.array([self.rows[index] for index in offered], dtype=np.intp)
        matching = _columns(self.logits(image_features), subset)
        result = softmax(matching)
        learned = np.flatnonzero(rows >= 0)
        if learned.size:
            head = self.head_logits(image_features)[:, rows[learned]]
            fused = (1 - self.balance) * matching[:, learned] + self.balance * head
            mass = result[:, learned].sum(axis=1, keepdims=True)
            result[:, learned] = np.minimum(mass * softmax(fused), SUREST)
        return result


def softmax(logits: Array) -> Array:
    """Softmax over the last axis, safe against overflow; never above `SUREST`."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(np.minimum(raised / raised.sum(axis=-1, keepdims=True), SUREST), dtype=np.float32)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=-1, keepdims=True), dtype=np.float32)


def _columns(logits: Array, subset: Sequence[int] | None) -> Array:
    return logits if subset is None else logits[:, list(subset)]
