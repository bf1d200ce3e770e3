"""Judging photos with a package: the one loader, the backbone, the packaged classifier."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.backbones.preprocess import preprocess_photo
from core.backbones.store import ModelStore
from core.methods.classifier import Array
from core.onsite.answers import NotJudged, Photo, Prediction, Shot
from core.package.archive import Package
from core.package.model import image_features, stand_up
from core.package.trust import open_trusted
from core.package.verify import find_backbone
from core.photos.decode import decode_photo, open_photo
from core.problems import Problem

BATCH = 16
RANKED = 10  # of many classes only the likeliest are told
_DECODERS = 4


@dataclass(frozen=True)
class _Drawn:
    """A photo at input size `(H, W, 3)`, or why there is none; and the seconds that took."""

    picture: NDArray[np.uint8] | Problem
    seconds: float


def open_predictor(path: Path, device: str = "auto") -> "Predictor":
    """A predictor from a package file, on this PC's own copy of the backbone.

    Raises:
        Problem: `package.*` for a package that is not sound or whose backbone is not here.
    """
    package = open_trusted(path)
    name = find_backbone(package.manifest, ModelStore())
    return Predictor(package, load_backbone(name, choose_device(device).torch_name))


class Predictor:
    """Judges photos with a package standing on its backbone.

    Raises:
        Problem: `package.other_backbone`, `package.bad_tensors`, or as `Package.read`.
    """

    def __init__(self, package: Package, backbone: Backbone) -> None:
        self._model = stand_up(package, backbone)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that are offered, those added here behind the others."""
        return self._model.classifier.class_names

    def add_class(self, name: str, description: str) -> None:
        """Offer one more class, told by its English words alone; the others are judged by the rule they had.

        Raises:
            Problem: `onsite.class_exists`, `onsite.class_incomplete`, `methods.too_long_description`.
        """
        name, description = name.strip(), description.strip()
        if not name or not description:
            raise Problem("onsite.class_incomplete")
        if name in self.class_names:
            raise Problem("onsite.class_exists", name=name)
        self._model = self._model.with_class(name, description)

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """Judge photos in their order; the next batch is opened while one is judged."""
        batches = [photos[start : start + BATCH] for start in range(0, len(photos), BATCH)]
        with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
            ahead = self._draw_all(pool, batches[0]) if batches else []
            for number, batch in enumerate(batches):
                drawn = [future.result() for future in ahead]
                ahead = self._draw_all(pool, batches[number + 1]) if number + 1 < len(batches) else []
                yield from self._judge(batch, drawn)

    def _draw_all(self, pool: ThreadPoolExecutor, photos: Sequence[Photo]) -> list[Future[_Drawn]]:
        return [pool.submit(self._draw, photo) for photo in photos]

    def _draw(self, photo: Photo) -> _Drawn:
        preprocessing = self._model.method.backbone.preprocessing
        began = time.perf_counter()
        try:
            image = _opened(photo, preprocessing.image_size)
            picture: NDArray[np.uint8] | Problem = preprocess_photo(image, preprocessing)
        except Problem as problem:
            picture = problem
        except (MemoryError, ValueError) as error:
            # A strip a few pixels wide grows beyond all bounds when its short side is brought to size.
            name = Path(str(photo)).name
            picture = Problem("photos.too_large", name=name, path=photo, size=type(error).__name__)
        return _Drawn(picture, time.perf_counter() - began)

    def _judge(self, photos: Sequence[Photo], drawn: Sequence[_Drawn]) -> Iterator[Prediction | NotJudged]:
        pictures = [entry.picture for entry in drawn if not isinstance(entry.picture, Problem)]
        began = time.perf_counter()
        rows = iter(self._probabilities(pictures))
        each = (time.perf_counter() - began) / max(1, len(pictures))
        for photo, entry in zip(photos, drawn, strict=True):
            if isinstance(entry.picture, Problem):
                yield NotJudged(str(photo), entry.picture)
            else:
                yield self._prediction(photo, next(rows), entry.seconds + each)

    def _probabilities(self, pictures: Sequence[NDArray[np.uint8]]) -> Array:
        if not pictures:
            return np.zeros((0, len(self.class_names)), np.float32)
        return self._model.classifier.probabilities(image_features(self._model.method, pictures))

    def _prediction(self, photo: Photo, probabilities: Array, seconds: float) -> Prediction:
        best = np.argsort(-probabilities, kind="stable")[:RANKED]
        ranking = tuple((self.class_names[index], float(probabilities[index])) for index in best)
        return Prediction(str(photo), ranking, self._is_unsure(ranking[0][1]), seconds)

    def _is_unsure(self, probability: float) -> bool:
        """Below the packaged threshold; a threshold of 1 sends every photo to a person."""
        unsure = self._model.manifest.unsure
        return unsure is not None and (probability < unsure.probability or unsure.probability >= 1)


def _opened(photo: Photo, size: int) -> Image:
    if isinstance(photo, Shot):
        return decode_photo(photo.read(), Path(photo.name), at_least=size)
    return open_photo(photo, at_least=size)
