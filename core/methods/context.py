"""A learned context beside each class description: what CoOp and its successors share (methods.md §2.1)."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.configs.prompts import ContextConfig
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
from core.methods.reading import PromptReader, Reading, stand_ins


class Texts(Protocol):
    """The texts of some classes with room for a context."""

    def features(self, tower: TextTower, ctx: Tensor) -> Tensor:
        """Under this context, `(C, D)`."""
        ...


class ContextMethod(Method):
    """One learned context `(M, W)` for all classes, class description behind it: it serves any class.

    Raises:
        Problem: `backbones.no_prompts` where the text tower is not causal, or not read at EOT;
            `methods.too_long_description`.
    """

    def __init__(self, config: ContextConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self._texts = self._prompts(self.classes)
        self.ctx = nn.Parameter(self._initial_context())

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes under the present context."""
        text = self._learned_text()
        return Aligned(batch.inputs, text, matching_logits(batch.inputs, text, self.backbone.logit_scale))

    def parameter_groups(self) -> list[ParameterGroup]:
        """All that is learned, it learns through the matching loss."""
        return [ParameterGroup(tuple(self._learned().values()), sgd_scale=published_rate(self.backbone))]

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes under the present context."""
        text = as_array(self._text_of(classes))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    def reading(self) -> Reading | None:
        """The description behind the context."""
        sentence = stand_ins(self.config.n_ctx, "{}.")
        return Reading((sentence,), PromptReader(self.backbone, self.ctx))

    def _initial_context(self) -> Tensor:
        return initial_context(self.config.n_ctx, self.config.ctx_init, self.backbone)

    def _prompts(self, classes: Sequence[ClassText]) -> Texts:
        return PromptTexts.of(self.backbone, classes, self.config.n_ctx)

    def _learned_text(self) -> Tensor:
        """Text features of the learned classes, with gradients."""
        return self._texts.features(self.backbone.text, self.ctx)

    def _text_of(self, classes: Sequence[ClassText]) -> Tensor:
        """Text features of any classes."""
        return self._prompts(classes).features(self.backbone.text, self.ctx)
