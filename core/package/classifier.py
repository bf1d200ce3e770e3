"""How a classifier goes into a package as tensors and comes out again; needs numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.methods.classifier import Array, Classifier, CosineClassifier, FusedClassifier, LinearHead
from core.package.archive import ADAPTER, TEXT_FEATURES, Package
from core.package.manifest import Head, Manifest
from core.problems import Problem

TEXT_TENSOR = "text_features"
# The names that DePT gives to its learned tensors, behind the prefix of the wrapper it may stand in.
_GAMMA, _BETA = "image_channels.gamma", "image_channels.beta"
_WEIGHT, _BIAS = "head.weight", "head.bias"


@dataclass(frozen=True, eq=False)
class PackedClassifier:
    """A classifier taken apart: class embeddings `(C, D)`, scale, and the head that lies in the adapter."""

    text_features: Array
    logit_scale: float
    head: Head | None


def pack_classifier(
    classifier: Classifier, adapter: Mapping[str, Array], composition: str
) -> PackedClassifier:
    """Take a classifier apart; `adapter` is what was learned, by name.

    Raises:
        Problem: `package.not_exportable` for a way of judging that has no form in a package.
    """
    match classifier:
        case CosineClassifier():
            return PackedClassifier(classifier.text_features, classifier.logit_scale, None)
        case FusedClassifier(matching=CosineClassifier() as matching):
            prefixes = [name.removesuffix(_WEIGHT) for name in adapter if name.endswith(_WEIGHT)]
            if len(prefixes) == 1:
                head = Head(prefix=prefixes[0], balance=classifier.head_weight, rows=classifier.rows)
                return PackedClassifier(matching.text_features, matching.logit_scale, head)
    raise Problem("package.not_exportable", composition=composition)


def packaged_classifier(package: Package) -> Classifier:
    """The classifier of a package.

    Raises:
        Problem: `package.bad_tensors` when tensors are missing or do not fit the manifest; as `Package.read`.
    """
    manifest = package.manifest
    text = _Tensors(package, TEXT_FEATURES).get(TEXT_TENSOR, len(manifest.classes), _width(manifest))
    matching = CosineClassifier(manifest.class_names, text, manifest.logit_scale)
    if manifest.head is None:
        return matching
    head, adapter = manifest.head, _Tensors(package, ADAPTER)
    learned = max(head.rows) + 1
    linear = LinearHead(
        gamma=adapter.get(head.prefix + _GAMMA, _width(manifest)),
        beta=adapter.get(head.prefix + _BETA, _width(manifest)),
        weight=adapter.get(head.prefix + _WEIGHT, learned, _width(manifest)),
        bias=adapter.get(head.prefix + _BIAS, learned),
    )
    return FusedClassifier(matching, head.rows, linear, 1 - head.balance, head.balance)


def with_class(classifier: Classifier, name: str, text_feature: Array) -> Classifier:
    """The classifier with one more class, judged by matching alone; `text_feature` is `(D,)`."""
    match classifier:
        case CosineClassifier():
            features = np.concatenate([classifier.text_features, text_feature[None]])
            return replace(classifier, class_names=(*classifier.class_names, name), text_features=features)
        case FusedClassifier():
            matching = with_class(classifier.matching, name, text_feature)
            return replace(classifier, matching=matching, rows=(*classifier.rows, -1))
    raise TypeError(f"not a packaged classifier: {type(classifier).__name__}")


class _Tensors:
    """The tensors of a member, asked for by name and shape."""

    def __init__(self, package: Package, member: str) -> None:
        self._found = package.tensors(member)
        self._package, self._member = package.path.name, member

    def get(self, name: str, *shape: int) -> Array:
        tensor = self._found.get(name)
        if tensor is None or tensor.shape != shape:
            reason = f"{name}: {'-' if tensor is None else tensor.shape} ≠ {shape}"
            raise Problem("package.bad_tensors", name=self._package, member=self._member, reason=reason)
        return tensor


def _width(manifest: Manifest) -> int:
    return manifest.backbone.embed_dim
