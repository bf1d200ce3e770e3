"""Judging with a package that works alone: its own graph and ONNX Runtime, neither torch nor the backbone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from core.methods.classifier import Array
from core.onsite.ahead import Judging, Picture, opened
from core.onsite.answers import Judge, NotJudged, Photo, Prediction, new_class
from core.package.archive import IMAGE_ONNX, Package
from core.package.onnx.model import ImageGraph, open_graph
from core.package.onnx.words import WordReader
from core.package.trust import open_trusted
from core.problems import Problem


class OfferingJudge(Judge, Protocol):
    """A judge that says which classes it offers."""

    @property
    def class_names(self) -> tuple[str, ...]: ...


class AddingJudge(OfferingJudge, Protocol):
    """A judge that takes further classes by their words."""

    def add_class(self, name: str, description: str) -> None:
        """Offer one more class. Raises Problem as `Predictor.add_class`."""


def open_adding_judge(path: Path, device: str = "auto") -> AddingJudge:
    """Whoever can judge with a package here: its own graph where it has one that reads the words of new classes, or where
    its backbone is not on this PC; else the backbone.

    Raises:
        Problem: as `open_trusted`, `GraphPredictor`, `open_predictor`.
    """
    alone = open_trusted(path).manifest.alone
    if alone is not None and alone.words is not None and device in ("auto", "cpu"):
        return GraphPredictor(open_trusted(path))
    # torch takes seconds to come.
    from core.onsite.predictor import open_predictor

    try:
        return open_predictor(path, device)
    except Problem as problem:
        if alone is None or problem.code not in ("package.no_backbone", "package.other_backbone"):
            raise
    return GraphPredictor(open_trusted(path))


def open_judge(path: Path, device: str = "auto", added: Sequence[tuple[str, str]] = ()) -> OfferingJudge:
    """Whoever can judge with a package here: its own graph where it has one, else the backbone.

    Classes `added` by their words are read by the backbone, and a device other than the CPU is torch's.

    Raises:
        Problem: as `open_trusted`, `GraphPredictor`, `open_predictor`, `Predictor.add_class`.
    """
    package = open_trusted(path)
    if package.manifest.alone is not None and not added and device in ("auto", "cpu"):
        return GraphPredictor(package)
    # torch takes seconds to come.
    from core.onsite.predictor import open_predictor

    predictor = open_predictor(path, device)
    for name, description in added:
        predictor.add_class(name, description)
    return predictor


class GraphPredictor:
    """Judges photos by a package's graph, which also brings them to size; classes are added where it reads words.

    Raises:
        Problem: `package.bad_graph`, or as `Package.read`.
    """

    def __init__(self, package: Package) -> None:
        self._package, self._manifest = package, package.manifest
        self._names = package.manifest.class_names
        self._words: WordReader | None = None
        self._graph = ImageGraph(open_graph(package, IMAGE_ONNX))
        self._name = package.path.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that are offered, those added here behind the others."""
        return self._names

    def add_class(self, name: str, description: str) -> None:
        """Offer one more class, told by its English words alone; the others are judged by the rule they had.

        Raises:
            Problem: `onsite.class_exists`, `onsite.class_incomplete`, or as `WordReader`.
        """
        name, description = new_class(name, description, self._names)
        words = self._words or WordReader(self._package)
        words.add(name, description)
        self._words, self._names = words, (*self._names, name)

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """Judge photos in their order; the next batch is opened while one is judged."""
        return Judging(self.class_names, self._manifest.unsure, self._draw, self._judge).answers(photos)

    def _draw(self, photo: Photo) -> Picture:
        return np.asarray(opened(photo, self._manifest.backbone.preprocessing.image_size), np.uint8)

    def _judge(self, pictures: Sequence[Picture]) -> tuple[Array, Array]:
        """One by one: each has a size of its own, and on a CPU several together are hardly quicker."""
        texts = None if self._words is None else self._words.text_features
        judged = [self._graph.judge(picture[None], texts) for picture in pictures]
        found, features = (np.concatenate(parts) for parts in zip(*judged, strict=True))
        if found.shape != (len(pictures), len(self.class_names)) or not np.isfinite(found).all():
            reason = f"{found.shape} ≠ {(len(pictures), len(self.class_names))}"
            raise Problem("package.bad_graph", name=self._name, member=IMAGE_ONNX, reason=reason)
        return found, features
