"""What the photos without a label probably are: from the labels so far, and from the words of the classes.

Labels speak through ridge regression on one-hot targets, each class weighing the same however many labels it has:
min over B of Σᵢ wᵢ‖zᵢB − (eᵢ − 1/C)‖² + a‖B‖². Its leave-one-out residuals are exact and cost nothing more:
r₋ᵢ = rᵢ/(1 − hᵢᵢ), for photos left out together r₋G = (I − H_GG)⁻¹ r_G, with H = Z(ZᵀWZ + aI)⁻¹ZᵀW. Words speak
through the untouched model's own scaled cosines. How loud each of the two is heard, is what makes the labels that
were left out likeliest: words that do not fit these photos fall silent, good ones carry the first suggestions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.assist.space import Floats, Vectors

Labels = NDArray[np.intp]
UNLABELLED = -1
_RIDGE = 0.1
_SHARPNESS = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
_TRUST_IN_WORDS = (0.0, 0.25, 0.5, 1.0)
# What is believed before there are labels: words as they are. Worth so many labels.
_BELIEF = 2.0


@dataclass(frozen=True, eq=False)
class Suggestions:
    """Probabilities `(N, C)`; of the labelled photos by all others, as though they had no label. `sharpness` of what
    labels say, `trust` in what words say (0-1)."""

    probabilities: Floats
    sharpness: float
    trust: float

    @property
    def best(self) -> Labels:
        """The likeliest class of each photo `(N,)`."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> Floats:
        """Its probability `(N,)`."""
        return np.asarray(self.probabilities.max(axis=1))


def suggest(
    places: Vectors, labels: Labels, word_logits: Floats | None, classes: int, kin: Labels | None = None
) -> Suggestions | None:
    """What photos probably are; None where there are fewer than two classes, or neither labels nor words.

    Args:
        places: unit places `(N, P)`.
        labels: class of each photo `(N,)`, `UNLABELLED` where it has none.
        word_logits: scaled cosines `(N, C)` of photos with classes; None where words cannot be read yet.
        kin: the same number for photos that are practically the same: those are left out together.
    """
    labelled = np.flatnonzero(labels >= 0)
    if classes < 2 or (not len(labelled) and word_logits is None):
        return None
    scores: Floats = np.zeros((len(places), classes))
    if len(labelled):
        known, own = places[labelled].astype(np.float64), labels[labelled]
        weight, left_out = fit(known, own, classes, None if kin is None else kin[labelled])
        scores = np.asarray(places @ weight.astype(np.float32), dtype=np.float64)
        scores[labelled] = left_out
    words = word_logits if word_logits is not None else np.zeros_like(scores)
    sharpness, trust = _loudness(
        scores[labelled], words[labelled], labels[labelled], heard=word_logits is not None
    )
    return Suggestions(softmax(sharpness * scores + trust * words), sharpness, trust)


def fit(known: Floats, labels: Labels, classes: int, kin: Labels | None = None) -> tuple[Floats, Floats]:
    """Ridge regression on places `(L, P)`: weight `(P, C)`, and the scores `(L, C)` of each photo by a regression
    without it and its kin."""
    counts = np.bincount(labels, minlength=classes)
    shares = 1.0 / counts[labels]
    shares *= len(labels) / shares.sum()
    targets = np.eye(classes)[labels] - 1.0 / classes
    weighted = known * shares[:, None]
    inverse = np.linalg.inv(known.T @ weighted + _RIDGE * np.eye(known.shape[1]))
    weight = inverse @ (weighted.T @ targets)
    reach = known @ inverse
    residuals = targets - known @ weight
    own = np.einsum("lp,lp->l", reach, weighted)
    missed = residuals / np.maximum(1.0 - own, 1e-9)[:, None]
    for members in _families(kin):
        hat = reach[members] @ weighted[members].T
        missed[members] = np.linalg.solve(np.eye(len(members)) - hat, residuals[members])
    return weight, targets - missed


def softmax(logits: Floats) -> Floats:
    """Over the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _loudness(scores: Floats, words: Floats, labels: Labels, *, heard: bool) -> tuple[float, float]:
    """Sharpness and trust under which labels that were left out are likeliest, with a little belief in words."""

    def likelihood(pair: tuple[float, float]) -> float:
        sharpness, trust = pair
        found = softmax(sharpness * scores + trust * words)
        own = np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-12)).sum()
        return float(own) - _BELIEF * (1.0 - trust) - 1e-6 * sharpness

    trusts: Sequence[float] = _TRUST_IN_WORDS if heard else (0.0,)
    return max(product(_SHARPNESS, trusts), key=likelihood)


def _families(kin: Labels | None) -> list[Labels]:
    """Rows that share a number with another row."""
    if kin is None:
        return []
    order = np.argsort(kin, kind="stable")
    runs = np.split(order, np.flatnonzero(np.diff(kin[order])) + 1)
    return [run for run in runs if len(run) > 1]
