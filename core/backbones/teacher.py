"""The teachers that lend the embedded backbone some sense of real photos.

All three come from files whose licences allow it (Apache-2.0) and live outside the project:

- `mobilenet_v2_imagenet`: MobileNetV2 1.0/224, Sandler et al. 2018, as a list of folded convolutions;
- `devise_clipspace`: a linear map from its pooled features into the centred CLIP ViT-B/32 text space (DeViSE,
  Frome et al. 2013);
- `clip_text_table`: CLIP text embeddings of 1,585 object names, prompt "a {name}".

`image = normalise((f/|f| - feature_mean) @ W)` and `text = normalise(t/|t| - text_mean)` share one space.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

INPUT_SIZE = 224
MAP_SIDE = 7
MAP_WIDTH = 320
FEATURE_WIDTH = 1280
_MAP_LAYER = 50  # the last linear bottleneck, before the 1x1 layer that widens it to 1280


@dataclass(frozen=True)
class Teacher:
    """The loaded teachers; see the module's docstring for their spaces."""

    layers: tuple[tuple[str, int, bool], ...]
    weights: dict[str, Tensor]
    image_map: Tensor
    feature_mean: Tensor
    names: tuple[str, ...]
    name_targets: Tensor

    @torch.inference_mode()
    def features(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """MobileNetV2 of (B, 3, 224, 224) in 0..1: maps (B, 320, 7, 7) and pooled features (B, 1280).

        Fastest in batches of about 8 on a processor: then the widest layers stay in its cache.
        """
        x = (pixels * 2 - 1).contiguous(memory_format=torch.channels_last)
        maps, block_start = x, x
        for n, (kind, stride, clipped) in enumerate(self.layers):
            if n >= 3 and n % 3 == 0:  # after stem and first block: triples of expand, depthwise, project
                block_start = x
            x = self._convolve(n, x, kind, stride)
            if clipped:
                x = x.clamp_(0, 6)
            elif n >= 3 and x.shape == block_start.shape:
                x = x + block_start
            if n == _MAP_LAYER:
                maps = x
        return maps.contiguous(), x.mean(dim=(2, 3))

    def _convolve(self, n: int, x: Tensor, kind: str, stride: int) -> Tensor:
        weight, bias = self.weights[f"m.{n}.weight"], self.weights[f"m.{n}.bias"]
        if weight.shape[2] == 1:
            return functional.conv2d(x, weight, bias)
        # TensorFlow's SAME padding: at stride 2 the extra row and column lie right and below.
        x = functional.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        return functional.conv2d(x, weight, bias, stride=stride, groups=x.shape[1] if kind == "dw" else 1)

    def image_targets(self, features: Tensor) -> Tensor:
        """Unit targets (B, 512) in the centred CLIP text space of pooled features (B, 1280)."""
        unit = functional.normalize(features, dim=1) - self.feature_mean
        return functional.normalize(unit @ self.image_map, dim=1)


def load_teacher(folder: Path) -> Teacher:
    """Load the teachers from a folder that holds the three named in the module's docstring."""
    mobilenet = folder / "mobilenet_v2_imagenet"
    spec = json.loads((mobilenet / "mobilenet_v2_float_dequant.json").read_text(encoding="utf-8"))["spec"]
    weights = load_file(mobilenet / "mobilenet_v2_float_dequant.safetensors")
    with np.load(folder / "devise_clipspace" / "image_to_cliptext.npz") as devise:
        image_map, feature_mean, text_mean = (
            torch.from_numpy(devise[key].astype(np.float32)) for key in ("W", "feature_mean", "text_mean")
        )
    table = folder / "clip_text_table"
    names = json.loads((table / "names_1585.json").read_text(encoding="utf-8"))
    embeddings = torch.from_numpy(np.load(table / "clip_vitb32_text_1585x512.npy").astype(np.float32))
    return Teacher(
        layers=tuple((str(kind), int(stride), bool(clipped)) for kind, _, _, _, stride, clipped in spec),
        weights={
            k: v.contiguous(memory_format=torch.channels_last) if v.ndim == 4 else v
            for k, v in weights.items()
        },
        image_map=image_map,
        feature_mean=feature_mean,
        names=tuple(str(n) for n in names),
        name_targets=functional.normalize(functional.normalize(embeddings, dim=1) - text_mean, dim=1),
    )


def to_teacher_pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """(B, S, S, 3) uint8 → (B, 3, 224, 224) in 0..1, resized bilinearly where needed."""
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    if pixels.shape[-1] == INPUT_SIZE:
        return pixels
    return functional.interpolate(pixels, size=INPUT_SIZE, mode="bilinear", align_corners=False)
