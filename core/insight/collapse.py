"""How far classes are from neural collapse, on the photos' and on the words' side (methods.md §8)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.insight.findings import Distances, Geometry
from core.methods.neural_collapse import (
    centred_class_means,
    length_variation,
    measure,
    simplex_cosines,
    simplex_deviation,
)

_FEWEST_CLASSES = 2


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


@torch.no_grad()
def distances(
    image_features: NDArray[np.floating], text_features: NDArray[np.floating], labels: NDArray[np.intp]
) -> Distances | None:
    """Of whatever photos `(N, D)` there are, and of all class texts `(C, D)`; None for fewer than two classes."""
    if len(text_features) < _FEWEST_CLASSES:
        return None
    words = functional.normalize(torch.from_numpy(text_features).double(), dim=-1)
    words = words - words.mean(dim=0)
    of_texts = Distances(text_etf=etf_distance(words), text_angle=float(simplex_deviation(words)))
    shown, places = np.unique(labels, return_inverse=True)
    if len(shown) < _FEWEST_CLASSES:
        return of_texts
    found = geometry(image_features, text_features[shown], places.astype(np.intp))
    return of_texts.model_copy(
        update={
            "image_etf": found.image_etf,
            # A class with one photo has no spread: it would pass for collapsed.
            "within_class": found.within_class if np.bincount(places).min() > 1 else None,
            "duality": found.duality,
        }
    )


def etf_distance(features: Tensor) -> float:
    """‖G/‖G‖_F − E/‖E‖_F‖_F of the inner products G of centred features `(C, D)` and of a simplex's corners E.

    0 for a simplex ETF of any size and however turned; √2 at most, since both are positive semi-definite.
    """
    inner = functional.normalize((features @ features.T).flatten(), dim=0)
    wanted = functional.normalize(simplex_cosines(len(features)).to(features).flatten(), dim=0)
    return float((inner - wanted).norm())
