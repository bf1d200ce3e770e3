"""A packaged classifier: put together from the manifest and the tensors, and made longer; needs numpy only."""

from dataclasses import replace
from typing import assert_never

import numpy as np

from core.evaluation.union import calibrated
from core.methods.classifier import (
    Array,
    CacheHead,
    CalibratedClassifier,
    Classifier,
    CosineClassifier,
    FusedClassifier,
    Head,
    LinearHead,
    PrototypeHead,
)
from core.package.archive import HEAD, TEXT_FEATURES, Package
from core.package.forms import CacheForm, ConditionalForm, CosineForm, FusedForm, LinearForm, PrototypeForm
from core.package.manifest import Manifest
from core.problems import Problem

TEXT_TENSOR = "text_features"


def matching_form(manifest: Manifest) -> CosineForm | ConditionalForm:
    """How texts and photos are matched."""
    form = manifest.classifier
    return form.matching if isinstance(form, FusedForm) else form


def needs_backbone(manifest: Manifest) -> bool:
    """Whether the classifier cannot judge without the backbone, even features that are given."""
    return isinstance(matching_form(manifest), ConditionalForm)


def matching_of(classifier: Classifier) -> Classifier:
    """The part of a classifier that judges any class."""
    match classifier:
        case CalibratedClassifier(inner=inner):
            return matching_of(inner)
        case FusedClassifier(matching=matching):
            return matching
    return classifier


def as_calibrated(manifest: Manifest, classifier: Classifier) -> Classifier:
    """The classifier at the temperatures of a package; as it is in a package that knows none."""
    return calibrated(classifier, manifest.calibration)


def packaged_classifier(package: Package, matching: Classifier | None = None) -> Classifier:
    """The classifier of a package; its matching is given where it `needs_backbone`.

    Raises:
        Problem: `package.bad_tensors` when tensors are missing or do not fit the manifest; as `Package.read`.
    """
    manifest = package.manifest
    if matching is None:
        text = _Tensors(package, TEXT_FEATURES).get(TEXT_TENSOR, len(manifest.classes), _width(manifest))
        matching = CosineClassifier(manifest.class_names, text, manifest.logit_scale)
    form = manifest.classifier
    if not isinstance(form, FusedForm):
        return as_calibrated(manifest, matching)
    head = _head(package, form)
    fused = FusedClassifier(matching, form.rows, head, form.matching_weight, form.head_weight)
    return as_calibrated(manifest, fused)


def with_matching(classifier: Classifier, matching: Classifier) -> Classifier:
    """The classifier with `matching` in the place of its own; classes that this has behind the others are judged
    by matching alone."""
    if isinstance(classifier, CalibratedClassifier):
        return replace(classifier, inner=with_matching(classifier.inner, matching))
    if not isinstance(classifier, FusedClassifier):
        return matching
    added = len(matching.class_names) - len(classifier.rows)
    return replace(classifier, matching=matching, rows=classifier.rows + (-1,) * added)


def joined(first: CosineClassifier, second: CosineClassifier) -> CosineClassifier:
    """The classes of both, at the scale of the first."""
    return replace(
        first,
        class_names=first.class_names + second.class_names,
        text_features=np.concatenate([first.text_features, second.text_features]),
    )


def _head(package: Package, form: FusedForm) -> Head:
    tensors, width = _Tensors(package, HEAD), _width(package.manifest)
    learned = max(form.rows) + 1
    match form.head:
        case LinearForm():
            return LinearHead(
                gamma=tensors.get("gamma", width),
                beta=tensors.get("beta", width),
                weight=tensors.get("weight", learned, width),
                bias=tensors.get("bias", learned),
            )
        case PrototypeForm(scale=scale):
            return PrototypeHead(tensors.get("means", learned, width), scale)
        case CacheForm(counts=counts, alpha=alpha, beta=beta):
            return CacheHead(tensors.get("keys", sum(counts), width), counts, alpha, beta)
    assert_never(form.head)


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
