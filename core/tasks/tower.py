"""The text model's own image tower: small convolutions that see, then blocks of a ViT that look at all they saw.

At patches of 16 pixels a thin scratch is lost in a plain ViT's first step, and a small one hardly learns parts and
defects from the photos that a processor core can show it. Convolutions in place of the patches do (arXiv 2106.14881).
They were trained with batch normalisation, which is folded into them afterwards (`core.tasks.seeing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.image_tower import ImageTower
from core.backbones.torchvision_shim import make_torchvision_importable

# Width and step of each convolution; one that keeps both adds to what it takes. Steps multiply to a patch's side.
CONVOLUTIONS = ((32, 2), (64, 2), (64, 1), (128, 2), (128, 1), (192, 2), (192, 1), (192, 1))
PATCH = 16


@dataclass(frozen=True)
class TowerSizes:
    """Of the tower; `image_size` in pixels."""

    image_size: int = 112
    heads: int = 3
    layers: int = 2


class Patches(nn.Module):
    """Pixels `(B, 3, H, W)` → a vector for each patch `(B, D, H / 16, W / 16)`."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, width, 3, step, padding=1) for before, width, step in convolution_sizes()
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """What is seen."""
        x = pixels.contiguous(memory_format=torch.channels_last)
        for convolution in self.convolutions:
            x = added(functional.relu(convolution(x)), x)
        return x


def convolution_sizes() -> list[tuple[int, int, int]]:
    """Width before, width after and step of each convolution."""
    before = [3, *(width for width, _ in CONVOLUTIONS)]
    return [(old, new, step) for old, (new, step) in zip(before, CONVOLUTIONS, strict=False)]


def added(seen: Tensor, before: Tensor) -> Tensor:
    """What a convolution saw, on top of what it took where the two are of one shape."""
    return seen + before if seen.shape == before.shape else seen


class SeeingTower(ImageTower):
    """An image tower whose patches are convolutions and whose class token begins with the greatest and the mean of what
    they saw. Its tokens are what is read of it: there is no way from the class token to features."""

    def __init__(self, visual: Any) -> None:
        super().__init__(visual)
        self.patches = Patches()
        self.summary = nn.Linear(2 * self.width, self.width)
        self.ln_post, self.projection = nn.Identity(), None

    def embed(self, pixels: Tensor) -> Tensor:
        """As `ImageTower.embed`."""
        patches = self.patches(pixels).flatten(2)
        pooled = self.summary(torch.cat([patches.amax(dim=2), patches.mean(dim=2)], dim=-1))
        first = (self.class_embedding + pooled)[:, None]
        x: Tensor = self.ln_pre(torch.cat([first, patches.transpose(1, 2)], dim=1) + self.positions)
        return x


def new_tower(sizes: TowerSizes) -> SeeingTower:
    """One with random weights."""
    make_torchvision_importable()
    from open_clip.transformer import VisionTransformer

    width = CONVOLUTIONS[-1][0]
    return SeeingTower(
        VisionTransformer(sizes.image_size, PATCH, width, sizes.layers, sizes.heads, mlp_ratio=4.0)
    )


def sizes_of(tower: ImageTower, image_size: int) -> TowerSizes:
    """What `new_tower` builds the like of it from."""
    heads: int = tower.blocks[0].heads  # type: ignore[assignment]
    return TowerSizes(image_size, heads, tower.depth)
