"""The zero-shot check of any backbone: rendered parts that the embedded one never saw (see zero_shot.py)."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.backbones import zero_shot
from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise, preprocess_photo

_BATCH = 32


def check_backbone(
    backbone: Backbone, sets: int = zero_shot.SETS, pictures_per_class: int = zero_shot.PICTURES_PER_CLASS
) -> dict[str, Any]:
    """`{"model", "top1", "top5", "classes", "chance", …}`, with the backbone's own tokens and preprocessing."""
    return zero_shot.measure(
        lambda pictures: unit_image_features(backbone, pictures),
        lambda texts: unit_text_features(backbone, texts),
        name=backbone.card.name,
        sets=sets,
        pictures_per_class=pictures_per_class,
    )


@torch.no_grad()
def unit_image_features(backbone: Backbone, pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures `(B, H, W, 3)` of any size → unit features `(B, D)`."""
    p = backbone.preprocessing
    ready = np.stack([preprocess_photo(Image.fromarray(picture), p) for picture in pictures])
    features = [
        backbone.image_features(torch.from_numpy(normalise(batch, p)).to(backbone.device))
        for batch in np.array_split(ready, range(_BATCH, len(ready), _BATCH))
    ]
    return functional.normalize(torch.cat(features), dim=1)


@torch.no_grad()
def unit_text_features(backbone: Backbone, texts: list[str]) -> Tensor:
    """Texts → unit features `(C, D)`."""
    return functional.normalize(backbone.text_features(backbone.tokenize(texts)), dim=1)
