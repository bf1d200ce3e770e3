"""Photos to answers, whoever judges: some are opened while others are judged, and each has its answer or its reason."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

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
P = TypeVar("P")


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
        for batch, drawn in drawn_ahead(photos, self.draw, BATCH):
            yield from self._judged(batch, drawn)

    def _judged(
        self, photos: Sequence[Photo], drawn: "Sequence[Drawn[Picture]]"
    ) -> Iterator[Prediction | NotJudged]:
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
class Drawn(Generic[P]):
    """A photo made ready, or why it is not; and the seconds that took."""

    picture: P | Problem
    seconds: float


def drawn_ahead(
    photos: Sequence[Photo], draw: Callable[[Photo], P], at_once: int
) -> Iterator[tuple[Sequence[Photo], list[Drawn[P]]]]:
    """Photos in batches, made ready by `draw` in several threads while the batch before is worked on."""
    batches = [photos[start : start + at_once] for start in range(0, len(photos), at_once)]
    with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:

        def begun(batch: Sequence[Photo]) -> list[Future[Drawn[P]]]:
            return [pool.submit(_drawn, photo, draw) for photo in batch]

        ahead = begun(batches[0]) if batches else []
        for number, batch in enumerate(batches):
            drawn = [future.result() for future in ahead]
            ahead = begun(batches[number + 1]) if number + 1 < len(batches) else []
            yield batch, drawn


def _drawn(photo: Photo, draw: Callable[[Photo], P]) -> Drawn[P]:
    began = time.perf_counter()
    try:
        picture: P | Problem = draw(photo)
    except Problem as problem:
        picture = problem
    except (MemoryError, ValueError) as error:
        # A strip a few pixels wide grows beyond all bounds when its short side is brought to size.
        name = Path(str(photo)).name
        picture = Problem("photos.too_large", name=name, path=photo, size=type(error).__name__)
    return Drawn(picture, time.perf_counter() - began)


def opened(photo: Photo, at_least: int) -> Image:
    """A photo through the one loader, whatever it is read from."""
    if isinstance(photo, Shot):
        return decode_photo(photo.read(), Path(photo.name), at_least=at_least)
    return open_photo(photo, at_least=at_least)
