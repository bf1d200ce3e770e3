"""The writing half of open_clip's CoCa (arXiv 2205.01917), taken apart like the towers (methods.md §13.1).

A photo becomes tokens (image tower, attentional pooler); a text passes causal blocks of its own and then, block by
block, looks at itself and at the photo. The class token that CoCa puts behind a text is for matching: no word sees it,
so it is left out here. open_clip's own `generate` no longer runs with present releases of transformers, and it reads
the whole text anew for each word: here keys and values stay (`CoCaCache`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block, causal_mask, own_copy


class CrossBlock(Block):
    """A block whose queries are text and whose keys and values are of a photo, behind a norm of their own."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self.ln_1_kv = source.ln_1_kv

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Photo tokens `(…, W)` → two `(…, W)`."""
        return self._keys_values(self.ln_1_kv(x))

    def look(self, x: Tensor, seen: tuple[Tensor, Tensor]) -> Tensor:
        """Text `(B, L, W)` beside keys and values of photos `(B, T, W)` → `(B, L, W)`."""
        return self.finish(x, self.attend(self.q(self.ln_1(x)), *seen))


class Blocks(nn.Module):
    """Blocks in their order and the norm behind them, as methods hang things on them."""

    def __init__(self, blocks: Sequence[Block], ln_final: nn.Module | None = None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.ln_final = nn.Identity() if ln_final is None else ln_final

    def copy(self) -> Blocks:
        """The same weights in blocks of its own."""
        return own_copy(self, blocks=nn.ModuleList(block.copy() for block in self))

    def __len__(self) -> int:
        return len(self.blocks)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.blocks)


class CoCaImage(nn.Module):
    """Photos as the decoder reads them."""

    def __init__(self, visual: Any) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(block) for block in visual.transformer.resblocks)
        self.stock = visual

    def copy(self) -> CoCaImage:
        """The same weights in blocks of its own, to hang something on."""
        blocks: Any = self.blocks
        return own_copy(self, blocks=nn.ModuleList(block.copy() for block in blocks))

    def hidden(self, pixels: Tensor, block: int) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → tokens as block number `block` takes them `(B, P, W)`."""
        visual: Any = self.stock
        x: Tensor = visual._embeds(pixels)
        for stage in self.blocks[:block]:
            x = stage(x)
        return x

    def read(self, tokens: Tensor, block: int = 0) -> Tensor:
        """Tokens as block number `block` takes them → what the decoder reads `(B, T, D)`."""
        visual: Any = self.stock
        for stage in self.blocks[block:]:
            tokens = stage(tokens)
        read: Tensor = visual._pool(tokens)[1]
        return read


@dataclass
class CoCaCache:
    """Keys and values `(B, L, W)` of each causal block so far, text's own first, and those of the photo."""

    seen: list[tuple[Tensor, Tensor]]
    keys: list[Tensor]
    values: list[Tensor]
    length: int = 0


class CoCaDecoder(nn.Module):
    """Token ids beside photos → scores of the next token. Padding must stand at the end."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        text, decoder = model.text, model.text_decoder
        self.context_length = int(min(text.context_length, decoder.context_length))
        self.words, self.positions = text.token_embedding, text.positional_embedding
        # Behind an appended class token the words' last norm is left out, as CoCa was trained.
        ln_text = None if text.cls_emb is not None else text.ln_final
        self.text = Blocks([Block(block) for block in text.transformer.resblocks], ln_text)
        self.joint = Blocks([Block(block) for block in decoder.resblocks], decoder.ln_final)
        self.cross = Blocks([CrossBlock(block) for block in decoder.cross_attn])
        self.projection = decoder.text_projection

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether a model of open_clip writes, in the plain way that this class can take apart."""
        text: Any = getattr(model, "text", None)
        visual: Any = getattr(model, "visual", None)
        blocks = getattr(getattr(text, "transformer", None), "resblocks", None)
        return (
            getattr(model, "text_decoder", None) is not None
            and blocks is not None
            and getattr(text, "attn_mask", None) is not None
            and hasattr(visual, "_embeds")
            and all(Block.fits(block) for block in (*blocks, *visual.transformer.resblocks))
            and _widths(visual, text, model.text_decoder)
        )

    def copy(self) -> CoCaDecoder:
        """The same weights in blocks of its own, to hang something on."""
        return own_copy(self, text=self.text.copy(), joint=self.joint.copy(), cross=self.cross.copy())

    def hidden(self, tokens: Tensor, photo: Tensor, rows: Tensor | None = None) -> Tensor:
        """Tokens `(B, L)` beside photos `(P, T, D)` → `(B, L, D)`; `rows` `(B,)` says which photo each text is about,
        by default text n is about photo n."""
        x = self._read(tokens, 0)
        mask = causal_mask(tokens.shape[1], tokens.shape[1], x.device)
        for block in self.text:
            x = block(x, mask)
        x = self.text.ln_final(x)
        for own, cross in zip(self.joint, self.cross, strict=True):
            key, value = cross.keys_values(photo)
            seen = (key, value) if rows is None else (key[rows], value[rows])
            x = cross.look(own(x, mask), seen)
        normal: Tensor = self.joint.ln_final(x)
        return normal

    def logits(self, hidden: Tensor) -> Tensor:
        """`(…, D)` → scores of the next token `(…, V)`."""
        return hidden if self.projection is None else hidden @ self.projection

    def begin(self, photo: Tensor) -> CoCaCache:
        """A cache that has read the photos `(B, T, D)` only."""
        seen = [cross.keys_values(photo) for cross in self.cross]
        empty = [
            photo.new_zeros(len(photo), 0, self.words.embedding_dim)
            for _ in range(len(self.text) + len(self.joint))
        ]
        return CoCaCache(seen, list(empty), list(empty))

    def step(self, tokens: Tensor, cache: CoCaCache) -> Tensor:
        """Read tokens `(B, L)` after those in the cache, which takes them up → `(B, L, D)`, as `hidden` gives."""
        length = tokens.shape[1]
        x = self._read(tokens, cache.length)
        mask = causal_mask(length, cache.length + length, x.device) if length > 1 else None
        for number, block in enumerate(self.text):
            x = _step(block, number, x, mask, cache)
        x = self.text.ln_final(x)
        for number, (own, cross) in enumerate(zip(self.joint, self.cross, strict=True)):
            x = _step(own, len(self.text) + number, x, mask, cache)
            x = cross.look(x, cache.seen[number])
        cache.length += length
        normal: Tensor = self.joint.ln_final(x)
        return normal

    def _read(self, tokens: Tensor, start: int) -> Tensor:
        x: Tensor = self.words(tokens) + self.positions[start : start + tokens.shape[1]]
        return x


def _widths(visual: Any, text: Any, decoder: Any) -> bool:
    """Whether what the photo's reader and the text's own blocks give is as wide as the decoder takes it."""
    read = visual.ln_post.normalized_shape[0]
    return bool(read == text.width == decoder.ln_final.normalized_shape[0])


def _step(block: Block, number: int, x: Tensor, mask: Tensor | None, cache: CoCaCache) -> Tensor:
    query, key, value = block.queries_keys_values(x)
    cache.keys[number] = torch.cat([cache.keys[number], key], dim=1)
    cache.values[number] = torch.cat([cache.values[number], value], dim=1)
    return block.finish(x, block.attend(query, cache.keys[number], cache.values[number], mask))
