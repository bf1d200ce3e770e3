"""How far classes are from neural collapse, on the photos' and on the words' side (methods.md §8)."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.methods.neural_collapse import (
    centred_class_means,
    length_variation,
    measure,
    simplex_cosines,
    simplex_deviation,
)


@dataclass(frozen=True)
class Geometry:
    """Each is 0 at collapse.

    `within_class`: NC1. `image_…` of the class means of photos, `text_…` of the class texts (NC2): `etf` their distance
    to a simplex ETF as a whole, `angle` how far their cosines are from it, `length` how their lengths vary.
    `duality`: NC3, how far class means are from the texts.
    """

    within_class: float
    image_etf: float
    image_angle: float
    image_length: float
    text_etf: float
    text_angle: float
    text_length: float
    duality: float


@torch.no_grad()
def geometry(
    image_features: NDArray[np.floating], text_features: NDArray[np.floating], labels: NDArray[np.intp]
) -> Geometry:
    """Of photos `(N, D)` and class texts `(C, D)`; two classes or more, each with a photo."""
    images, texts = torch.from_numpy(image_features).double(), torch.from_numpy(text_features).double()
    classes = torch.from_numpy(labels)
    found = measure(images, texts, classes)
    means = centred_class_means(images, classes, len(texts))
    words = functional.normalize(texts, dim=-1)
    words = words - words.mean(dim=0)
    return Geometry(
        within_class=found.within_class,
        image_etf=etf_distance(means),
        image_angle=float(simplex_deviation(means)),
        image_length=float(length_variation(means)),
        text_etf=etf_distance(words),
        text_angle=found.language,
        text_length=found.equinorm,
        duality=found.isomorphism,
    )


def etf_distance(features: Tensor) -> float:
    """‖G/‖G‖_F − E/‖E‖_F‖_F of the inner products G of centred features `(C, D)` and of a simplex's corners E.

    0 for a simplex ETF of any size and however turned; √2 at most, since both are positive semi-definite.
    """
    inner = functional.normalize((features @ features.T).flatten(), dim=0)
    wanted = functional.normalize(simplex_cosines(len(features)).to(features).flatten(), dim=0)
    return float((inner - wanted).norm())
