"""What speaks for a class in image features, for any classifier.

Classifiers are plain numpy, of many kinds (texts, a head, a memory of photos): the slope is measured rather than
derived, one channel after the other.
"""

import numpy as np

from core.methods.classifier import Array, Classifier

# Of the mean size of a channel: far above rounding in float32, far below where scores bend.
_STEP = 0.1


def towards(classifier: Classifier, features: Array, index: int) -> Array:
    """The slope `(D,)` at image features `(D,)` of how far class `index` is before the likeliest other one."""
    width = len(features)
    step = np.float32(_STEP * np.linalg.norm(features) / np.sqrt(width))
    moved = step * np.eye(width, dtype=np.float32)
    rival = _rival(classifier, features, index)
    ahead, behind = (_lead(classifier, features + sign * moved, index, rival) for sign in (1, -1))
    return np.asarray((ahead - behind) / (2 * step), dtype=np.float32)


def _rival(classifier: Classifier, features: Array, index: int) -> int | None:
    chances = classifier.probabilities(features[None])[0].copy()
    if len(chances) == 1:
        return None
    chances[index] = -1
    return int(chances.argmax())


def _lead(classifier: Classifier, features: Array, index: int, rival: int | None) -> Array:
    if rival is None:
        return classifier.logits(features)[:, index]
    found = np.log(np.maximum(classifier.probabilities(features), np.finfo(np.float32).tiny))
    return np.asarray(found[:, index] - found[:, rival], dtype=np.float32)
