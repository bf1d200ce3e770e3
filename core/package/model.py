"""A package standing on its backbone: the method with what it learned, and the packaged classifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise
from core.methods.build import build_method
from core.methods.class_text import ClassText, described
from core.methods.classifier import Array, Classifier, CosineClassifier
from core.methods.protocol import Method
from core.package.archive import ADAPTER, Package
from core.package.classifier import joined, matching_of, needs_backbone, packaged_classifier, with_matching
from core.package.manifest import Manifest
from core.problems import Problem

AT_ONCE = 16


@dataclass(frozen=True)
class PackagedModel:
    """What a package can do once its backbone is there: judge features, and read a new class's words."""

    manifest: Manifest
    method: Method
    classes: tuple[ClassText, ...]
    classifier: Classifier

    def with_class(self, name: str, description: str) -> "PackagedModel":
        """The model with one more class, by its English words alone; learned classes keep their judging.

        Raises:
            Problem: `methods.too_long_description`; `package.bad_manifest` where the method matches otherwise than
                the manifest says.
        """
        added = described(name, description)
        classes = (*self.classes, added)
        matching = matching_of(self.classifier)
        if isinstance(matching, CosineClassifier):
            alone = matching_of(self.method.classifier([added]))
            if not isinstance(alone, CosineClassifier):
                raise Problem(
                    "package.bad_manifest", reason=f"classifier: {self.manifest.training.composition}"
                )
            longer: Classifier = joined(matching, alone)
        else:
            longer = matching_of(self.method.classifier(classes))
        return PackagedModel(self.manifest, self.method, classes, with_matching(self.classifier, longer))


def stand_up(package: Package, backbone: Backbone) -> PackagedModel:
    """Stand a package on a backbone.

    Raises:
        Problem: `package.other_backbone`, `package.bad_tensors`, `methods.other_state`, or as `Package.read`.
    """
    manifest = package.manifest
    wanted = manifest.backbone
    if (backbone.card.sha256, backbone.embed_dim) != (wanted.sha256, wanted.embed_dim):
        raise Problem("package.other_backbone", backbone=wanted.name)
    training = manifest.training
    method = build_method(training.composition, training.hyper, backbone, learned_classes(manifest))
    state = {name: torch.from_numpy(value) for name, value in package.tensors(ADAPTER).items()}
    method.load_learned_state(state)
    classes = all_classes(manifest)
    matching = matching_of(method.classifier(classes)) if needs_backbone(manifest) else None
    return PackagedModel(manifest, method, classes, packaged_classifier(package, matching))


def all_classes(manifest: Manifest) -> tuple[ClassText, ...]:
    """The classes of a package, in the order of its columns."""
    return tuple(ClassText(entry.name, entry.description) for entry in manifest.classes)


def learned_classes(manifest: Manifest) -> tuple[ClassText, ...]:
    """The classes that the method was built for, in its order."""
    return tuple(
        ClassText(entry.name, entry.description) for entry in manifest.classes if entry.role == "base"
    )


@torch.no_grad()
def image_features(method: Method, pictures: Sequence[NDArray[np.uint8]]) -> Array:
    """Pictures at input size, each `(H, W, 3)` → features `(B, D)` that the classifier judges, a few at a time."""
    backbone = method.backbone
    found = []
    for start in range(0, len(pictures), AT_ONCE):
        pixels = normalise(np.stack(pictures[start : start + AT_ONCE]), backbone.preprocessing)
        found.append(method.image_features(torch.from_numpy(pixels).to(backbone.device)))
    return torch.cat(found).float().cpu().numpy()
