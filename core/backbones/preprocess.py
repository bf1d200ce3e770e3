"""From a photo to the pixels a backbone reads: open_clip's evaluation transform without torch.

The one place where photos are brought to input size, for training, judging and on site alike. Resizing is
Pillow's (as in torchvision's transforms on PIL images), so the pixels are the same bytes.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.problems import Problem

OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Preprocessing:
    """How a backbone wants its photos.

    `shortest` resizes the shorter side and crops the centre; `squash` resizes both sides, whatever the aspect.
    """

    image_size: int
    resize: Literal["shortest", "squash"] = "shortest"
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    mean: tuple[float, float, float] = OPENAI_MEAN
    std: tuple[float, float, float] = OPENAI_STD

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preprocessing":
        """The inverse of `as_dict`, also after a journey through JSON."""
        return cls(**(values | {key: tuple(values[key]) for key in ("mean", "std")}))

    @classmethod
    def from_open_clip(cls, preprocess_cfg: dict[str, Any], image_size: int) -> "Preprocessing":
        """From open_clip's `preprocess_cfg`; what it leaves out is open_clip's default.

        Raises:
            Problem: `backbones.unsupported` for a way of resizing that is not known here.
        """
        resize: Any = preprocess_cfg.get("resize_mode") or "shortest"
        interpolation = preprocess_cfg.get("interpolation") or "bicubic"
        if resize not in ("shortest", "squash"):
            raise Problem("backbones.unsupported", part=f"resize_mode={resize}")
        return cls(
            image_size=image_size,
            resize=resize,
            # open_clip itself takes "random" as bicubic outside training.
            interpolation="bilinear" if interpolation == "bilinear" else "bicubic",
            mean=_triple(preprocess_cfg.get("mean") or OPENAI_MEAN),
            std=_triple(preprocess_cfg.get("std") or OPENAI_STD),
        )


def resampling(p: Preprocessing) -> Image.Resampling:
    """Pillow's name of the interpolation."""
    return Image.Resampling.BILINEAR if p.interpolation == "bilinear" else Image.Resampling.BICUBIC


def preprocess_photo(image: Image.Image, p: Preprocessing) -> NDArray[np.uint8]:
    """The photo at input size, `(H, W, 3)`; equal to open_clip's transform before normalisation."""
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    size = p.image_size
    if p.resize == "squash":
        return np.asarray(rgb.resize((size, size), resampling(p)))
    width, height = _shortest_side_to(size, rgb.width, rgb.height)
    if (width, height) != rgb.size:
        rgb = rgb.resize((width, height), resampling(p))
    left, top = round((width - size) / 2), round((height - size) / 2)
    return np.asarray(rgb.crop((left, top, left + size, top + size)))


def normalise(batch: NDArray[np.uint8], p: Preprocessing) -> NDArray[np.float32]:
    """Photos `(B, H, W, 3)` as the backbone's input `(B, 3, H, W)`, float32."""
    std = np.asarray(p.std, dtype=np.float64)
    scale = (1 / (255 * std)).astype(np.float32)
    shift = (np.asarray(p.mean, dtype=np.float64) / std).astype(np.float32)
    channels_first = np.ascontiguousarray(batch.transpose(0, 3, 1, 2), dtype=np.float32)
    channels_first *= scale[:, None, None]
    channels_first -= shift[:, None, None]
    return channels_first


def _shortest_side_to(size: int, width: int, height: int) -> tuple[int, int]:
    # The longer side is rounded down, as torchvision's Resize does.
    if width <= height:
        return size, int(size * height / width)
    return int(size * width / height), size


def _triple(values: Any) -> tuple[float, float, float]:
    red, green, blue = values if isinstance(values, list | tuple) else (values,) * 3
    return float(red), float(green), float(blue)
