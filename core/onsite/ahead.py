"""Photos to answers, whoever judges: some are opened while others are judged, and each has its answer or its reason."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from core.methods.classifier import Array
from core.onsite.answers import NotJudged, Photo, Prediction, Shot
from core.photos.decode import decode_photo, open_photo
from core.problems import Problem
from core.training.result import UnsureThreshold

BATCH = 16
RANKED = 10  # of many classes only the likeliest are told
_DECODERS = 4

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Judging:
    """How photos are judged: made ready one by one (`draw`, in several threads), then judged several at a time.

    `draw` gives a picture `(H, W, 3)`; `judge` gives `(N, C)` for N of them, in the order of `class_names`, and the
    image features `(N, D)` that they were judged by.
    """

    class_names: tuple[str, ...]
    unsure: UnsureThreshold | None
    draw: Callable[[Photo], Picture]
    judge: Callable[[Sequence[Picture]], tuple[Array, Array]]

    def answers(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """One answer for each photo, in their order; the next batch is opened while one is judged."""
        batches = [photos[start : start + BATCH] for start in range(0, len(photos), BATCH)]
        with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
            ahead = self._draw_all(pool, batches[0]) if batches else []
            for number, batch in enumerate(batches):
                drawn = [future.result() for future in ahead]
                ahead = self._draw_all(pool, batches[number + 1]) if number + 1 < len(batches) else []
                yield from self._judged(batch, drawn)

    def _draw_all(self, pool: ThreadPoolExecutor, photos: Sequence[Photo]) -> "list[Future[_Drawn]]":
        return [pool.submit(self._draw, photo) for photo in photos]

    def _draw(self, photo: Photo) -> "_Drawn":
        began = time.perf_counter()
        try:
            picture: Picture | Problem = self.draw(photo)
        except Problem as problem:
            picture = problem
        except (MemoryError, ValueError) as error:
            # A strip a few pixels wide grows beyond all bounds when its short side is brought to size.
            name = Path(str(photo)).name
            picture = Problem("photos.too_large", name=name, path=photo, size=type(error).__name__)
        return _Drawn(picture, time.perf_counter() - began)

    def _judged(self, photos: Sequence[Photo], drawn: "Sequence[_Drawn]") -> Iterator[Prediction | NotJudged]:
        pictures = [entry.picture for entry in drawn if not isinstance(entry.picture, Problem)]
        began = time.perf_counter()
        rows = iter(zip(*self.judge(pictures), strict=True) if pictures else ())
        each = (time.perf_counter() - began) / max(1, len(pictures))
        for photo, entry in zip(photos, drawn, strict=True):
            if isinstance(entry.picture, Problem):
                yield NotJudged(str(photo), entry.picture)
            else:
                yield self._prediction(photo, *next(rows), entry.seconds + each)

    def _prediction(self, photo: Photo, probabilities: Array, features: Array, seconds: float) -> Prediction:
        best = np.argsort(-probabilities, kind="stable")[:RANKED]
        ranking = tuple((self.class_names[index], float(probabilities[index])) for index in best)
        return Prediction(str(photo), ranking, self._is_unsure(ranking[0][1]), seconds, features)

    def _is_unsure(self, probability: float) -> bool:
        """Below the packaged threshold; a threshold of 1 sends every photo to a person."""
        unsure = self.unsure
        return unsure is not None and (probability < unsure.probability or unsure.probability >= 1)


@dataclass(frozen=True)
class _Drawn:
    """A photo made ready, or why it is not; and the seconds that took."""

    picture: Picture | Problem
    seconds: float


def opened(photo: Photo, at_least: int) -> Image:
    """A photo through the one loader, whatever it is read from."""
    if isinstance(photo, Shot):
        return decode_photo(photo.read(), Path(photo.name), at_least=at_least)
    return open_photo(photo, at_least=at_least)
