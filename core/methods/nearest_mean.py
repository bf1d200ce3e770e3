"""Nearest class mean: a photo belongs to the class whose average photo it resembles most (methods.md §11).

Classes without photos have no mean: those are left to the untouched backbone's texts.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, FusedClassifier, PrototypeHead, head_rows
from core.methods.configs.references import NearestMeanConfig, ZeroShotConfig
from core.methods.protocol import Aligned, Batch, Method, as_array, matching_logits
from core.methods.reading import Reading
from core.methods.zero_shot import ZeroShot


class NearestMean(Method):
    """One mean `(D,)` of unit image features per learned class, judged at the backbone's own logit scale."""

    def __init__(self, config: NearestMeanConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self.untouched = ZeroShot(ZeroShotConfig(template=config.template), backbone, classes)
        self.means = nn.Parameter(torch.ones(len(classes), backbone.embed_dim))

    @property
    def judges_new(self) -> bool:
        """It has no mean of a class that it never saw."""
        return False

    def align(self, batch: Batch) -> Aligned:
        """The untouched texts, and the scaled cosines to the means."""
        texts = self.untouched.align(batch).text_features
        return Aligned(
            batch.inputs, texts, matching_logits(batch.inputs, self.means, self.backbone.logit_scale)
        )

    @torch.no_grad()
    def fit(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """The mean over all views of all photos of a class; each counts by its direction, not its length."""
        photos = functional.normalize(views.float(), dim=-1).mean(dim=1)
        for label in range(len(self.classes)):
            self.means[label] = photos[labels == label].mean(dim=0)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """The means for learned classes, untouched texts for others."""
        head = PrototypeHead(as_array(self.means), self.backbone.logit_scale)
        return FusedClassifier(
            self.untouched.classifier(classes), head_rows(classes, self.classes), head, 0.0, 1.0
        )

    def reading(self) -> Reading | None:
        """The untouched backbone's."""
        return self.untouched.reading()
