"""Is a picture sharp and well lit, told while it can still be taken again? Numbers only; the words are the window's.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al., 2000), less the part that the sensor's noise has in it:
white noise of deviation s adds 20 s², and s is read from the picture itself (Immerkær, 1996, by the median, so that
edges do not count as noise). How sharp a picture can be depends on what it shows, so it is held against what the same
camera showed in the last minute, and against a floor below which nothing is sharp.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Doubt = Literal["blurred", "dark", "bright"]
Grey = NDArray[np.float32]

EDGE = 640  # pixels of the longer side at which pictures are looked at: the same for every camera
FLOOR = 8.0  # grey levels²
SHARE_OF_BEST = 0.3
DARK, BRIGHT = 4, 251  # grey levels, of 255, up to and from which nothing can be told apart any more
MOST_DARK, MOST_BRIGHT = (
    0.6,
    0.15,
)  # a dark ground is common where products are photographed; a burnt-out one hides edges
_NOISE_TO_LAPLACIAN = 20.0  # 4² + 4 × 1²
_IMMERKAER = 6.0  # the deviation that his filter gives to noise of deviation 1
_MEDIAN_TO_DEVIATION = 0.6745
_BEST = 0.9
_EVERY_S, _KEPT = 0.5, 120  # a minute


@dataclass(frozen=True)
class Quality:
    """`sharpness` in grey levels², free of noise; shares of pixels that are clipped at the dark and the bright end."""

    sharpness: float
    dark: float
    bright: float


def quality_of(frame: NDArray[np.uint8]) -> Quality:
    """Look at a picture `(H, W, 3)` or `(H, W)`."""
    step = max(1, round(max(frame.shape[:2]) / EDGE))
    some = frame[::step, ::step]  # as they are: a mean of pixels hides that some are clipped
    clipped = some.max(2) if some.ndim == 3 else some
    dark, bright = float((clipped <= DARK).mean()), float((clipped >= BRIGHT).mean())
    return Quality(sharpness(_grey(frame, step)), dark, bright)


def sharpness(grey: Grey) -> float:
    """Variance of the Laplacian of a picture `(H, W)` in grey levels, less what its noise adds; 0 where too small."""
    if min(grey.shape) < 3:
        return 0.0
    centre = grey[1:-1, 1:-1]
    sides = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    corners = grey[:-2, :-2] + grey[:-2, 2:] + grey[2:, :-2] + grey[2:, 2:]
    noise = np.median(np.abs(corners - 2 * sides + 4 * centre)) / (_IMMERKAER * _MEDIAN_TO_DEVIATION)
    return max(0.0, float((sides - 4 * centre).var() - _NOISE_TO_LAPLACIAN * noise**2))


class Doubts:
    """Judges the pictures of one camera as they come; how sharp the last minute was is what "sharp" means."""

    def __init__(self) -> None:
        self._lately: deque[float] = deque(maxlen=_KEPT)
        self._noted = float("-inf")

    def about(self, quality: Quality, now_s: float) -> tuple[Doubt, ...]:
        """What speaks against a picture taken at a time (seconds on any clock that only runs forward)."""
        if now_s - self._noted >= _EVERY_S:
            self._lately.append(quality.sharpness)
            self._noted = now_s
        best = float(np.quantile(self._lately, _BEST))
        doubts: list[Doubt] = []
        if quality.sharpness < max(FLOOR, SHARE_OF_BEST * best):
            doubts.append("blurred")
        if quality.dark > MOST_DARK:
            doubts.append("dark")
        if quality.bright > MOST_BRIGHT:
            doubts.append("bright")
        return tuple(doubts)


def _grey(frame: NDArray[np.uint8], step: int) -> Grey:
    """Made smaller by the mean of each cell of `step` × `step` pixels. The mean of the colours is not rounded: steps of
    a whole grey level would spoil the median that tells the noise."""
    small = np.asarray(Image.fromarray(frame).reduce(step), np.float32)
    return small.mean(2) if small.ndim == 3 else small
