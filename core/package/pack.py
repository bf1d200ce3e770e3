"""How a classifier is taken apart for a package: its form for the manifest, and its tensors."""

from dataclasses import dataclass, field

from core.methods.classifier import (
    Array,
    CacheHead,
    Classifier,
    CosineClassifier,
    FusedClassifier,
    Head,
    LinearHead,
    PrototypeHead,
)
from core.methods.conditional import ConditionalClassifier
from core.package.classifier import TEXT_TENSOR
from core.package.forms import (
    CacheForm,
    ClassifierForm,
    ConditionalForm,
    CosineForm,
    FusedForm,
    HeadForm,
    LinearForm,
    MatchingForm,
    PrototypeForm,
)
from core.problems import Problem


@dataclass(frozen=True, eq=False)
class PackedClassifier:
    """A classifier taken apart: its form, the scale of its matching, text features and the head's tensors by name."""

    form: ClassifierForm
    logit_scale: float
    texts: dict[str, Array]
    head: dict[str, Array] = field(default_factory=dict)


def pack_classifier(classifier: Classifier, composition: str) -> PackedClassifier:
    """Take a classifier apart.

    Raises:
        Problem: `package.not_exportable` for a way of judging that has no form in a package.
    """
    fused = classifier if isinstance(classifier, FusedClassifier) else None
    matching = _matching(classifier if fused is None else fused.matching)
    head = None if fused is None else _head(fused.head)
    if matching is None or (fused is not None and head is None):
        raise Problem("package.not_exportable", composition=composition)
    matched, scale, texts = matching
    if fused is None or head is None:
        return PackedClassifier(matched, scale, texts)
    form = FusedForm(
        matching=matched,
        head=head[0],
        rows=fused.rows,
        matching_weight=fused.matching_weight,
        head_weight=fused.head_weight,
    )
    return PackedClassifier(form, scale, texts, head[1])


def _matching(classifier: Classifier) -> tuple[MatchingForm, float, dict[str, Array]] | None:
    match classifier:
        case CosineClassifier(text_features=text, logit_scale=scale):
            return CosineForm(), scale, {TEXT_TENSOR: text}
        case ConditionalClassifier(logit_scale=scale):
            return ConditionalForm(), scale, {}
    return None


def _head(head: Head) -> tuple[HeadForm, dict[str, Array]] | None:
    match head:
        case LinearHead(gamma=gamma, beta=beta, weight=weight, bias=bias):
            return LinearForm(), {"gamma": gamma, "beta": beta, "weight": weight, "bias": bias}
        case PrototypeHead(means=means, scale=scale):
            return PrototypeForm(scale=scale), {"means": means}
        case CacheHead(keys=keys, counts=counts, alpha=alpha, beta=beta):
            return CacheForm(counts=counts, alpha=alpha, beta=beta), {"keys": keys}
    return None
