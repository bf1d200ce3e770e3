"""How much of the pretrained knowledge a method keeps: the same photos and classes before and after (evaluation.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.insight.channels import channel_importance, share_taken, usual_window
from core.insight.collapse import geometry
from core.insight.findings import (
    ChannelsOf,
    CollapseOf,
    Geometry,
    Insight,
    Moment,
    Spectra,
    SpectrumOf,
)
from core.insight.spectrum import (
    basis_share,
    directions_for,
    effective_rank,
    linear_cka,
    singular_values,
    subspace_overlap,
)
from core.methods.classifier import Array

# The main directions are those that hold this share of the energy before.
_MAIN = 0.9
_FEWEST_ROWS = 3
_FEWEST_CLASSES = 2
_ROUNDING = 1e-4
# More rows than CLIP has channels, by far; no more than a small PC runs its towers over in a minute or so.
MOST_PHOTOS = 2048
Photo = TypeVar("Photo")


@dataclass(frozen=True, eq=False)
class Features:
    """Photos `(N, D)` and class texts `(C, D)` at one moment; photos without a photo-side change are the same twice."""

    images: Array
    texts: Array


@dataclass(frozen=True, eq=False)
class Studied:
    """Photos with their classes `(N,)`, before and after; `is_base` `(C,)` names the classes that were learned."""

    labels: NDArray[np.intp]
    is_base: NDArray[np.bool_]
    before: Features
    after: Features


def study(composition: str, studied: Studied, left_out: int = 0) -> Insight:
    """All measures; a part that has too few photos or classes is None."""
    before, after = studied.before, studied.after
    window = usual_window(before.images.shape[1])
    return Insight(
        composition=composition,
        photos=len(studied.labels),
        left_out=left_out,
        classes=len(studied.is_base),
        images=spectra(before.images, after.images),
        texts=spectra(before.texts, after.texts),
        base=_collapse(studied, studied.is_base),
        new=_collapse(studied, ~studied.is_base),
        window=window,
        channels=_channels(studied, window),
    )


def spread_over(photos: Sequence[Photo]) -> Sequence[Photo]:
    """As many of them as are looked at, evenly spread."""
    return photos[:: -(-len(photos) // MOST_PHOTOS)] if len(photos) > MOST_PHOTOS else photos


def spectra(before: Array, after: Array) -> Spectra | None:
    """Of the unit features of the same rows `(N, D)`; None where they are too few, or all alike."""
    if len(before) < _FEWEST_ROWS:
        return None
    first, second = _unit(before), _unit(after)
    # Rows that are alike but for float32 have a spectrum of rounding only.
    if min(np.std(each, axis=0).max() for each in (first, second)) < _ROUNDING / len(first[0]) ** 0.5:
        return None
    then, now = _spectrum(first), _spectrum(second)
    k = then.directions["90"]
    return Spectra(
        before=then,
        after=now,
        kept_directions=k,
        overlap=subspace_overlap(first, second, k),
        basis_share=basis_share(first, second, k),
        cka=linear_cka(first, second),
    )


def _spectrum(features: Array) -> SpectrumOf:
    values = singular_values(features)
    return SpectrumOf(
        singular_values=tuple(float(value) for value in values),
        effective_rank=effective_rank(values),
        directions={
            "90": directions_for(values, _MAIN),
            "95": directions_for(values, 0.95),
            "99": directions_for(values, 0.99),
        },
    )


def _collapse(studied: Studied, members: NDArray[np.bool_]) -> CollapseOf | None:
    rows, classes, labels = _group(studied, members)
    if len(classes) < _FEWEST_CLASSES:
        return None
    found: dict[Moment, Geometry] = {}
    moments: tuple[tuple[Moment, Features], ...] = (("before", studied.before), ("after", studied.after))
    for moment, features in moments:
        found[moment] = geometry(features.images[rows], features.texts[classes], labels)
    return CollapseOf(classes=len(classes), photos=len(rows), **found)


def _channels(studied: Studied, window: int) -> dict[Moment, ChannelsOf] | None:
    groups = [_group(studied, members) for members in (studied.is_base, ~studied.is_base)]
    if any(len(classes) < _FEWEST_CLASSES for _, classes, _ in groups):
        return None
    found: dict[Moment, ChannelsOf] = {}
    moments: tuple[tuple[Moment, Features], ...] = (("before", studied.before), ("after", studied.after))
    for moment, features in moments:
        base, new = (
            channel_importance(features.images[rows], features.texts[classes], labels, window)
            for rows, classes, labels in groups
        )
        found[moment] = ChannelsOf(
            base=tuple(base.tolist()), new=tuple(new.tolist()), share_base=share_taken(base, new)
        )
    return found


def _group(
    studied: Studied, members: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The photos of these classes, those of the classes that have one, and each photo's place among them."""
    rows = np.flatnonzero(members[studied.labels])
    classes, labels = np.unique(studied.labels[rows], return_inverse=True)
    return rows, classes, labels.astype(np.intp)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True), dtype=np.float32)
