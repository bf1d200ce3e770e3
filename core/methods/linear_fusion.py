"""The control for DePT: a plain linear classifier beside any method (methods.md §7.5).

Part of what DePT gains is that a linear classifier was added at all. This adds just that, at the same rate, for the
same epochs, mixed by the same λ: no channels of its own, no text features in the head.

    L = (1−λ)·CE(matching) + λ·CE(W e + b, y) + the inner method's other terms
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, LinearHead
from core.methods.configs.wrappers import LinearFusionConfig
from core.methods.fusion import fused_classifier, fused_terms, head_loss, mean_norms
from core.methods.protocol import Aligned, Batch, Method, ParameterGroup, Term, Wrapper, as_array


class LinearFusion(Wrapper):
    """Any method with a linear head on its unnormalised image features."""

    def __init__(self, config: LinearFusionConfig, inner: Method) -> None:
        super().__init__(inner)
        self.config = config
        self.head = nn.Linear(inner.backbone.embed_dim, len(inner.classes))
        inner.accompany(self._own())
        self._scale = 1.0

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The matching term weighs 1−λ, the head λ; other terms of the inner method stay as they are."""
        head = head_loss(self.head, aligned.image_features, batch.labels)
        return fused_terms(self.inner.terms(aligned, batch), head, self.config.balance)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """The inner method's classifier, with the head for those of the classes that were learned."""
        width = self.backbone.embed_dim
        head = LinearHead(
            gamma=np.ones(width, dtype=np.float32),
            beta=np.zeros(width, dtype=np.float32),
            weight=as_array(self.head.weight),
            bias=as_array(self.head.bias),
        )
        return fused_classifier(self.inner, classes, head, self.config.balance)

    def start(self, lessons: Batch) -> None:
        """With `feature_norm`, let the weight start, and then learn, as on features that have that norm on average.

        A weight s·W on features is W on features times s: the scale goes into the weight and its rate.
        """
        self.inner.start(lessons)
        if self.config.feature_norm:
            image, _ = mean_norms(self.inner, lessons)
            scale = self.config.feature_norm / image
            with torch.no_grad():
                self.head.weight.mul_(scale / self._scale)
            self._scale = scale

    def parameter_groups(self) -> list[ParameterGroup]:
        """The inner method's groups, and the head at its own, faster rate."""
        rate = self.config.lr_scale
        weight, bias = self.head.parameters()
        scaled = ParameterGroup((weight,), rate * self._scale, sgd_scale=self._scale)
        return [*self.inner.parameter_groups(), scaled, ParameterGroup((bias,), rate)]
