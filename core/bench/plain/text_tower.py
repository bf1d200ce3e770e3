"""The text tower as public code runs it: every class at full context length, photo by photo, nothing shared."""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.blocks import causal_mask
from core.backbones.text_tower import Endings, TextTower


class PlainTextTower(TextTower):
    """Answers as the tower it stands in for, with the same weights.

    blocks: open_clip's own blocks, called `(x, attn_mask=…)`, where the tower is untouched; None where a method has
        hung something into blocks of its own, which then run at full length.
    """

    def __init__(self, fast: TextTower, blocks: Iterable[nn.Module] | None) -> None:
        nn.Module.__init__(self)
        self.token_embedding = fast.token_embedding
        self.blocks = fast.blocks
        self.ln_final = fast.ln_final
        self.positions = fast.positions
        self.projection = fast.projection
        self._stock = None if blocks is None else nn.ModuleList(blocks)

    def features(self, embeddings: Tensor, eot: Tensor, deep: Sequence[Tensor] = ()) -> Tensor:
        """As `TextTower.features`, with all places of the context run."""
        return self._full_length(embeddings, eot, deep, {})

    def features_after(
        self,
        beginning: Tensor,
        endings: Endings,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """As `TextTower.features_after`: one beginning after the other, each before every ending."""
        rest = endings.embeddings.new_zeros(endings.count, len(self.positions), self.positions.shape[1])
        rest = rest.index_put((endings.text, endings.place), endings.embeddings)
        last = endings.place[endings.last]
        found = []
        for first in beginning if beginning.dim() == 3 else beginning[None]:
            texts = torch.cat([first.expand(endings.count, -1, -1), rest], dim=1)
            found.append(self._full_length(texts, len(first) + last, deep, own or {}))
        return torch.stack(found) if beginning.dim() == 3 else found[0]

    def _full_length(
        self, embeddings: Tensor, eot: Tensor, deep: Sequence[Tensor], own: Mapping[int, Tensor]
    ) -> Tensor:
        length = len(self.positions)
        embeddings = embeddings[:, :length]
        x = functional.pad(embeddings, (0, 0, 0, length - embeddings.shape[1])) + self.positions
        mask = causal_mask(length, length, x.device)
        for number, block in enumerate(self.blocks if self._stock is None else self._stock):
            if 0 < number <= len(deep):
                x = _put_over(x, deep[number - 1].expand(len(x), -1, -1))
            if number in own:
                x = _put_over(x, own[number])
            x = block(x, mask) if self._stock is None else block(x, attn_mask=mask)
        return self._project(x[torch.arange(len(x), device=x.device), eot])


def _put_over(x: Tensor, prompts: Tensor) -> Tensor:
    """Tokens `(C, L, W)` with `(C, n, W)` in the places behind the first."""
    return torch.cat([x[:, :1], prompts.to(x.dtype), x[:, 1 + prompts.shape[1] :]], dim=1)
