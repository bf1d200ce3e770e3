"""CoOp: context words learned before each class description (arXiv 2109.01134; methods.md §2.1).

The prompt of a class is [SOS][ctx₁…ctx_M][description][.][EOT]; one context serves every class, so it also
serves classes that were never learned. The text tower is causal and read at EOT, so the text is run up to
the longest EOT only: the tokens behind it cannot change anything (§12.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.configs import CoOpConfig
from core.methods.protocol import (
    Aligned,
    Batch,
    Method,
    ParameterGroup,
    as_array,
    check_fits,
    matching_logits,
)
from core.problems import Problem

INITIAL_WORDS = "a photo of a"
INITIAL_STD = 0.02
PUBLISHED_LOGIT_SCALE = 100.0


@dataclass(frozen=True)
class _Prompts:
    """Token embeddings `(C, L, W)` cut at the longest EOT, with room for the context behind SOS."""

    embeddings: Tensor
    eot: Tensor

    def with_context(self, ctx: Tensor) -> Tensor:
        """The embeddings with the context `(M, W)` put in its place, `(C, L, W)`."""
        shared = ctx.expand(len(self.embeddings), -1, -1)
        return torch.cat([self.embeddings[:, :1], shared, self.embeddings[:, 1 + len(ctx) :]], dim=1)


class CoOp(Method):
    """One learned context `(M, W)` for all classes, class description behind it.

    Raises:
        Problem: `methods.no_prompts` where the text tower is not causal, or not read at EOT.
    """

    def __init__(self, config: CoOpConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        if not backbone.supports_prompts:
            raise Problem("methods.no_prompts", backbone=backbone.card.name)
        self.config = config
        self.ctx = nn.Parameter(_initial_context(config, backbone))
        self._learned_prompts = self._prompts(self.classes)

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes under the present context."""
        text = self._text_features(self._learned_prompts)
        return Aligned(batch.inputs, text, matching_logits(batch.inputs, text, self.backbone.logit_scale))

    def parameter_groups(self) -> list[ParameterGroup]:
        """The context; the slope of the loss goes with the logit scale, for which published rates suppose 100."""
        return [ParameterGroup((self.ctx,), PUBLISHED_LOGIT_SCALE / self.backbone.logit_scale)]

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes under the present context."""
        text = as_array(self._text_features(self._prompts(classes)))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    def _text_features(self, prompts: _Prompts) -> Tensor:
        return self.backbone.text_features_from_embeddings(prompts.with_context(self.ctx), prompts.eot)

    @torch.no_grad()
    def _prompts(self, classes: Sequence[ClassText]) -> _Prompts:
        room = " ".join(["x"] * self.config.n_ctx)
        tokens = self.backbone.tokenize([f"{room} {entry.words}." for entry in classes])
        eot = self.backbone.eot_positions(tokens)
        check_fits(eot, classes, self.backbone.context_length)
        return _Prompts(self.backbone.token_embeddings(tokens[:, : int(eot.max()) + 1]), eot)


@torch.no_grad()
def _initial_context(config: CoOpConfig, backbone: Backbone) -> Tensor:
    """Random `(M, W)`; with `words`, the last places hold the words nearest to the description."""
    ctx = torch.randn(config.n_ctx, backbone.text_width) * INITIAL_STD
    tokens = backbone.tokenize([INITIAL_WORDS])
    ctx = ctx.to(tokens.device)
    if config.ctx_init == "words":
        end = int(backbone.eot_positions(tokens)[0])
        words = backbone.token_embeddings(tokens)[0, 1:end][-config.n_ctx :]
        ctx[-len(words) :] = words
    return ctx
