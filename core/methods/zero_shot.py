"""The untouched backbone: sentences around each class description, nothing learned (CLIP, arXiv 2103.00020)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.configs.references import ZeroShotConfig
from core.methods.configs.template import TEMPLATE
from core.methods.protocol import Aligned, Batch, Method, as_array, matching_logits
from core.methods.reading import Reading, sentences_read
from core.methods.teacher import ensemble, frozen_text_features


class ZeroShot(Method):
    """Matches photos with the sentences as they are."""

    def __init__(self, config: ZeroShotConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes; there is nothing to take a gradient of."""
        logits = matching_logits(batch.inputs, self._learned_text, self.backbone.logit_scale)
        return Aligned(batch.inputs, self._learned_text, logits)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes."""
        text = as_array(self._text_features(classes))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    def reading(self) -> Reading | None:
        """The sentences as they are."""
        sentences = ensemble(self.config.templates, self.config.template)
        return sentences_read(self.backbone, sentences)

    @cached_property
    def _learned_text(self) -> Tensor:
        return self._text_features(self.classes)

    def _text_features(self, classes: Sequence[ClassText]) -> Tensor:
        sentences = ensemble(self.config.templates, self.config.template)
        return frozen_text_features(self.backbone, classes, sentences)


def reference_config(configs: Mapping[str, Any]) -> ZeroShotConfig:
    """The zero-shot that a method is compared with: in the sentences that the method itself reads, if it has any.

    configs: those of the method's parts, as `Composition.configure` gives them.
    """
    if "zero-shot" in configs:
        own: ZeroShotConfig = configs["zero-shot"]
        return own
    templates = (config.template for config in configs.values() if hasattr(config, "template"))
    return ZeroShotConfig(template=next(templates, TEMPLATE))
