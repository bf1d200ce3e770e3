"""How many directions features use, and how many of the pretrained ones are kept (methods.md §9.3).

Features are `(N, D)`; rows are centred here. Estimates of rank depend on N: compare only what was computed from the
same photos.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
# Singular values below this share of the largest are rounding, not a direction.
_ROUNDING = 1e-6


def singular_values(features: NDArray[np.floating]) -> Matrix:
    """Of the centred rows, the largest first `(min(N, D),)`; what is rounding counts as 0."""
    values = np.linalg.svd(centred(features), compute_uv=False).astype(np.float64)
    return np.where(values > _ROUNDING * values[0], values, 0.0) if values.size else values


def effective_rank(values: NDArray[np.floating] | Sequence[float]) -> float:
    """exp(−Σ p ln p) with p = σ/Σσ (Roy and Vetterli, EUSIPCO 2007): k for k equal singular values, 0 for none."""
    sizes = np.asarray(values, dtype=np.float64)
    if not sizes.sum():
        return 0.0
    shares = sizes[sizes > 0] / sizes.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def directions_for(values: NDArray[np.floating] | Sequence[float], share: float) -> int:
    """How many of the largest singular values hold this share of Σσ²; 0 where there are none."""
    energy = np.cumsum(np.asarray(values, dtype=np.float64) ** 2)
    if not energy.size or not energy[-1]:
        return 0
    # The last sum is 1 but for rounding: the share of 1 is reached at the last direction, never behind it.
    return min(int(np.searchsorted(energy / energy[-1], share * (1 - 1e-12))) + 1, len(energy))


def subspace_overlap(before: NDArray[np.floating], after: NDArray[np.floating], k: int) -> float:
    """‖U₀ᵀ U‖²_F / k of the first k left singular vectors: 1 where the photos are told apart along the same lines
    (however features were turned), k/N by chance."""
    first, second = (np.linalg.svd(centred(each), full_matrices=False)[0][:, :k] for each in (before, after))
    return float(((first.T @ second) ** 2).sum() / k)


def basis_share(before: NDArray[np.floating], after: NDArray[np.floating], k: int) -> float:
    """What share of the variance of `after` lies within the k main directions that features had before."""
    directions = np.linalg.svd(centred(before), full_matrices=False)[2][:k]
    rows = centred(after)
    return float(((rows @ directions.T) ** 2).sum() / (rows**2).sum())


def linear_cka(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """‖YᵀX‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F) (Kornblith et al., ICML 2019): 1 where photos are as near to each other as before."""
    x, y = centred(before), centred(after)
    return float(((y.T @ x) ** 2).sum() / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)))


def centred(features: NDArray[np.floating]) -> Matrix:
    """The rows less their mean, in double precision."""
    rows = np.asarray(features, dtype=np.float64)
    return np.asarray(rows - rows.mean(axis=0), dtype=np.float64)
