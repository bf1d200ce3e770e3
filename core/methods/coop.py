"""CoOp: context words learned before each class description (arXiv 2109.01134; methods.md §2.1).

One context serves every class, so it also serves classes that were never learned.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.configs.prompts import CoOpConfig
from core.methods.prompts import PromptTexts, initial_context
from core.methods.protocol import (
    Aligned,
    Batch,
    Method,
    ParameterGroup,
    as_array,
    matching_logits,
    published_rate,
)


class CoOp(Method):
    """One learned context `(M, W)` for all classes, class description behind it.

    Raises:
        Problem: `backbones.no_prompts` where the text tower is not causal, or not read at EOT.
    """

    def __init__(self, config: CoOpConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self._texts = self._prompts(self.classes)
        self.ctx = nn.Parameter(initial_context(config.n_ctx, config.ctx_init, backbone))

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes under the present context."""
        text = self._text_features(self._texts)
        return Aligned(batch.inputs, text, matching_logits(batch.inputs, text, self.backbone.logit_scale))

    def parameter_groups(self) -> list[ParameterGroup]:
        """The context."""
        return [ParameterGroup((self.ctx,), sgd_scale=published_rate(self.backbone))]

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes under the present context."""
        text = as_array(self._text_features(self._prompts(classes)))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    def _prompts(self, classes: Sequence[ClassText]) -> PromptTexts:
        return PromptTexts.of(self.backbone, classes, self.config.n_ctx)

    def _text_features(self, texts: PromptTexts) -> Tensor:
        return texts.features(self.backbone.text, self.ctx)
