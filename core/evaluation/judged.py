"""Photos judged by a classifier, and the accuracies that follow (evaluation.md; methods.md §1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.methods.classifier import Array, Classifier
from core.training.result import Metrics

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Judged:
    """N photos judged: `probabilities` `(N, C)` with all classes offered; `right` whether the best class is the
    true one when only the photo's own group (base or new) is offered, `union_right` when all are."""

    labels: NDArray[np.intp]
    is_base: Flags
    probabilities: Array
    right: Flags
    union_right: Flags


def judge(classifier: Classifier, features: Array, labels: Sequence[int], base: Sequence[int]) -> Judged:
    """Judge image features `(N, D)`; `base` lists the learned classes, the others are new."""
    truth = np.asarray(labels, dtype=np.intp)
    learned = np.asarray(base, dtype=np.intp)
    others = np.setdiff1d(np.arange(len(classifier.class_names)), learned)
    is_base = np.isin(truth, learned)
    right = np.zeros(len(truth), dtype=bool)
    for group, members in ((is_base, learned), (~is_base, others)):
        if group.any():
            own = classifier.probabilities(features[group], members.tolist())
            right[group] = members[own.argmax(axis=1)] == truth[group]
    union = classifier.probabilities(features)
    return Judged(truth, is_base, union, right, union.argmax(axis=1) == truth)


def metrics_of(judged: Judged) -> Metrics:
    """Accuracies on base, on new, and their harmonic mean; None where there is nothing to measure on."""
    base, new = (_mean(judged.right[group]) for group in (judged.is_base, ~judged.is_base))
    union_base, union_new = (_mean(judged.union_right[group]) for group in (judged.is_base, ~judged.is_base))
    return Metrics(
        base=base,
        new=new,
        h=harmonic_mean(base, new),
        union_base=union_base,
        union_new=union_new,
        union_h=harmonic_mean(union_base, union_new),
    )


def harmonic_mean(base: float | None, new: float | None) -> float | None:
    """2·B·N/(B+N); None where either is unknown."""
    if base is None or new is None:
        return None
    return 2 * base * new / (base + new) if base + new else 0.0


def confusion(judged: Judged) -> NDArray[np.intp]:
    """Photos by true class (rows) and judged class (columns), all classes offered, `(C, C)`."""
    classes = judged.probabilities.shape[1]
    table = np.zeros((classes, classes), dtype=np.intp)
    np.add.at(table, (judged.labels, judged.probabilities.argmax(axis=1)), 1)
    return table


def true_class_loss(judged: Judged) -> NDArray[np.float64]:
    """−ln of the true class's probability for each photo, all classes offered."""
    of_truth = judged.probabilities[np.arange(len(judged.labels)), judged.labels]
    return -np.log(np.maximum(of_truth, np.finfo(np.float32).tiny), dtype=np.float64)


def _mean(right: Flags) -> float | None:
    return float(right.mean()) if right.size else None
