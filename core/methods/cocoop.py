"""CoCoOp: a context that each photo changes (arXiv 2203.05557; methods.md §2.2).

A small net on the unit image feature gives one vector π(x), which is added to every context word. Each photo has texts
of its own; what they share, everything before the description, is run once per photo.
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier
from core.methods.conditional import ConditionalClassifier, ConditionalTexts
from core.methods.configs.prompts import CoCoOpConfig
from core.methods.prompts import PromptTexts, initial_context
from core.methods.protocol import Aligned, Batch, Method, ParameterGroup, matching_logits, published_rate

BOTTLENECK = 16


class CoCoOp(Method):
    """A context `(M, W)` and the Meta-Net Linear(D → D/16), ReLU, Linear(D/16 → W); they serve any class.

    Raises:
        Problem: `backbones.no_prompts`, `methods.too_long_description`.
    """

    def __init__(self, config: CoCoOpConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self._prompts = self._prompts_of(self.classes)
        self.ctx = nn.Parameter(initial_context(config.n_ctx, config.ctx_init, backbone))
        narrow = max(1, backbone.embed_dim // BOTTLENECK)
        self.meta_net = nn.Sequential(
            nn.Linear(backbone.embed_dim, narrow), nn.ReLU(), nn.Linear(narrow, backbone.text_width)
        )

    def align(self, batch: Batch) -> Aligned:
        """The batch, each photo beside its own texts `(B, C, D)`."""
        texts = ConditionalTexts(self._prompts, self.ctx, self.meta_net)
        text = texts.features(self.backbone.text, batch.inputs)
        return Aligned(batch.inputs, text, matching_logits(batch.inputs, text, self.backbone.logit_scale))

    def parameter_groups(self) -> list[ParameterGroup]:
        """Context and net at one rate, as published."""
        return [ParameterGroup(tuple(self._learned().values()), sgd_scale=published_rate(self.backbone))]

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes; it keeps the present parameters."""
        texts = ConditionalTexts(self._prompts_of(classes), _kept(self.ctx), copy.deepcopy(self.meta_net))
        names = tuple(entry.name for entry in classes)
        return ConditionalClassifier(names, texts, self.backbone.text, self.backbone.logit_scale)

    def _prompts_of(self, classes: Sequence[ClassText]) -> PromptTexts:
        return PromptTexts.of(self.backbone, classes, self.config.n_ctx)


def _kept(parameter: Tensor) -> Tensor:
    return torch.clone(parameter.detach())
