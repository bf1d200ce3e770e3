"""The views of a photo that training shows: crops and flips, drawn beforehand and so repeatable.

A view is drawn from (seed, photo, number) alone. View 0 is the photo as it is judged; the others are
CLIP's random resized crops and flips (methods.md §1.4).
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.backbones.preprocess import Preprocessing, preprocess_photo, resampling
from core.methods.configs.recipe import RecipeConfig

_TRIES = 10
_ASPECT = 4 / 3


@dataclass(frozen=True)
class ViewRecipe:
    """How views are drawn; its text names them in the features cache."""

    seed: int
    smallest_crop: float
    flip: bool

    @classmethod
    def of(cls, recipe: RecipeConfig, seed: int) -> "ViewRecipe":
        """The part of a training recipe that views depend on."""
        return cls(seed, recipe.smallest_crop, recipe.flip)

    def name(self, number: int) -> str:
        """What identifies a view of a given photo."""
        return "plain" if number == 0 else f"{self.seed}-{self.smallest_crop:g}-{self.flip:d}-{number}"

    def at_least(self, size: int) -> int:
        """Side in pixels to which a photo may be reduced on opening, so that no crop is magnified by it."""
        return math.ceil(size / math.sqrt(self.smallest_crop))

    def draw(self, image: Image.Image, identity: str, number: int, to: Preprocessing) -> NDArray[np.uint8]:
        """A view of a photo as the backbone's input size, `(H, W, 3)`."""
        if number == 0:
            return preprocess_photo(image, to)
        # The standard library promises this stream for a string seed, whatever its version.
        rng = random.Random(f"{self.seed}/{identity}/{number}")
        box = _crop(rng, image.width, image.height, self.smallest_crop)
        size = (to.image_size, to.image_size)
        view = image.resize(size, resampling(to), box=box)
        if self.flip and rng.random() < 0.5:
            view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return np.asarray(view)


def _crop(rng: random.Random, width: int, height: int, smallest: float) -> tuple[int, int, int, int]:
    """A box of random area and aspect, as RandomResizedCrop draws it; the whole photo when none fits."""
    for _ in range(_TRIES):
        area = rng.uniform(smallest, 1.0) * width * height
        aspect = math.exp(rng.uniform(-math.log(_ASPECT), math.log(_ASPECT)))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            left, top = rng.randint(0, width - w), rng.randint(0, height - h)
            return left, top, left + w, top + h
    return 0, 0, width, height
