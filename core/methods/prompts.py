"""Learned words before each class description: what CoOp and its successors share (methods.md §2.1).

The prompt of a class is [SOS][ctx₁…ctx_M][fixed words][description][.][EOT]. Everything before the description is
the same for every class, so it is run once for all of them (core.backbones.text_tower).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.text_tower import Endings, TextTower
from core.methods.class_text import ClassText
from core.methods.protocol import check_fits
from core.methods.several import Descriptions

INITIAL_WORDS = "a photo of a"
INITIAL_STD = 0.02


@dataclass(frozen=True, eq=False)
class PromptTexts:
    """The texts of some classes with room for a shared context: embeddings of SOS `(1, W)`, of the fixed words
    behind the context `(F, W)`, and each description's own words; of several of a class the mean is its feature."""

    sos: Tensor
    fixed: Tensor
    endings: Endings
    written: Descriptions

    @classmethod
    @torch.no_grad()
    def of(
        cls, backbone: Backbone, classes: Sequence[ClassText], n_ctx: int, fixed: str = ""
    ) -> "PromptTexts":
        """Raises Problem `backbones.no_prompts`, `methods.too_long_description`."""
        words = backbone.token_embeddings(word_tokens(backbone, fixed))
        room = n_ctx + len(words)
        written = Descriptions.of(classes)
        tokens = backbone.tokenize([f"{' '.join('x' * room)} {entry.words}." for entry in written.texts])
        check_fits(backbone.eot_positions(tokens), written.texts, backbone.context_length)
        sos, endings = backbone.token_embeddings(tokens[0, :1]), backbone.endings(tokens, 1 + room)
        return cls(sos, words, endings, written)

    def features(
        self,
        tower: TextTower,
        ctx: Tensor,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """Context `(M, W)` → `(C, D)`; B contexts `(B, M, W)` → `(B, C, D)`. `deep`, `own` as in the tower, `own`
        for each class."""
        parts = [self.sos, ctx, self.fixed]
        if ctx.dim() == 3:
            parts = [part if part.dim() == 3 else part.expand(ctx.shape[0], -1, -1) for part in parts]
        own = None if own is None else {block: self.written.of_texts(rows) for block, rows in own.items()}
        return self.written.mean(tower.features_after(torch.cat(parts, dim=-2), self.endings, deep, own))


@torch.no_grad()
def initial_context(n_ctx: int, init: str, backbone: Backbone) -> Tensor:
    """Random `(M, W)`; with `words`, the last places hold the words nearest to the description."""
    ctx = torch.randn(n_ctx, backbone.text_width).to(backbone.device) * INITIAL_STD
    if init == "words":
        words = backbone.token_embeddings(word_tokens(backbone, INITIAL_WORDS))[-n_ctx:]
        ctx[-len(words) :] = words
    return ctx


def word_tokens(backbone: Backbone, words: str) -> Tensor:
    """Token ids `(F,)` of some words, without SOS and EOT."""
    tokens = backbone.tokenize([words])
    return tokens[0, 1 : int(backbone.eot_positions(tokens)[0])]
