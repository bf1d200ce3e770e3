"""The untouched backbone: a sentence around each class description, nothing learned (CLIP, arXiv 2103.00020)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.configs.references import ZeroShotConfig
from core.methods.protocol import Aligned, Batch, Method, as_array, check_fits, matching_logits


class ZeroShot(Method):
    """Matches photos with the sentences as they are."""

    def __init__(self, config: ZeroShotConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes; there is nothing to take a gradient of."""
        text = self._text_features(self.classes)
        return Aligned(batch.inputs, text, matching_logits(batch.inputs, text, self.backbone.logit_scale))

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes."""
        text = as_array(self._text_features(classes))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    @torch.no_grad()
    def _text_features(self, classes: Sequence[ClassText]) -> Tensor:
        tokens = self.backbone.tokenize([self.config.template.format(entry.words) for entry in classes])
        check_fits(self.backbone.eot_positions(tokens), classes, self.backbone.context_length)
        return self.backbone.text_features(tokens)
