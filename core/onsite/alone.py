"""Judging with a package that works alone: its own graph and ONNX Runtime, neither torch nor the backbone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from core.methods.classifier import Array
from core.onsite.ahead import Judging, Picture, opened
from core.onsite.answers import Judge, NotJudged, Photo, Prediction
from core.package.archive import IMAGE_ONNX, Package
from core.package.onnx.model import ImageGraph, open_graph
from core.package.trust import open_trusted
from core.problems import Problem


class OfferingJudge(Judge, Protocol):
    """A judge that says which classes it offers."""

    @property
    def class_names(self) -> tuple[str, ...]: ...


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
    """Judges photos by a package's graph, which also brings them to size.

    Raises:
        Problem: `package.bad_graph`, or as `Package.read`.
    """

    def __init__(self, package: Package) -> None:
        self._manifest = package.manifest
        self._graph = ImageGraph(open_graph(package, IMAGE_ONNX))
        self._name = package.path.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the package."""
        return self._manifest.class_names

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """Judge photos in their order; the next batch is opened while one is judged."""
        return Judging(self.class_names, self._manifest.unsure, self._draw, self._judge).answers(photos)

    def _draw(self, photo: Photo) -> Picture:
        return np.asarray(opened(photo, self._manifest.backbone.preprocessing.image_size), np.uint8)

    def _judge(self, pictures: Sequence[Picture]) -> tuple[Array, Array]:
        """One by one: each has a size of its own, and on a CPU several together are hardly quicker."""
        judged = [self._graph.judge(picture[None]) for picture in pictures]
        found, features = (np.concatenate(parts) for parts in zip(*judged, strict=True))
        if found.shape != (len(pictures), len(self.class_names)) or not np.isfinite(found).all():
            reason = f"{found.shape} ≠ {(len(pictures), len(self.class_names))}"
            raise Problem("package.bad_graph", name=self._name, member=IMAGE_ONNX, reason=reason)
        return found, features
