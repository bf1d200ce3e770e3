"""A package standing on its backbone: the method with what it learned, and the packaged classifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.classifier import Array, Classifier, CosineClassifier, FusedClassifier
from core.methods.protocol import Method
from core.package.archive import ADAPTER, Package
from core.package.classifier import packaged_classifier, with_class
from core.package.manifest import Manifest
from core.problems import Problem


@dataclass(frozen=True)
class PackagedModel:
    """What a package can do once its backbone is there: judge features, and read a new class's words."""

    manifest: Manifest
    method: Method
    classifier: Classifier

    def with_class(self, name: str, description: str) -> "PackagedModel":
        """The model with one more class, by its English words alone; learned classes keep their judging.

        Raises:
            Problem: `methods.too_long_description`.
        """
        alone = self.method.classifier([ClassText(name, description)])
        matching = alone.matching if isinstance(alone, FusedClassifier) else alone
        assert isinstance(matching, CosineClassifier), "a packaged method matches by cosine"
        longer = with_class(self.classifier, name, matching.text_features[0])
        return PackagedModel(self.manifest, self.method, longer)


def stand_up(package: Package, backbone: Backbone) -> PackagedModel:
    """Stand a package on a backbone.

    Raises:
        Problem: `package.other_backbone`, `package.bad_tensors`, or as `Package.read`.
    """
    manifest = package.manifest
    if backbone.card.sha256 != manifest.backbone.sha256:
        raise Problem("package.other_backbone", backbone=manifest.backbone.name)
    training = manifest.training
    method = build_method(training.composition, training.hyper, backbone, learned_classes(manifest))
    state = {name: torch.from_numpy(value) for name, value in package.tensors(ADAPTER).items()}
    method.load_learned_state(state)
    return PackagedModel(manifest, method, packaged_classifier(package))


def learned_classes(manifest: Manifest) -> tuple[ClassText, ...]:
    """The classes that the method was built for, in its order."""
    return tuple(
        ClassText(entry.name, entry.description) for entry in manifest.classes if entry.role == "base"
    )


@torch.no_grad()
def image_features(method: Method, pictures: Sequence[NDArray[np.uint8]]) -> Array:
    """Pictures at input size, each `(H, W, 3)` → features `(B, D)` that the classifier judges."""
    backbone = method.backbone
    pixels = torch.from_numpy(normalise(np.stack(pictures), backbone.preprocessing)).to(backbone.device)
    return method.image_features(pixels).float().cpu().numpy()
