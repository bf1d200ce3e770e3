"""Learned and new classes offered together: one scale for both, and what favouring either side would bring.

A fused score (DePT's) of a learned class and the matching score of a new one lie on different scales. Each gets a
temperature that is fitted on validation photos of *learned* classes, among learned classes: nothing of the new ones
is used. Then, by the chain rule as in `FusedClassifier`, with S the learned classes,

    log p(c) = log p_matching(S) + log p_fused(c | S)   for c in S,      log p_matching(c)   for the others.

The seen/unseen curve shifts all new classes by a bias from −∞ to +∞ and shows the accuracies on photos of learned
(seen) and of new (unseen) classes; its area is AUSUC (Chao et al., arXiv 1605.04253). Needs numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Flags
from core.methods.classifier import Array, CalibratedClassifier, Classifier, FusedClassifier
from core.training.result import Calibration

Floats = NDArray[np.float64]
_SMALLEST = float(np.finfo(np.float32).tiny)
_COLDEST, _HOTTEST = 1e-3, 1e3
_HALVINGS = 80
# Fewer say too little of a temperature: one mistake among a handful would throw the scale over.
LEAST_PHOTOS = 20


@dataclass(frozen=True, eq=False)
class SeenUnseen:
    """Photos as the curve needs them: `lead` `(N,)` of the best learned class over the best new one, `right`
    whether the best class of the photo's own side is the true one, `seen` whether the photo is of a learned class."""

    lead: Floats
    right: Flags
    seen: Flags

    def area(self) -> float:
        """AUSUC: the share of pairs (seen photo, unseen photo) that some one bias gets both right, ties as half.

        Between them lies the curve's staircase: a seen photo stays right while the bias is below its lead, an
        unseen one becomes right above its own, so a pair is right together just where the seen one leads by more.
        """
        return _area(*self._sides())

    def accuracies(self, bias: float) -> tuple[float, float]:
        """On seen and unseen photos when the new classes' scores are raised by `bias`; a tie goes to the learned."""
        seen, unseen = self.seen, ~self.seen
        stays = self.right & (self.lead >= bias)
        turns = self.right & (self.lead < bias)
        return float(stays[seen].mean()), float(turns[unseen].mean())

    def curve(self, points: int = 21) -> list[tuple[float, float]]:
        """At most so many points of the curve, ends included, from all for learned to all for new classes."""
        leads = np.unique(self.lead[self.right])
        rows = np.unique(np.linspace(0, len(leads) - 1, points - 1).round().astype(int))
        chosen = leads[rows] if leads.size else leads
        found = (self.accuracies(bias) for bias in (-np.inf, *chosen, np.inf))
        return list(dict.fromkeys(found))

    def resampled(self, rng: np.random.Generator) -> float:
        """The area over as many photos of each side, drawn with replacement."""
        seen, unseen = np.flatnonzero(self.seen), np.flatnonzero(~self.seen)
        drawn = np.concatenate([rng.choice(side, len(side)) for side in (seen, unseen)])
        return SeenUnseen(self.lead[drawn], self.right[drawn], self.seen[drawn]).area()

    def _sides(self) -> tuple[Floats, Floats, int, int]:
        seen, unseen = self.seen, ~self.seen
        return (
            self.lead[seen & self.right],
            self.lead[unseen & self.right],
            int(seen.sum()),
            int(unseen.sum()),
        )


def calibrate(
    classifier: Classifier, features: Array, labels: Sequence[int], base: Sequence[int]
) -> Calibration:
    """Both temperatures from photos `(N, D)` of learned classes, among the learned classes `base`; none are fitted on
    fewer than `LEAST_PHOTOS`."""
    if len(labels) < LEAST_PHOTOS:
        return Calibration()
    place = {index: position for position, index in enumerate(base)}
    truth = np.array([place[label] for label in labels])
    matching = classifier.logits(features)[:, list(base)].astype(np.float64)
    of_matching = of_fused = fit_temperature(matching, truth)
    if isinstance(classifier, FusedClassifier):
        of_fused = fit_temperature(_log(classifier.probabilities(features, base)), truth)
    return Calibration(matching=of_matching, fused=of_fused, photos=len(truth))


def calibrated(classifier: Classifier, calibration: Calibration | None) -> Classifier:
    """The classifier at these temperatures; as it is where there are none."""
    if calibration is None or not calibration.photos:
        return classifier
    return CalibratedClassifier(classifier, calibration.matching, calibration.fused)


def fit_temperature(logits: Floats, labels: NDArray[np.intp]) -> float:
    """The temperature T that makes the labels `(N,)` likeliest under softmax(logits `(N, C)` / T).

    Of N photos' evidence the share 1/(N+1) goes evenly to all classes, as if there were one more photo of no class in
    particular: so few photos that are all right promise no certainty. The loss is convex in 1/T; the root of its
    slope mean(E[z] − wanted z) is found by halving, between 1/1000 and 1000.
    """
    even = 1 / (len(labels) + 1)
    truth = logits[np.arange(len(labels)), labels]
    wanted = (1 - even) * truth + even * logits.mean(axis=1)

    def slope(inverse: float) -> float:
        raised = np.exp(inverse * (logits - logits.max(axis=1, keepdims=True)))
        expected = (raised * logits).sum(axis=1) / raised.sum(axis=1)
        return float((expected - wanted).mean())

    low, high = np.log(1 / _HOTTEST), np.log(1 / _COLDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(float(np.exp(middle))) < 0 else (low, middle)
    return float(np.exp(-(low + high) / 2))


def union_scores(
    classifier: Classifier, features: Array, base: Sequence[int], calibration: Calibration
) -> Floats:
    """Log-probabilities `(N, C)` of all classes on one scale, by the rule above."""
    scores = _log_softmax(classifier.logits(features).astype(np.float64) / calibration.matching)
    learned = list(base)
    if learned:
        mass = np.logaddexp.reduce(scores[:, learned], axis=1, keepdims=True)
        fused = _log(classifier.probabilities(features, learned)) / calibration.fused
        scores[:, learned] = mass + _log_softmax(fused)
    return scores


def seen_unseen(scores: Floats, labels: Sequence[int], base: Sequence[int]) -> SeenUnseen:
    """Photos scored `(N, C)` over learned classes `base` and new ones, of which there must be at least one each."""
    truth, learned = np.asarray(labels, dtype=np.intp), np.asarray(base, dtype=np.intp)
    others = np.setdiff1d(np.arange(scores.shape[1]), learned)
    seen = np.isin(truth, learned)
    best = {side: members[scores[:, members].argmax(axis=1)] for side, members in ((1, learned), (0, others))}
    rows = np.arange(len(truth))
    lead = scores[rows, best[1]] - scores[rows, best[0]]
    return SeenUnseen(lead, np.where(seen, best[1], best[0]) == truth, seen)


def _area(seen: Floats, unseen: Floats, all_seen: int, all_unseen: int) -> float:
    ordered = np.sort(unseen)
    below, up_to = (np.searchsorted(ordered, seen, side=side).sum() for side in ("left", "right"))
    return float((below + up_to) / 2 / (all_seen * all_unseen))


def _log(probabilities: Array) -> Floats:
    return np.log(np.maximum(probabilities, _SMALLEST), dtype=np.float64)


def _log_softmax(logits: Floats) -> Floats:
    return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), dtype=np.float64)
