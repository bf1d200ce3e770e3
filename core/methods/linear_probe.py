"""Linear probe: logistic regression on the untouched backbone's image features (CLIP; methods.md §11.1).

It learned nothing about words, so it cannot judge classes that it never saw: those are left to the untouched
backbone's texts.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, FusedClassifier, LinearHead, head_rows
from core.methods.configs.references import LinearProbeConfig, ZeroShotConfig
from core.methods.logistic import (
    SEARCH_ITERATIONS,
    Score,
    choose_strength,
    folds,
    judged,
    logistic_regression,
)
from core.methods.protocol import Aligned, Batch, Method, as_array
from core.methods.reading import Reading
from core.methods.zero_shot import ZeroShot

FOLDS = 3
PLAIN_STRENGTH = 1.0


class LinearProbe(Method):
    """A linear layer over the learned classes, weight `(M, D)` and bias `(M,)`."""

    def __init__(self, config: LinearProbeConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self.untouched = ZeroShot(ZeroShotConfig(template=config.template), backbone, classes)
        self.weight = nn.Parameter(torch.zeros(len(classes), backbone.embed_dim))
        self.bias = nn.Parameter(torch.zeros(len(classes)))

    @property
    def judges_new(self) -> bool:
        """It has no row for a class that it never saw."""
        return False

    def align(self, batch: Batch) -> Aligned:
        """The untouched texts, and the layer's own scores."""
        texts = self.untouched.align(batch).text_features
        return Aligned(batch.inputs, texts, batch.inputs.float() @ self.weight.T + self.bias)

    @torch.no_grad()
    def fit(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """Solve on the plain photos (view 0), as published. The strength is chosen on validation photos; where
        there are none, by cross-validation; where a class has one photo only, it is 1."""
        plain = views[:, 0]
        strength = self.config.strength or self._chosen(plain, labels, val)
        weight, bias = logistic_regression(plain, labels, len(self.classes), strength)
        self.weight.copy_(weight)
        self.bias.copy_(bias)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """The layer for learned classes, untouched texts for others."""
        identity = torch.ones_like(self.weight[0]), torch.zeros_like(self.weight[0])
        head = LinearHead(*(as_array(value) for value in (*identity, self.weight, self.bias)))
        return FusedClassifier(
            self.untouched.classifier(classes), head_rows(classes, self.classes), head, 0.0, 1.0
        )

    def reading(self) -> Reading | None:
        """The untouched backbone's."""
        return self.untouched.reading()

    def _chosen(self, features: Tensor, labels: Tensor, val: Batch | None) -> float:
        if val is not None:
            trials = [((features, labels), (val.inputs, val.labels))]
        else:
            parts = folds(labels, FOLDS)
            everyone = torch.arange(len(labels), device=labels.device)
            others = [everyone[~torch.isin(everyone, part)] for part in parts]
            trials = [
                ((features[rest], labels[rest]), (features[part], labels[part]))
                for part, rest in zip(parts, others, strict=True)
            ]
        if not trials:
            return PLAIN_STRENGTH

        def score(c: float) -> Score:
            found = [
                judged(*logistic_regression(*learned, len(self.classes), c, SEARCH_ITERATIONS), *held)
                for learned, held in trials
            ]
            right, quality = (sum(values) / len(found) for values in zip(*found, strict=True))
            return right, quality

        return choose_strength(score, self.config.search_steps)
