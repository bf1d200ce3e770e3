"""How a class's words become its text feature, as a module of its own: what a package needs to take up new classes
without the program.

Sentences are run at full context length: tokens behind the end token change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.backbones.text_tower import TextTower


@dataclass(frozen=True, eq=False)
class Reading:
    """The `sentences` that the words are put into (`{}`), and the module that reads them: their token ids `(S, L)`,
    int64 → one feature `(D,)`, as the classifier has it."""

    sentences: tuple[str, ...]
    module: nn.Module


class SentenceReader(nn.Module):
    """Whole sentences by a text tower; several are averaged as unit features, as CLIP's ensembles are."""

    def __init__(self, backbone: Backbone, tower: TextTower) -> None:
        super().__init__()
        self.backbone, self.tower = backbone, tower

    def forward(self, tokens: Tensor) -> Tensor:
        """`(S, L)` → `(D,)`."""
        features = self.tower.features(
            self.backbone.token_embeddings(tokens), self.backbone.eot_positions(tokens)
        )
        if tokens.shape[0] == 1:
            return features[0]
        return functional.normalize(functional.normalize(features, dim=-1).mean(dim=0), dim=-1)


class PromptReader(nn.Module):
    """One sentence that begins with as many stand-ins as there are context words: these take their places."""

    def __init__(self, backbone: Backbone, ctx: Tensor, deep: Sequence[Tensor] = ()) -> None:
        super().__init__()
        self.backbone = backbone
        self.ctx, self.deep = ctx.detach(), [prompts.detach() for prompts in deep]

    def forward(self, tokens: Tensor) -> Tensor:
        """`(1, L)` → `(D,)`."""
        return self.prompted(tokens)

    def prompted(self, tokens: Tensor, own: dict[int, Tensor] | None = None) -> Tensor:
        """The first sentence under the context; `own` as in the text tower."""
        words = self.backbone.token_embeddings(tokens[:1])
        places = len(self.ctx)
        embeddings = torch.cat([words[:, :1], self.ctx[None], words[:, 1 + places :]], dim=1)
        eot = self.backbone.eot_positions(tokens[:1])
        return self.backbone.text.features(embeddings, eot, self.deep, own)[0]


def sentences_read(backbone: Backbone, sentences: Sequence[str]) -> Reading | None:
    """The untouched text tower over some sentences; None where it is no causal tower read at its end token."""
    if not backbone.supports_prompts:
        return None
    return Reading(tuple(sentences), SentenceReader(backbone, backbone.text))


def stand_ins(count: int, rest: str) -> str:
    """A sentence with room for `count` context words behind its start."""
    return f"{' '.join('x' * count)} {rest}"
