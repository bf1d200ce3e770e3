"""How features become class probabilities: the same code judges in evaluation, in the package and on site.

Needs numpy only. Features are unnormalised float32 `(B, D)`; probabilities come as float32 `(B, C)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.methods.class_text import ClassText

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


class Head(Protocol):
    """Tells the learned classes apart, and only them."""

    @property
    def learned(self) -> int:
        """How many classes were learned, M."""
        ...

    def scores(self, image_features: Array) -> Array:
        """Features `(B, D)` → scores of the learned classes `(B, M)`."""
        ...


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A linear layer, weight `(M, D)` and bias `(M,)`, over channels scaled and shifted by γ, β `(D,)`."""

    gamma: Array
    beta: Array
    weight: Array
    bias: Array

    @property
    def learned(self) -> int:
        """One row of the weight for each class."""
        return len(self.weight)

    def scores(self, image_features: Array) -> Array:
        """`(γ ⊙ f + β)·Wᵀ + b`."""
        return np.asarray(
            (self.gamma * image_features + self.beta) @ self.weight.T + self.bias, dtype=np.float32
        )


@dataclass(frozen=True, eq=False)
class PrototypeHead:
    """Scaled cosine to one image feature per class, `means` `(M, D)`."""

    means: Array
    scale: float

    @property
    def learned(self) -> int:
        """One mean for each class."""
        return len(self.means)

    def scores(self, image_features: Array) -> Array:
        """`scale · cos(f, mean)`."""
        return np.float32(self.scale) * (_unit(image_features) @ _unit(self.means).T)


@dataclass(frozen=True, eq=False)
class CacheHead:
    """Tip-Adapter's memory of photos (arXiv 2207.09519): `keys` `(N, D)` that began as unit features, class
    after class, of which `counts` belong to each, at least one."""

    keys: Array
    counts: tuple[int, ...]
    alpha: float
    beta: float

    @property
    def learned(self) -> int:
        """One count for each class."""
        return len(self.counts)

    def scores(self, image_features: Array) -> Array:
        """`α · Σ exp(−β(1 − f·k))` over the keys k of each class."""
        nearness = np.exp(np.float32(-self.beta) * (1 - _unit(image_features) @ self.keys.T))
        starts = np.cumsum([0, *self.counts[:-1]])
        return np.asarray(self.alpha * np.add.reduceat(nearness, starts, axis=1), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class FusedClassifier:
    """A head beside the matching: it helps to tell learned classes apart, others are judged by matching alone.

    `rows` names, for each class, its row in the head (`-1`: not learned). Among learned classes only, the
    probabilities are the softmax of `matching_weight · matching + head_weight · head`: with `1−λ` and `λ` as
    published for DePT (methods.md §7.3), with 0 and 1 the head alone (linear probe, nearest mean), with 1 and 1
    as published for Tip-Adapter.

    With learned and other classes offered together fused scores lie on another scale than matching scores, so
    a softmax over both would favour one side by accident; DePT has no rule for it, and Tip-Adapter's (add the
    memory's scores to the learned classes' matching scores) always favours the learned ones, for its scores are
    never negative. Here the chain rule puts them on one scale: the matching scores, which every class has, say
    how likely *any* learned class is, and the fused scores only share this mass out:
    `p(c) = p(learned) · p_fused(c | learned)`. The others keep their matching probability, so the head cannot
    take from a class that it never saw; but a learned class that the head is sure of may come before it, as all
    learned classes together were the likelier.
    """

    matching: Classifier
    rows: tuple[int, ...]
    head: Head
    matching_weight: float
    head_weight: float

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order of the columns."""
        return self.matching.class_names

    def logits(self, image_features: Array) -> Array:
        """Matching scores of the inner method `(B, D)` → `(B, C)`."""
        return self.matching.logits(image_features)

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Probabilities over the classes offered, by the rule above."""
        return self.tempered(image_features, subset, 1.0, 1.0)

    def tempered(
        self, image_features: Array, subset: Sequence[int] | None, matching: float, fused: float
    ) -> Array:
        """The same with the matching scores and the fused scores each divided by a temperature."""
        offered = range(len(self.rows)) if subset is None else subset
        rows = np.array([self.rows[index] for index in offered], dtype=np.intp)
        scores = _columns(self.logits(image_features), subset)
        result = softmax(scores / np.float32(matching))
        learned = np.flatnonzero(rows >= 0)
        if learned.size:
            head = self.head.scores(image_features)[:, rows[learned]]
            together = (self.matching_weight * scores[:, learned] + self.head_weight * head).astype(
                np.float32
            )
            mass = result[:, learned].sum(axis=1, keepdims=True)
            result[:, learned] = np.minimum(mass * softmax(together / np.float32(fused)), SUREST)
        return result


@dataclass(frozen=True, eq=False)
class CalibratedClassifier:
    """A classifier whose scores are divided by temperatures (core/evaluation/union.py) before they become
    probabilities: those of matching, and those that tell learned classes apart where a head helps to.

    Within the learned classes, and within the others, the best class stays the best.
    """

    inner: Classifier
    matching: float
    fused: float

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order of the columns."""
        return self.inner.class_names

    def logits(self, image_features: Array) -> Array:
        """Matching scores `(B, D)` → `(B, C)`, as they are."""
        return self.inner.logits(image_features)

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Calibrated probabilities over the classes offered."""
        if isinstance(self.inner, FusedClassifier):
            return self.inner.tempered(image_features, subset, self.matching, self.fused)
        return softmax(_columns(self.logits(image_features), subset) / np.float32(self.matching))


def head_rows(classes: Sequence[ClassText], learned: Sequence[ClassText]) -> tuple[int, ...]:
    """For each class its place among the learned ones, by name; −1 where it is none of them."""
    row_of = {entry.name: row for row, entry in enumerate(learned)}
    return tuple(row_of.get(entry.name, -1) for entry in classes)


def softmax(logits: Array) -> Array:
    """Softmax over the last axis, safe against overflow; never above `SUREST`."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(np.minimum(raised / raised.sum(axis=-1, keepdims=True), SUREST), dtype=np.float32)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=-1, keepdims=True), dtype=np.float32)


def _columns(logits: Array, subset: Sequence[int] | None) -> Array:
    return logits if subset is None else logits[:, list(subset)]
