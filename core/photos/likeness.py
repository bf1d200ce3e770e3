"""How like two photos are, by their looks alone."""

import numpy as np
from numpy.typing import NDArray

from core.photos.look import COLOUR_EDGE, LOOK_CELLS, LOOK_EDGE, Looks

NEAR_RMS = 0.1  # of contrast; saved at quality 40 or at half the size it is 0.02 to 0.08
NEAR_LEVELS = 8.0  # grey levels in the worst cell; such copies have 2 to 5
NEAR_COLOUR = 8.0  # the same of colour
_LEAST_CONTRAST = 4.0  # grey levels; with less there is nothing to know a photo by
_BRIGHT = 170  # from here on a brighter copy may be cut off at white
_FEWEST_CELLS = LOOK_CELLS // 8

_Floats = NDArray[np.float32]


def is_near(one: Looks, others: Looks) -> NDArray[np.bool_]:
    """Whether looks `(B, LOOK_BYTES)` are one look `(LOOK_BYTES,)` saved anew, smaller, brighter or darker.

    Brightness and contrast are evened out over the cells that are cut off at white in neither.
    """
    a, b = (each.astype(np.float32) for each in (np.broadcast_to(one, others.shape), others))
    counted = np.maximum(a, b)[:, :LOOK_CELLS] < _BRIGHT
    counted[counted.sum(1) < _FEWEST_CELLS] = True
    unit_a, contrast_a = standardise(a, counted)
    unit_b, contrast_b = standardise(b, counted)
    least = np.minimum(contrast_a, contrast_b)
    apart = np.abs(unit_a - unit_b)
    rms = np.sqrt(np.square(apart).sum(1) / counted.sum(1))
    apart_in_colour = np.abs(_colour(a, least / contrast_a) - _colour(b, least / contrast_b))
    tint = (apart_in_colour * _whole_blocks(counted)).max((1, 2))
    alike: NDArray[np.bool_] = (
        (least > _LEAST_CONTRAST)
        & (rms <= NEAR_RMS)
        & (apart.max(1) * least <= NEAR_LEVELS)
        & (tint <= NEAR_COLOUR)
    )
    return alike


def _colour(looks: _Floats, gain: NDArray[np.floating]) -> _Floats:
    """Colour differences `(B, 2, cells)` as they are at another contrast."""
    both: _Floats = (looks[:, LOOK_CELLS:] - 128).reshape(len(looks), 2, -1) * gain[:, None, None]
    return both


def _whole_blocks(counted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells of colour `(B, 1, cells)` below which every cell of brightness is counted; all where there is none."""
    step = LOOK_EDGE // COLOUR_EDGE
    blocks = (
        counted.reshape(-1, COLOUR_EDGE, step, COLOUR_EDGE, step).all((2, 4)).reshape(len(counted), 1, -1)
    )
    blocks[~blocks.any((1, 2))] = True
    return blocks


def unlike(one: Looks, others: Looks) -> _Floats:
    """How far looks `(B, LOOK_BYTES)` are from one, in its contrast, brightness evened out: 0 alike, 1.4 unrelated."""
    both = np.concatenate((one[None], others)).astype(np.float32)
    unit, contrast = standardise(both)
    away: _Floats = np.sqrt(np.square(unit[1:] - unit[0]).mean(1))
    away[(contrast[1:] <= _LEAST_CONTRAST) | (contrast[0] <= _LEAST_CONTRAST)] = np.inf
    return away


def standardise(looks: _Floats, counted: NDArray[np.bool_] | None = None) -> tuple[_Floats, _Floats]:
    """Brightness `(B, cells)` with mean 0 and contrast 1 over the counted cells, 0 elsewhere; and the contrasts."""
    if counted is None:
        counted = np.ones((len(looks), LOOK_CELLS), dtype=bool)
    number = counted.sum(1, keepdims=True)
    cells = looks[:, :LOOK_CELLS] * counted
    shifted = (cells - cells.sum(1, keepdims=True) / number) * counted
    contrast = np.sqrt(np.square(shifted).sum(1, keepdims=True) / number)
    contrast = np.maximum(contrast, np.float32(_LEAST_CONTRAST))
    return (shifted / contrast).astype(np.float32), contrast[:, 0].astype(np.float32)
