"""The reference sample of a package: features of photos it was made with, and what it judged them to be.

With it a monitor tells whether the photos at work look like those; packages of schema 3 and before have none.
Features only, no photo and no name; needs numpy only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from core.methods.classifier import Array
from core.package.archive import REFERENCE, Package
from core.problems import Problem

_FEATURES, _JUDGED, _PROBABILITY = "unit_features", "judged", "probability"
_LENGTH_TOLERANCE = 0.01  # of 1; half precision costs less than a thousandth


@dataclass(frozen=True, eq=False)
class ReferenceSample:
    """`unit_features` `(N, D)` of length 1, the column `judged` `(N,)` each was taken for, and its `probability` `(N,)`."""

    unit_features: Array
    judged: NDArray[np.int64]
    probability: Array


def pack_reference(features: Array, probabilities: Array) -> bytes:
    """The member: features `(N, D)` that were judged with probabilities `(N, C)`."""
    content: bytes = save(
        {
            _FEATURES: unit(features).astype(np.float16),
            _JUDGED: probabilities.argmax(axis=1).astype(np.int32),
            _PROBABILITY: probabilities.max(axis=1).astype(np.float32),
        }
    )
    return content


def read_reference(package: Package) -> ReferenceSample | None:
    """The reference sample; None in a package that was made without one.

    Raises:
        Problem: `package.bad_tensors`, or as `Package.read`.
    """
    manifest = package.manifest
    if manifest.reference is None:
        return None
    tensors, n = package.plain_tensors(REFERENCE), manifest.reference.photos
    wanted = {
        _FEATURES: (np.float16, (n, manifest.backbone.embed_dim)),
        _JUDGED: (np.int32, (n,)),
        _PROBABILITY: (np.float32, (n,)),
    }
    for name, (kind, shape) in wanted.items():
        found = tensors.get(name)
        if found is None or found.dtype != kind or found.shape != shape or not np.isfinite(found).all():
            raise _bad(package, name)
    features, judged = tensors[_FEATURES].astype(np.float32), tensors[_JUDGED].astype(np.int64)
    if not np.allclose(np.linalg.norm(features, axis=1), 1, atol=_LENGTH_TOLERANCE):
        raise _bad(package, _FEATURES)
    if not ((judged >= 0) & (judged < len(manifest.classes))).all():
        raise _bad(package, _JUDGED)
    return ReferenceSample(unit(features), judged, tensors[_PROBABILITY].astype(np.float32))


def unit(features: Array) -> Array:
    """Features `(…, D)` brought to length 1; those of length 0 stay as they are."""
    length = np.linalg.norm(features, axis=-1, keepdims=True)
    return np.asarray(features / np.where(length > 0, length, 1), np.float32)


def _bad(package: Package, reason: str) -> Problem:
    return Problem("package.bad_tensors", name=package.path.name, member=REFERENCE, reason=reason)
