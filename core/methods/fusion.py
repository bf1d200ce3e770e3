"""A linear head for the learned classes beside any method: what DePT and its control have in common.

The loss gives the inner method's matching the weight 1−λ and the head λ; the method's other terms stay as they are.
Judged is by the same mixture of raw scores (methods.md §7.2 and §7.3).
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.methods.class_text import ClassText
from core.methods.classifier import FusedClassifier, LinearHead, head_rows
from core.methods.lessons import in_parts, looking, some
from core.methods.protocol import MATCHING, Batch, Method, Term

HEAD = "head"
# Enough for the mean length of features. Where texts depend on the photo, each of them costs a pass over all texts.
_LOOKED_AT = 64
_AT_ONCE = 8


def head_loss(head: nn.Linear, features: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of the head over features `(N, D)`, in float32 whatever the towers ran in, as it judges."""
    with torch.autocast(features.device.type, enabled=False):
        return functional.cross_entropy(head(features.float()), labels)


def fused_terms(inner: Sequence[Term], head: Tensor, balance: float) -> list[Term]:
    """The terms of the inner method, its matching weighed by 1−λ, and the head's loss weighed by λ = `balance`."""
    share = 1 - balance
    lighter = [replace(term, weight=share * term.weight) if term.name == MATCHING else term for term in inner]
    return [*lighter, Term(HEAD, head, balance)]


def fused_classifier(
    inner: Method, classes: Sequence[ClassText], head: LinearHead, balance: float
) -> FusedClassifier:
    """The inner method's classifier, with the head for those of the classes that were learned."""
    rows = head_rows(classes, inner.classes)
    return FusedClassifier(inner.classifier(classes), rows, head, 1 - balance, balance)


def mean_norms(method: Method, lessons: Batch) -> tuple[float, float]:
    """Mean length of image features, and of the photos' own text features, over some of the photos."""
    found = []
    with looking(method):
        for part in in_parts(some(lessons, _LOOKED_AT), _AT_ONCE):
            aligned = method.align(part)
            features = (aligned.image_features, aligned.text_of(part.labels))
            found.append(torch.stack([each.float().norm(dim=-1) for each in features]))
    image, text = torch.cat(found, dim=1).mean(dim=1).tolist()
    return image, text
