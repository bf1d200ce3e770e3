"""The causal text tower, run on no more than what changes the result (methods.md §12.3).

Tokens behind the longest end token (EOT) change nothing and are not run. Texts that begin alike, as prompts
do ([SOS][context…] then each class's own words), share their beginning: it is run once, and each text's own
tokens attend to its keys and values. Own tokens are packed without padding wherever tokens do not meet. In the
last block only the token that is read is a query. All of it equals the full-length run up to summation order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block, causal_mask, own_copy


@dataclass(frozen=True, eq=False)
class Endings:
    """What stands behind the shared beginning of C texts, packed: `embeddings` `(N, W)` without positions,
    `text` `(N,)` whose token it is, `place` `(N,)` the token's place behind the beginning; a text's last token is
    its EOT."""

    embeddings: Tensor
    text: Tensor
    place: Tensor
    count: int

    @cached_property
    def last(self) -> Tensor:
        """The packed place of each text's EOT `(C,)`."""
        return torch.bincount(self.text, minlength=self.count).cumsum(0) - 1


class TextTower(nn.Module):
    """Token embeddings, positions, blocks, final norm and projection of a causal tower that is read at EOT."""

    positions: Tensor

    def __init__(self, tower: Any) -> None:
        super().__init__()
        self.token_embedding = tower.token_embedding
        self.blocks = nn.ModuleList(Block(block) for block in tower.transformer.resblocks)
        self.ln_final = tower.ln_final
        self.positions = tower.positional_embedding
        self.projection = tower.text_projection

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return len(self.blocks)

    def copy(self) -> "TextTower":
        """The same weights in blocks of its own, to hang something on."""
        return own_copy(self, blocks=nn.ModuleList(block.copy() for block in self._blocks()))

    def features(
        self,
        embeddings: Tensor,
        eot: Tensor,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """Embeddings `(C, L, W)` without positions, EOT places `(C,)` → `(C, D)`; L may be short of the context.

        deep: for each block from the second on, `(n, W)` put over the tokens 1…n before it (deep prompts).
        own: for some blocks, `(C, n, W)` put over the tokens 1…n of each text before it.
        """
        length = int(eot.max()) + 1
        x = embeddings[:, :length] + self.positions[:length]
        mask = causal_mask(length, length, x.device)
        texts = torch.arange(len(x), device=x.device)
        for number, block in enumerate(self._blocks()):
            x = _with_prompts(x, deep, number)
            if own and number in own:
                x = _with_own(x, own[number])
            if number + 1 < self.depth:
                x = block(x, mask)
            else:
                query, key, value = block.queries_keys_values(x)
                seen = mask[eot][:, None, None]
                pooled = block.attend(query[texts, eot][:, None], key, value, seen)
                x = block.finish(x[texts, eot], pooled[:, 0])
        return self._project(x)

    def features_after(
        self,
        beginning: Tensor,
        endings: Endings,
        deep: Sequence[Tensor] = (),
        own: Mapping[int, Tensor] | None = None,
    ) -> Tensor:
        """Texts `[beginning][own ending]` → `(C, D)`, or `(B, C, D)` for B beginnings.

        Args:
            beginning: `(P, W)` or `(B, P, W)`, embeddings without positions.
            endings: the rest of each text.
            deep: for each block from the second on, `(n, W)` put over the tokens 1…n before it.
            own: for some blocks, `(C, n, W)` put over the tokens 1…n of each text before it; from there on
                beginnings are no longer shared (one beginning only).
        """
        many = beginning.dim() == 3
        x = beginning if many else beginning[None]
        start = x.shape[1]
        x = x + self.positions[:start]
        y = endings.embeddings + self.positions[start + endings.place]
        y = y.expand(x.shape[0], -1, -1)
        run = _Run(start, endings, x.device)
        for number, block in enumerate(self._blocks()):
            x = _with_prompts(x, deep, number)
            if own and number in own:
                x = x.expand(endings.count, -1, -1)
                x = _with_own(x, own[number])
            x, y = run.block(block, x, y, last=number + 1 == self.depth)
        features = self._project(y)
        return features if many else features[0]

    def hidden_after(self, beginning: Tensor, endings: Endings, block: int) -> tuple[Tensor, Endings]:
        """Texts as for `features_after` (one beginning) → the same as block number `block` takes them."""
        start = len(beginning)
        x = (beginning + self.positions[:start])[None]
        y = (endings.embeddings + self.positions[start + endings.place])[None]
        run = _Run(start, endings, x.device)
        for stage in self._blocks()[:block]:
            x, y = run.block(stage, x, y, last=False)
        return x[0], replace(endings, embeddings=y[0])

    def features_from(self, beginning: Tensor, endings: Endings, block: int) -> Tensor:
        """Texts as block number `block` takes them (`hidden_after`) → `(C, D)`."""
        x, y = beginning[None], endings.embeddings[None]
        run = _Run(len(beginning), endings, x.device)
        for number, stage in enumerate(self._blocks()[block:], start=block):
            x, y = run.block(stage, x, y, last=number + 1 == self.depth)
        return self._project(y[0])

    def _blocks(self) -> list[Block]:
        return list(self.blocks)  # type: ignore[arg-type]

    def _project(self, pooled: Tensor) -> Tensor:
        pooled = self.ln_final(pooled)
        if self.projection is None:
            return pooled.float()
        projected: Tensor = (
            self.projection(pooled) if isinstance(self.projection, nn.Linear) else pooled @ self.projection
        )
        return projected.float()


class _Run:
    """One pass over beginnings `(G, P, W)` and packed endings `(B, N, W)`.

    G is the number of beginnings B, or, once each text has a beginning of its own, the number of texts.
    """

    def __init__(self, start: int, endings: Endings, device: torch.device) -> None:
        self.texts = endings.count
        self.last = endings.last
        self.longest = int(endings.place.max()) + 1
        self.at = endings.text * self.longest + endings.place
        self.mask = causal_mask(start, start, device)
        self.own_mask = causal_mask(self.longest, start + self.longest, device)
        self.last_mask = self.own_mask[endings.place[self.last]][:, None, None]

    def block(self, block: Block, x: Tensor, y: Tensor, *, last: bool) -> tuple[Tensor, Tensor]:
        """Run both through a block, as one product; in the last one only the endings' EOT are left, `(B, C, W)`."""
        joined = torch.cat([x.reshape(y.shape[0], -1, x.shape[-1]), y], dim=1)
        parts = (self._parted(part, x) for part in block.queries_keys_values(joined))
        (query, own_query), (key, own_key), (value, own_value) = parts
        keys, values = (
            self._behind(first, self._padded(rest)) for first, rest in ((key, own_key), (value, own_value))
        )
        if last:
            read = own_query[:, self.last].reshape(-1, 1, own_query.shape[-1])
            mask = self.last_mask.repeat(y.shape[0], 1, 1, 1)
            attended = block.attend(read, keys, values, mask).view(y.shape[0], self.texts, -1)
            return x, block.finish(y[:, self.last], attended)
        own_attended = block.attend(self._padded(own_query).flatten(0, 1), keys, values, self.own_mask)
        own_attended = own_attended.view(y.shape[0], self.texts * self.longest, -1)[:, self.at]
        attended = block.attend(query, key, value, self.mask)
        attended = torch.cat([attended.reshape(y.shape[0], -1, x.shape[-1]), own_attended], dim=1)
        return self._parted(block.finish(joined, attended), x)

    def _parted(self, joined: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        """Beginnings and endings behind one another `(B, G/B·P + N, W)` → those like `(G, P, W)`, `(B, N, W)`."""
        first, rest = joined.split([joined.shape[1] - len(self.at), len(self.at)], dim=1)
        return first.reshape(like.shape), rest

    def _padded(self, packed: Tensor) -> Tensor:
        """`(B, N, W)` → `(B, C, S, W)`; what stands behind an EOT is never seen before it."""
        padded = packed.new_zeros(packed.shape[0], self.texts * self.longest, packed.shape[-1])
        padded = padded.index_copy(1, self.at, packed)
        return padded.view(packed.shape[0], self.texts, self.longest, -1)

    def _behind(self, first: Tensor, rest: Tensor) -> Tensor:
        """Keys (or values) of beginnings `(G, P, W)` before those of endings `(B, C, S, W)` → `(B·C, P+S, W)`."""
        shared = len(first) == len(rest)
        first = first[:, None].expand(-1, self.texts, -1, -1) if shared else first[None]
        return torch.cat([first, rest], dim=2).flatten(0, 1)


def _with_prompts(x: Tensor, deep: Sequence[Tensor], number: int) -> Tensor:
    """Tokens `(B, T, W)` with the deep prompts of this block in the places behind the first token."""
    if not 0 < number <= len(deep):
        return x
    prompts = deep[number - 1]
    return torch.cat([x[:, :1], prompts.expand(x.shape[0], -1, -1), x[:, 1 + len(prompts) :]], dim=1)


def _with_own(x: Tensor, own: Tensor) -> Tensor:
    """Tokens `(C, T, W)` with `(C, n, W)` in the places behind the first token."""
    return torch.cat([x[:, :1], own, x[:, 1 + own.shape[1] :]], dim=1)
