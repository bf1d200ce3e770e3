"""The class texts that a classifier matches photos with, whatever stands around them."""

from dataclasses import replace

import numpy as np
import torch

from core.methods.classifier import Array, Classifier, CosineClassifier, FusedClassifier
from core.methods.conditional import ConditionalClassifier
from core.methods.protocol import as_array

# Texts that depend on the photo are all made anew for each: a few photos give their mean well enough.
_ASKED = 16


def class_texts_of(classifier: Classifier, image_features: Array) -> Array:
    """Unit text features `(C, D)`; where they depend on the photo, their mean over some of the photos `(N, D)`."""
    match classifier:
        case FusedClassifier():
            return class_texts_of(classifier.matching, image_features)
        case ConditionalClassifier():
            spread = np.linspace(0, len(image_features) - 1, min(_ASKED, len(image_features)))
            found = [
                _texts_for(classifier, image_features[row : row + 1]) for row in spread.round().astype(int)
            ]
            return np.asarray(np.mean(found, axis=0), dtype=np.float32)
        case CosineClassifier():
            return _unit(classifier.text_features)
    raise TypeError(f"{type(classifier).__name__} has no texts that are known here")


def fixed_for(classifier: Classifier, image_features: Array) -> Classifier:
    """The same classifier with the texts as they stand for one photo `(1, D)`."""
    match classifier:
        case FusedClassifier():
            return replace(classifier, matching=fixed_for(classifier.matching, image_features))
        case ConditionalClassifier():
            texts = _texts_for(classifier, image_features)
            return CosineClassifier(classifier.class_names, texts, classifier.logit_scale)
    return classifier


@torch.no_grad()
def _texts_for(classifier: ConditionalClassifier, image_features: Array) -> Array:
    photo = torch.from_numpy(image_features).to(classifier.texts.ctx.device)
    return _unit(as_array(classifier.texts.features(classifier.tower, photo)[0]))


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=-1, keepdims=True), dtype=np.float32)
