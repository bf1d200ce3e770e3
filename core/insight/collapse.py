"""How far classes are from neural collapse, on the photos' and on the words' side (methods.md §8)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.insight.findings import Geometry
from core.methods.neural_collapse import (
    centred_class_means,
    length_variation,
    measure,
    simplex_cosines,
    simplex_deviation,
)


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
