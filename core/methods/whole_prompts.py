"""Prompts that share no beginning: each class has words of its own, or its description stands first (methods.md §2.1).

Nothing can be run once for all classes then (methods.md §12.3); texts still end at the longest EOT.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower
from core.methods.class_text import ClassText
from core.methods.protocol import check_fits
from core.methods.several import Descriptions


@dataclass(frozen=True, eq=False)
class WholeTexts:
    """The descriptions of some classes as F texts: embeddings `(F, L, W)` without positions, the places of the context
    in them `(F, M)`, and the places of their EOT `(F,)`; L ends at the longest of these."""

    embeddings: Tensor
    slots: Tensor
    eot: Tensor
    written: Descriptions

    @classmethod
    @torch.no_grad()
    def of(
        cls, backbone: Backbone, classes: Sequence[ClassText], n_ctx: int, position: str = "end"
    ) -> "WholeTexts":
        """`position` of the description: behind the context (`end`), in its `middle` or in `front` of it; the
        full stop comes last in any case. Raises Problem `backbones.no_prompts`, `methods.too_long_description`."""
        written = Descriptions.of(classes)
        tokens = backbone.tokenize([f"{' '.join('x' * n_ctx)} {entry.words}." for entry in written.texts])
        eot = backbone.eot_positions(tokens)
        check_fits(eot, written.texts, backbone.context_length)
        tokens = tokens[:, : int(eot.max()) + 1]
        lengths = backbone.eot_positions(backbone.tokenize([entry.words for entry in written.texts])) - 1
        before = {"end": n_ctx, "middle": n_ctx // 2, "front": 0}[position]
        orders = torch.tensor(
            [_order(length, n_ctx, before, tokens.shape[1]) for length in lengths.tolist()],
            device=tokens.device,
        )
        slots = ((orders > 0) & (orders <= n_ctx)).nonzero()[:, 1].view(len(orders), n_ctx)
        return cls(backbone.token_embeddings(tokens.gather(1, orders)), slots, eot, written)

    def features(self, tower: TextTower, ctx: Tensor) -> Tensor:
        """Context for all classes `(M, W)`, or one for each `(C, M, W)` → `(C, D)`."""
        texts = torch.arange(len(self.slots), device=self.slots.device)[:, None]
        own = self.written.of_texts(ctx) if ctx.dim() == 3 else ctx
        embeddings = self.embeddings.index_put((texts, self.slots), own.expand(*self.slots.shape, -1))
        return self.written.mean(tower.features(embeddings, self.eot))


def _order(length: int, n_ctx: int, before: int, whole: int) -> list[int]:
    """[SOS][context][description][rest] with only the first `before` context words left before the description."""
    places = list(range(whole))
    context, description = places[1 : 1 + n_ctx], places[1 + n_ctx : 1 + n_ctx + length]
    return [0, *context[:before], *description, *context[before:], *places[1 + n_ctx + length :]]
