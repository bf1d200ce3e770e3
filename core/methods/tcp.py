"""TCP: class words from each class's own sentence, put inside the text tower (arXiv 2311.18231; methods.md §11.1).

The frozen text feature of a class's sentence, at unit length, passes Linear(D → D/4), QuickGELU and Linear(D/4 → M·W).
Before one of the upper blocks, the M vectors that come out replace the places of the M context words.

    L = CE + w · (1 − mean_c cos(w_c, w̄_c))
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.prompts import TCPConfig
from core.methods.context import ContextMethod
from core.methods.kgcoop import KNOWLEDGE, distance_from
from core.methods.prompts import PromptTexts
from core.methods.protocol import Aligned, Batch, Term
from core.methods.reading import PromptReader, Reading, SentenceReader, stand_ins
from core.methods.teacher import frozen_text_features

BOTTLENECK = 4
PUBLISHED_DEPTH = 12


class QuickGELU(nn.Module):
    """x · σ(1.702 x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape."""
        return x * torch.sigmoid(1.702 * x)


class TCP(ContextMethod):
    """A context `(M, W)` and the net that makes M words of a class's text feature; they serve any class."""

    config: TCPConfig
    _texts: PromptTexts

    def __init__(self, config: TCPConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(config, backbone, classes)
        self._teacher = self._teacher_of(self.classes)
        narrow = max(1, backbone.embed_dim // BOTTLENECK)
        self.word_net = nn.Sequential(
            nn.Linear(backbone.embed_dim, narrow),
            QuickGELU(),
            nn.Linear(narrow, config.n_ctx * backbone.text_width),
        )
        self.block = block_of(config.block, backbone.text.depth)

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The matching loss and the distance from the sentence."""
        distance = distance_from(self._teacher, aligned.text_features)
        return [*super().terms(aligned, batch), Term(KNOWLEDGE, distance, self.config.weight)]

    def reading(self) -> Reading | None:
        """The description behind the context, and the sentence of which the class words are made."""
        sentences = stand_ins(self.config.n_ctx, "{}."), self.config.template
        return Reading(sentences, _WordReader(self))

    def _prompts(self, classes: Sequence[ClassText]) -> PromptTexts:
        return PromptTexts.of(self.backbone, classes, self.config.n_ctx)

    def _learned_text(self) -> Tensor:
        return self._features(self._texts, self._teacher)

    def _text_of(self, classes: Sequence[ClassText]) -> Tensor:
        return self._features(self._prompts(classes), self._teacher_of(classes))

    def _features(self, texts: PromptTexts, teacher: Tensor) -> Tensor:
        words = self.word_net(teacher).view(len(teacher), self.config.n_ctx, -1)
        return texts.features(self.backbone.text, self.ctx, own={self.block: words})

    def _teacher_of(self, classes: Sequence[ClassText]) -> Tensor:
        features = frozen_text_features(self.backbone, classes, (self.config.template,))
        return functional.normalize(features, dim=-1)


class _WordReader(PromptReader):
    """The first sentence under context and class words, which the second one gives."""

    def __init__(self, method: TCP) -> None:
        super().__init__(method.backbone, method.ctx)
        self.sentence = SentenceReader(method.backbone, method.backbone.text)
        self.word_net, self.block = method.word_net, method.block

    def forward(self, tokens: Tensor) -> Tensor:
        """`(2, L)` → `(D,)`."""
        teacher = functional.normalize(self.sentence(tokens[1:]), dim=-1)
        words = self.word_net(teacher).view(1, len(self.ctx), -1)
        return self.prompted(tokens, {self.block: words})


def block_of(block: int, depth: int) -> int:
    """The block (from 0) of a tower of `depth` blocks that lies where `block` lies in a tower of 12; never the first of
    several, before which class words would leave nothing of the context to learn."""
    return min(depth - 1, max(1, round(block * depth / PUBLISHED_DEPTH)))
