"""The small model that writes: image tokens in, text out, one word after another.

A connector brings tokens of the image tower (the first ones, which know places and marks, and the last ones, which have
looked at each other) to the decoder's width and lets them look at each other. The decoder's blocks are those of the
towers (`core.backbones.blocks`): every text token sees all image tokens and the text before it in one attention, keys
and values of the image made by each block's own projections, as GIT (arXiv 2205.14100) does with image tokens at the
front. So whatever can be hung on a tower's block (prefix, LoRA, adapter) can be hung here. The word table is used both
ways.

For writing, keys and values of what was read stay (`Cache`): a step costs one token.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block, causal_mask
from core.backbones.image_tower import ImageTower
from core.backbones.torchvision_shim import make_torchvision_importable


@dataclass(frozen=True)
class DecoderConfig:
    """Sizes. `taps` are the image tower's blocks before which its tokens are read (its depth: after the last)."""

    vocabulary: int
    image_width: int
    image_tokens: int
    taps: tuple[int, ...] = (0, 2)
    width: int = 256
    heads: int = 4
    layers: int = 4
    connector_layers: int = 1
    context_length: int = 128


class Connector(nn.Module):
    """Image tokens `(B, T, W)` of each tap → what the decoder reads of the photo `(B, T, D)`."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(config.image_width) for _ in config.taps)
        self.joint = nn.Linear(config.image_width * len(config.taps), config.width)
        self.positions = nn.Parameter(torch.randn(config.image_tokens, config.width) * 0.02)
        self.blocks = nn.ModuleList(_new_blocks(config, config.connector_layers))

    def forward(self, taps: Sequence[Tensor]) -> Tensor:
        """The photo as the decoder reads it."""
        normal = [norm(tokens) for norm, tokens in zip(self.norms, taps, strict=True)]
        x: Tensor = self.joint(torch.cat(normal, dim=-1)) + self.positions
        for block in self.blocks:
            x = block(x)
        return x


@dataclass
class Cache:
    """Keys and values `(B, T, D)` of each block: of the photo, then of the tokens read so far."""

    keys: list[Tensor]
    values: list[Tensor]
    length: int = 0


class TextDecoder(nn.Module):
    """Causal blocks over text that also see the photo."""

    positions: Tensor

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.context_length = config.context_length
        self.words = nn.Parameter(torch.randn(config.vocabulary, config.width) * 0.02)
        self.blocks = nn.ModuleList(_new_blocks(config, config.layers))
        self.ln_final = nn.LayerNorm(config.width)
        self.register_buffer("positions", _sinusoids(config.context_length, config.width), persistent=False)

    def hidden(self, tokens: Tensor, photo: Tensor, rows: Tensor | None = None) -> Tensor:
        """Tokens `(B, L)` beside photos `(P, T, D)` → `(B, L, D)`, each place having seen what stands before it.

        rows: `(B,)`, which photo each text is about; by default text n is about photo n. Padding must be at the end.
        """
        length = tokens.shape[1]
        x = self._read(tokens, 0)
        mask = torch.cat([x.new_zeros(length, photo.shape[1]), causal_mask(length, length, x.device)], dim=1)
        for block in self._blocks():
            seen = block.keys_values(photo)
            if rows is not None:
                seen = seen[0][rows], seen[1][rows]
            x = block(x, mask, extra=seen)
        normal: Tensor = self.ln_final(x)
        return normal

    def logits(self, hidden: Tensor) -> Tensor:
        """`(…, D)` → scores of the next token `(…, V)`."""
        return hidden @ self.words.T

    def begin(self, photo: Tensor) -> Cache:
        """A cache that has read the photos `(B, T, D)` only."""
        pairs = [block.keys_values(photo) for block in self._blocks()]
        return Cache([key for key, _ in pairs], [value for _, value in pairs])

    def step(self, tokens: Tensor, cache: Cache) -> Tensor:
        """Read tokens `(B, L)` after those in the cache, which takes them up → `(B, L, D)`, as `hidden` gives."""
        length = tokens.shape[1]
        x = self._read(tokens, cache.length)
        mask = None
        if length > 1:
            mask = causal_mask(length, cache.keys[0].shape[1] + length, x.device)
        for number, block in enumerate(self._blocks()):
            query, key, value = block.queries_keys_values(x)
            cache.keys[number] = torch.cat([cache.keys[number], key], dim=1)
            cache.values[number] = torch.cat([cache.values[number], value], dim=1)
            x = block.finish(x, block.attend(query, cache.keys[number], cache.values[number], mask))
        cache.length += length
        normal: Tensor = self.ln_final(x)
        return normal

    def _read(self, tokens: Tensor, start: int) -> Tensor:
        # The table is small, for the way out; on the way in it is brought to the size of the positions.
        scale = math.sqrt(self.config.width)
        return self.words[tokens] * scale + self.positions[start : start + tokens.shape[1]]

    def _blocks(self) -> list[Block]:
        return list(self.blocks)  # type: ignore[arg-type]


def tap_tokens(tower: ImageTower, pixels: Tensor, taps: Sequence[int]) -> list[Tensor]:
    """The image tower's tokens `(B, T, W)` before each of these blocks; the tower's depth means after the last."""
    return taps_from(tower, tower.embed(pixels), 0, taps)


def taps_from(tower: ImageTower, tokens: Tensor, block: int, taps: Sequence[int]) -> list[Tensor]:
    """The same from tokens `(B, T, W)` as block number `block` takes them; no tap may stand before it."""
    found = {block: tokens}
    for number, stage in enumerate(tower.blocks):
        if number >= block:
            tokens = stage(tokens)
            found[number + 1] = tokens
    return [found[tap] for tap in taps]


def _new_blocks(config: DecoderConfig, count: int) -> list[Block]:
    make_torchvision_importable()
    from open_clip.transformer import ResidualAttentionBlock

    stock = [ResidualAttentionBlock(config.width, config.heads, act_layer=nn.GELU) for _ in range(count)]
    for block in stock:
        # As deep residual networks begin: what a block adds is small.
        for last in (block.attn.out_proj, block.mlp.c_proj):
            nn.init.normal_(last.weight, std=0.02 / math.sqrt(2 * max(count, 1)))
    return [Block(block) for block in stock]


def _sinusoids(length: int, width: int) -> Tensor:
    """Sine and cosine positions `(L, D)` (arXiv 1706.03762): no row of them is untrained in long texts."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = torch.arange(length)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
