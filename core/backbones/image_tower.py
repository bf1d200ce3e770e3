"""The image tower (ViT, read at its class token), run on no more than what changes the result (methods.md §12.3).

Prompts are further tokens behind the patches. Where their outputs are overwritten by the next block's prompts they
are keys and values only, the same for every photo; in the last block only the class token is a query.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block, own_copy


class ImageTower(nn.Module):
    """Patches, class token and positions, blocks, final norm and projection of a ViT."""

    class_embedding: Tensor
    positions: Tensor
    projection: Tensor | None

    def __init__(self, visual: Any) -> None:
        super().__init__()
        self.patches = visual.conv1
        self.class_embedding = visual.class_embedding
        self.positions = visual.positional_embedding
        self.ln_pre = visual.ln_pre
        self.blocks = nn.ModuleList(Block(block) for block in visual.transformer.resblocks)
        self.ln_post = visual.ln_post
        self.projection = visual.proj

    @staticmethod
    def fits(visual: Any) -> bool:
        """Whether a stock image tower is of the plain kind that this class can take apart."""
        blocks = getattr(getattr(visual, "transformer", None), "resblocks", None)
        return (
            blocks is not None
            and hasattr(visual, "conv1")
            and getattr(visual, "attn_pool", None) is None
            and getattr(visual, "pool_type", "") == "tok"
            and all(Block.fits(block) for block in blocks)
        )

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return len(self.blocks)

    @property
    def width(self) -> int:
        """Width of the tokens."""
        return int(self.class_embedding.shape[0])

    @property
    def tokens(self) -> int:
        """Tokens of a photo: the class token and the patches."""
        return int(self.positions.shape[0])

    def copy(self) -> "ImageTower":
        """The same weights in blocks of its own, to hang something on."""
        return own_copy(self, blocks=nn.ModuleList(block.copy() for block in self._blocks()))

    def embed(self, pixels: Tensor) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → tokens as the first block takes them `(B, T, W)`."""
        patches = self.patches(pixels).flatten(2).transpose(1, 2)
        first = self.class_embedding.to(patches.dtype).expand(pixels.shape[0], 1, -1)
        x: Tensor = self.ln_pre(torch.cat([first, patches], dim=1) + self.positions.to(patches.dtype))
        return x

    def hidden(self, pixels: Tensor, block: int) -> Tensor:
        """Tokens as block number `block` takes them `(B, T, W)`."""
        x = self.embed(pixels)
        for stage in self._blocks()[:block]:
            x = stage(x)
        return x

    def features(self, pixels: Tensor, prompts: Sequence[Tensor] = ()) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → `(B, D)`. `prompts`: as `features_from`."""
        return self.features_from(self.embed(pixels), 0, prompts)

    def features_from(self, tokens: Tensor, block: int, prompts: Sequence[Tensor] = ()) -> Tensor:
        """Tokens `(B, T, W)` as block number `block` takes them → features `(B, D)`.

        prompts: for each of the first blocks `(n, W)`, behind the patches; those of block 0 pass `ln_pre`, later ones
            take the place of the former. After the last of them they travel on as tokens. Only with `block` 0.
        """
        x = tokens
        class_token = torch.zeros(1, dtype=torch.long, device=x.device)
        given = [self.ln_pre(p) if number == 0 else p for number, p in enumerate(prompts)]
        for number, stage in enumerate(self._blocks()):
            if number < block:
                continue
            last = number + 1 == self.depth
            joins = number + 1 == len(given) and not last
            if joins:
                x = _joined(stage, x, given[number])
            else:
                extra = stage.keys_values(given[number]) if number < len(given) else None
                x = stage(x, extra=extra, read=class_token if last else None)
        pooled = self.ln_post(x[:, 0])
        features: Tensor = pooled if self.projection is None else pooled @ self.projection
        return features.float()

    def _blocks(self) -> list[Block]:
        return list(self.blocks)  # type: ignore[arg-type]


def _joined(block: Block, x: Tensor, prompts: Tensor) -> Tensor:
    """Tokens `(B, T, W)` → `(B, T + n, W)`: run with prompts `(n, W)` that stay among them.

    The two are projected apart: prompts once for all photos, and photos that have met no prompt need no way back.
    """
    projected = zip(block.queries_keys_values(x), block.queries_keys_values(prompts), strict=True)
    query, key, value = (_behind(own, more) for own, more in projected)
    return block.finish(_behind(x, prompts), block.attend(query, key, value))


def _behind(x: Tensor, more: Tensor) -> Tensor:
    return torch.cat([x, more.to(x.dtype).expand(x.shape[0], -1, -1)], dim=1)
