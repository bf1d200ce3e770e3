"""The text tower as public code runs it: every class at full context length, photo by photo, nothing shared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

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

    def features(
        self,
        embeddings: Tensor,
        eot: Tensor,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """As `TextTower.features`, with all places of the context run."""
        embeddings = embeddings[:, : self._length]
        x = functional.pad(embeddings, (0, 0, 0, self._length - embeddings.shape[1])) + self.positions
        return self._read(self._run(x, range(self.depth), deep, own or {}), eot)

    def features_after(
        self,
        beginning: Tensor,
        endings: Endings,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """As `TextTower.features_after`: one beginning after the other, each before every ending."""
        found = []
        for first in beginning if beginning.dim() == 3 else beginning[None]:
            x = self._whole(first, endings) + self.positions
            x = self._run(x, range(self.depth), deep, own or {})
            found.append(self._read(x, len(first) + endings.place[endings.last]))
        return torch.stack(found) if beginning.dim() == 3 else found[0]

    def hidden_after(self, beginning: Tensor, endings: Endings, block: int) -> tuple[Tensor, Endings]:
        """As `TextTower.hidden_after`."""
        start = len(beginning)
        x = self._run(self._whole(beginning, endings) + self.positions, range(block))
        return x[0, :start], replace(endings, embeddings=x[endings.text, start + endings.place])

    def features_from(self, beginning: Tensor, endings: Endings, block: int) -> Tensor:
        """As `TextTower.features_from`."""
        x = self._run(self._whole(beginning, endings), range(block, self.depth))
        return self._read(x, len(beginning) + endings.place[endings.last])

    @property
    def _length(self) -> int:
        return len(self.positions)

    def _whole(self, beginning: Tensor, endings: Endings) -> Tensor:
        """Each text `(C, L, W)`, its beginning and its ending; nothing in the places behind."""
        rest = endings.embeddings.new_zeros(endings.count, self._length, self.positions.shape[1])
        rest = rest.index_put((endings.text, endings.place), endings.embeddings)
        texts = torch.cat([beginning.expand(endings.count, -1, -1), rest], dim=1)
        return texts[:, : self._length]

    def _run(
        self,
        x: Tensor,
        numbers: range,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] = MappingProxyType({}),
    ) -> Tensor:
        mask = causal_mask(self._length, self._length, x.device)
        blocks = self.blocks if self._stock is None else self._stock
        for number in numbers:
            if 0 < number <= len(deep):
                x = _put_over(x, deep[number - 1].expand(len(x), -1, -1))
            if number in own:
                x = _put_over(x, own[number])
            x = blocks[number](x, mask) if self._stock is None else blocks[number](x, attn_mask=mask)
        return x

    def _read(self, x: Tensor, eot: Tensor) -> Tensor:
        return self._project(x[torch.arange(len(x), device=x.device), eot])


def _put_over(x: Tensor, prompts: Tensor) -> Tensor:
    """Tokens `(C, L, W)` with `(C, n, W)` in the places behind the first."""
    return torch.cat([x[:, :1], prompts.to(x.dtype), x[:, 1 + prompts.shape[1] :]], dim=1)
