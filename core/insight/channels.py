"""Which channels tell classes apart, and which classes they serve (DePT's analysis; methods.md §7.6).

    CI_r = mean over photos j of  relu(e_jr · s_{y_j r}) / mean over classes c of relu(e_jr · s_cr)

with unit image features e and unit text features s. As in the authors' code, a channel stands for a circular window of
channels that begins with it, since a single one says little: 64 of CLIP's 512, an eighth of the width here. What is
above 1 speaks for the right class. A model that learned only base classes often takes most channels for them.
"""

import numpy as np
from numpy.typing import NDArray

Channels = NDArray[np.float64]
_WINDOW_SHARE = 8
_SMALLEST = 1e-12


def usual_window(width: int) -> int:
    """How many channels are taken together at this width."""
    return max(1, width // _WINDOW_SHARE)


def channel_importance(
    image_features: NDArray[np.floating],
    text_features: NDArray[np.floating],
    labels: NDArray[np.intp],
    window: int = 1,
) -> Channels:
    """CI `(D,)` of photos `(N, D)` beside the texts of their classes `(C, D)`; `labels` `(N,)` name the texts."""
    images, texts = _unit(image_features), _unit(text_features)
    total = np.zeros(images.shape[1])
    for image, label in zip(images, labels, strict=True):
        spoken = np.maximum(_windowed(image * texts, window), 0) + _SMALLEST
        total += spoken[label] / spoken.mean(axis=0)
    return total / len(images)


def share_taken(base: Channels, new: Channels) -> float:
    """The share of channels that are more important for base than for new classes; what is equal counts half."""
    return float((base > new).mean() + 0.5 * (base == new).mean())


def _windowed(products: Channels, window: int) -> Channels:
    """Sums over `window` channels from each channel on, around the end `(C, D)`."""
    around = np.concatenate([products, products[:, : window - 1]], axis=1)
    sums = np.concatenate([np.zeros((len(products), 1)), np.cumsum(around, axis=1)], axis=1)
    return np.asarray(sums[:, window:] - sums[:, :-window], dtype=np.float64)


def _unit(features: NDArray[np.floating]) -> Channels:
    rows = np.asarray(features, dtype=np.float64)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float64)
