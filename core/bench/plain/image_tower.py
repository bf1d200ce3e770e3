"""The image tower as public code runs it: prompts are appended and replaced as tokens, all tokens to the end."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from core.backbones.image_tower import ImageTower


class PlainImageTower(ImageTower):
    """Answers as the tower it stands in for, with the same weights; `blocks` as for the text tower."""

    def __init__(self, fast: ImageTower, blocks: Iterable[nn.Module] | None) -> None:
        nn.Module.__init__(self)
        self.patches = fast.patches
        self.class_embedding = fast.class_embedding
        self.positions = fast.positions
        self.ln_pre = fast.ln_pre
        self.blocks = fast.blocks
        self.ln_post = fast.ln_post
        self.projection = fast.projection
        self._stock = None if blocks is None else nn.ModuleList(blocks)

    def hidden(self, pixels: Tensor, block: int) -> Tensor:
        """As `ImageTower.hidden`."""
        x = self.embed(pixels)
        for stage in self._stages()[:block]:
            x = stage(x)
        return x

    def features_from(self, tokens: Tensor, block: int, prompts: Sequence[Tensor] = ()) -> Tensor:
        """As `ImageTower.features_from`: before each block the last prompts go and the next are appended."""
        x = tokens
        for number, stage in enumerate(self._stages()):
            if number < block:
                continue
            if number < len(prompts):
                given = prompts[number] if number else self.ln_pre(prompts[0])
                kept = x[:, : x.shape[1] - len(prompts[number - 1])] if number else x
                x = torch.cat([kept, given.to(x.dtype).expand(len(x), -1, -1)], dim=1)
            x = stage(x)
        pooled = self.ln_post(x)[:, 0]
        features: Tensor = pooled if self.projection is None else pooled @ self.projection
        return features.float()

    def _stages(self) -> list[nn.Module]:
        return list(self.blocks if self._stock is None else self._stock)
