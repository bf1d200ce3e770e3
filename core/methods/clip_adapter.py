"""CLIP-Adapter: a small network behind the image tower, mixed with what it is given (arXiv 2110.04544;
methods.md §11.1).

    f' = r·A(f) + (1 − r)·f,   A = ReLU(W₂ ReLU(W₁ f)),   W₁ (D/4, D), W₂ (D, D/4)

A has no bias, so f' grows with f and its direction does not depend on whether f was normalised beforehand. Texts
stay untouched; new classes are matched by their texts with the adapted photo.
"""

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier
from core.methods.configs.references import CLIPAdapterConfig, ZeroShotConfig
from core.methods.protocol import Aligned, Batch, Method, ParameterGroup, matching_logits, published_rate
from core.methods.reading import Reading
from core.methods.teacher import frozen_text_features
from core.methods.zero_shot import ZeroShot

REDUCTION = 4


class CLIPAdapter(Method):
    """The two layers of the adapter."""

    def __init__(self, config: CLIPAdapterConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self.untouched = ZeroShot(ZeroShotConfig(template=config.template), backbone, classes)
        width = backbone.embed_dim
        self.adapter = nn.Sequential(
            nn.Linear(width, width // REDUCTION, bias=False),
            nn.ReLU(),
            nn.Linear(width // REDUCTION, width, bias=False),
            nn.ReLU(),
        )

    def align(self, batch: Batch) -> Aligned:
        """Adapted photos beside the untouched texts."""
        image = self.encode(batch.inputs)
        return Aligned(image, self._texts, matching_logits(image, self._texts, self.backbone.logit_scale))

    @cached_property
    def _texts(self) -> Tensor:
        return frozen_text_features(self.backbone, self.classes, (self.config.template,))

    def encode(self, inputs: Tensor) -> Tensor:
        """Image features `(B, D)` → adapted ones."""
        adapted: Tensor = self.adapter(inputs)
        ratio = self.config.ratio
        return ratio * adapted.float() + (1 - ratio) * inputs

    def reading(self) -> Reading | None:
        """The untouched backbone's."""
        return self.untouched.reading()

    def parameter_groups(self) -> list[ParameterGroup]:
        """The adapter."""
        return [ParameterGroup(tuple(self.adapter.parameters()), sgd_scale=published_rate(self.backbone))]

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """Untouched texts; what it judges are adapted features."""
        return self.untouched.classifier(classes)
