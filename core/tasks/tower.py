"""The text model's own image tower: a ViT as the backbones have it, whose patches also pass a few small convolutions.

The embedded backbone's tower knows colours and surfaces; parts and small defects it hardly holds, and at patches of
16 pixels a thin scratch is lost in the first step. Early convolutions let a small ViT see such things and learn them
from far fewer photos (arXiv 2106.14881). What they add begins at nothing, so the tower begins as the backbone's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.image_tower import ImageTower
from core.backbones.torchvision_shim import make_torchvision_importable

# Width and step of each convolution before the last, which goes to the tower's width. Steps multiply to the patch.
_CONVOLUTIONS = ((32, 2), (64, 2), (64, 1), (128, 2), (128, 1))
_LAST_STEP = 2
_GROUPS = 8


@dataclass(frozen=True)
class TowerSizes:
    """Of a ViT; `image_size` and `patch_size` in pixels."""

    image_size: int
    patch_size: int
    width: int
    heads: int
    layers: int


class Patches(nn.Module):
    """Pixels `(B, 3, H, W)` → `(B, D, H / 16, W / 16)`: what the plain patches give, and what convolutions add."""

    def __init__(self, linear: nn.Conv2d) -> None:
        super().__init__()
        self.linear = linear
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        before = 3
        for width, step in _CONVOLUTIONS:
            self.convolutions.append(nn.Conv2d(before, width, 3, step, padding=1, bias=False))
            self.norms.append(nn.GroupNorm(_GROUPS, width))
            before = width
        self.last = nn.Conv2d(before, linear.out_channels, 3, _LAST_STEP, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, pixels: Tensor) -> Tensor:
        """A vector for each patch."""
        x = pixels.contiguous(memory_format=torch.channels_last)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = functional.relu(norm(convolution(x)))
        seen: Tensor = self.linear(pixels) + self.last(x)
        return seen


def seeing(tower: ImageTower) -> ImageTower:
    """A tower of its own around the same weights, with convolutions beside its patches. Its tokens are what is read
    of it, so the way from the class token to features is left out."""
    twin = tower.copy()
    twin.patches = Patches(tower.patches)
    twin.ln_post, twin.projection = nn.Identity(), None
    return twin


def new_tower(sizes: TowerSizes) -> ImageTower:
    """One with random weights."""
    make_torchvision_importable()
    from open_clip.transformer import VisionTransformer

    stock = VisionTransformer(
        sizes.image_size, sizes.patch_size, sizes.width, sizes.layers, sizes.heads, mlp_ratio=4.0
    )
    return seeing(ImageTower(stock))


def sizes_of(tower: ImageTower, image_size: int) -> TowerSizes:
    """What `new_tower` builds the like of it from."""
    patches: Patches = tower.patches
    heads: int = tower.blocks[0].heads  # type: ignore[assignment]
    return TowerSizes(image_size, int(patches.linear.kernel_size[0]), tower.width, heads, tower.depth)
