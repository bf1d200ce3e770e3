"""Judging photos with a package: the one loader, the backbone, the packaged classifier."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.backbones.preprocess import preprocess_photo
from core.backbones.store import ModelStore
from core.methods.classifier import Array
from core.onsite.ahead import Judging, Picture, opened
from core.onsite.answers import NotJudged, Photo, Prediction, new_class
from core.package.archive import Package
from core.package.model import image_features, stand_up
from core.package.trust import open_trusted
from core.package.verify import find_backbone


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
        name, description = new_class(name, description, self.class_names)
        self._model = self._model.with_class(name, description)

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        """Judge photos in their order; the next batch is opened while one is judged."""
        judging = Judging(self.class_names, self._model.manifest.unsure, self._draw, self._judge)
        return judging.answers(photos)

    def _draw(self, photo: Photo) -> Picture:
        preprocessing = self._model.method.backbone.preprocessing
        return preprocess_photo(opened(photo, preprocessing.image_size), preprocessing)

    def _judge(self, pictures: Sequence[Picture]) -> tuple[Array, Array]:
        features = image_features(self._model.method, pictures)
        return self._model.classifier.probabilities(features), features
