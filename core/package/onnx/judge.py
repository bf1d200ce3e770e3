"""How features become probabilities, as a graph: what core.methods.classifier does in numpy, operation for operation.

Texts of classes are an input with a default: on site, those of new classes are put behind them.
"""

from typing import assert_never

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.methods.classifier import (
    SUREST,
    Array,
    CacheHead,
    Classifier,
    CosineClassifier,
    FusedClassifier,
    Head,
    LinearHead,
    PrototypeHead,
)
from core.methods.conditional import ConditionalClassifier
from core.problems import Problem


class Judge(nn.Module):
    """Image features `(B, D)` and text features `(C, D)`, or `(B, C, D)` where they depend on the photo →
    probabilities `(B, C)`. Classes behind the known ones are judged by matching alone."""

    def __init__(self, classifier: Classifier, composition: str) -> None:
        super().__init__()
        fused = classifier if isinstance(classifier, FusedClassifier) else None
        matching = classifier if fused is None else fused.matching
        if not isinstance(matching, CosineClassifier | ConditionalClassifier):
            raise Problem("package.not_exportable", composition=composition)
        self.scale = matching.logit_scale
        self.fusion = None if fused is None else Fusion(fused)

    def forward(self, image_features: Tensor, text_features: Tensor) -> Tensor:
        """By the rule of `FusedClassifier.probabilities`."""
        image, text = _unit(image_features), _unit(text_features)
        scores = image @ text.T if text.dim() == 2 else (text @ image[:, :, None])[:, :, 0]
        matching = self.scale * scores
        result = _softmax(matching)
        if self.fusion is not None:
            result = self.fusion(image_features, matching, result)
        return result


class Fusion(nn.Module):
    """The head's part: it shares out the mass of the learned classes."""

    learned: Tensor
    rows: Tensor

    def __init__(self, fused: FusedClassifier) -> None:
        super().__init__()
        learned = [column for column, row in enumerate(fused.rows) if row >= 0]
        self.register_buffer("learned", torch.tensor(learned))
        self.register_buffer("rows", torch.tensor([fused.rows[column] for column in learned]))
        self.matching_weight, self.head_weight = fused.matching_weight, fused.head_weight
        self.head = head_of(fused.head)

    def forward(self, image_features: Tensor, matching: Tensor, result: Tensor) -> Tensor:
        """Features `(B, D)`, matching scores and probabilities by them `(B, C)` → probabilities `(B, C)`."""
        head = self.head(image_features)[:, self.rows]
        fused = self.matching_weight * matching[:, self.learned] + self.head_weight * head
        mass = result[:, self.learned].sum(dim=1, keepdim=True)
        shared = (mass * _softmax(fused)).clamp(max=float(SUREST))
        return result.index_copy(1, self.learned, shared)


def head_of(head: Head) -> nn.Module:
    """A head as a module, features `(B, D)` → scores of the learned classes `(B, M)`."""
    match head:
        case LinearHead():
            return _Linear(head)
        case PrototypeHead():
            return _Prototypes(head)
        case CacheHead():
            return _Cache(head)
    assert_never(head)  # type: ignore[arg-type]


class _Linear(nn.Module):
    def __init__(self, head: LinearHead) -> None:
        super().__init__()
        for name in ("gamma", "beta", "weight", "bias"):
            self.register_buffer(name, _tensor(getattr(head, name)))

    gamma: Tensor
    beta: Tensor
    weight: Tensor
    bias: Tensor

    def forward(self, features: Tensor) -> Tensor:
        return (self.gamma * features + self.beta) @ self.weight.T + self.bias


class _Prototypes(nn.Module):
    means: Tensor

    def __init__(self, head: PrototypeHead) -> None:
        super().__init__()
        self.register_buffer("means", _unit(_tensor(head.means)))
        self.scale = head.scale

    def forward(self, features: Tensor) -> Tensor:
        return self.scale * (_unit(features) @ self.means.T)


class _Cache(nn.Module):
    keys: Tensor
    owners: Tensor

    def __init__(self, head: CacheHead) -> None:
        super().__init__()
        self.register_buffer("keys", _tensor(head.keys))
        owner = torch.repeat_interleave(torch.arange(len(head.counts)), torch.tensor(head.counts))
        self.register_buffer("owners", functional.one_hot(owner, len(head.counts)).float())
        self.alpha, self.beta = head.alpha, head.beta

    def forward(self, features: Tensor) -> Tensor:
        nearness = torch.exp(-self.beta * (1 - _unit(features) @ self.keys.T))
        scores: Tensor = self.alpha * (nearness @ self.owners)
        return scores


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(array.copy())


def _unit(features: Tensor) -> Tensor:
    unit: Tensor = features / features.norm(dim=-1, keepdim=True)
    return unit


def _softmax(scores: Tensor) -> Tensor:
    return scores.softmax(dim=-1).clamp(max=float(SUREST))
