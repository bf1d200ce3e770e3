"""The features file: what a frozen backbone sees in photos, their classes and the split; nothing of the photos else.

safetensors with JSON in its header. Rows are photos in an order drawn by chance; a photo is known by its row alone.
The file comes from elsewhere: everything in it is bounded before it is read, and checked before it is used.
"""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.backbones.preprocess import Preprocessing
from core.files import write_atomic
from core.problems import Problem
from core.project.revision import PARTS, ClassEntry, DataRevision, PhotoEntry

FEATURES_SCHEMA: Final = 1
MOST_HEADER_BYTES = 8 << 20
MOST_TENSOR_BYTES = 16 << 30

Features = NDArray[np.float32]
_KEY = "about"
_PLAIN, _VIEWS, _LABELS, _PARTS = "plain", "views", "labels", "parts"
_Colour = tuple[float, float, float]
_Words = Annotated[str, Field(max_length=1000)]


class _Strict(BaseModel):
    """Read exactly or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class FeatureClass(_Strict):
    """A class: its name and the English words that the model reads, or numbers in place of both."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: _Words
    role: Literal["base", "new"]
    source: Literal["own", "probe"]


class FeaturePreprocessing(_Strict):
    """How photos became the backbone's input."""

    image_size: Annotated[int, Field(ge=8, le=4096)]
    resize: Literal["shortest", "squash"]
    interpolation: Literal["bicubic", "bilinear"]
    mean: _Colour
    std: _Colour


class About(_Strict):
    """What the header says: the backbone by its content, how photos were shown to it, and the classes.

    `views` of each photo to learn from lie in the file, the photo as it is judged among them; `shots` and `seed` are
    those of the draw.
    """

    schema_version: Literal[1] = FEATURES_SCHEMA
    backbone: Annotated[str, Field(min_length=1, max_length=200)]
    backbone_sha256: Annotated[str, Field(min_length=1, max_length=64)]
    preprocessing: FeaturePreprocessing
    precision: Literal["fp32", "bf16"]
    shots: Annotated[int, Field(ge=1)] | None
    seed: int
    views: Annotated[int, Field(ge=1, le=200)]
    smallest_crop: Annotated[float, Field(ge=0.05, le=1)]
    flip: bool
    named: bool
    classes: Annotated[tuple[FeatureClass, ...], Field(min_length=2, max_length=100_000)]


@dataclass(frozen=True, eq=False)
class FeaturesFile:
    """N photos: features `(N, D)` as judged, class index `(N,)`, place in `PARTS` `(N,)`; `views` `(T, K-1, D)` are the
    other views of the T photos to learn from, in the order of their rows."""

    about: About
    plain: Features
    views: Features
    labels: NDArray[np.int32]
    parts: NDArray[np.uint8]

    @property
    def dim(self) -> int:
        """Numbers per photo and view."""
        return int(self.plain.shape[1])

    @cached_property
    def revision(self) -> DataRevision:
        """The photos as data to train on; each is called by its row."""
        return DataRevision(
            root="",
            classes=tuple(ClassEntry(**entry.model_dump()) for entry in self.about.classes),
            photos=tuple(
                PhotoEntry(path=str(row), label=label, part=PARTS[part])
                for row, (label, part) in enumerate(
                    zip(self.labels.tolist(), self.parts.tolist(), strict=True)
                )
            ),
        )

    @cached_property
    def learned(self) -> dict[int, int]:
        """Rows of the photos to learn from, and their places in `views`."""
        return {
            int(row): place for place, row in enumerate(learned_rows(self.about, self.labels, self.parts))
        }

    def plain_of(self, photos: Sequence[PhotoEntry]) -> Features:
        """Features `(M, D)` of some photos of `revision`, as judged."""
        return self.plain[[int(photo.path) for photo in photos]]

    def views_of(self, photos: Sequence[PhotoEntry], views: int) -> Features:
        """Features `(M, K, D)` of K views of photos to learn from, the plain one first."""
        places = [self.learned[int(photo.path)] for photo in photos]
        return np.concatenate([self.plain_of(photos)[:, None], self.views[places, : views - 1]], axis=1)

    def serves(self, sha256: str, preprocessing: Preprocessing) -> bool:
        """Whether a backbone of this content, which wants its photos so, would have made it."""
        own = Preprocessing(**self.about.preprocessing.model_dump())
        return (self.about.backbone_sha256, own) == (sha256, preprocessing)


def learned_rows(about: About, labels: NDArray[Any], parts: NDArray[Any]) -> NDArray[np.intp]:
    """Rows of the photos to learn from: the training photos of learned classes."""
    base = [index for index, entry in enumerate(about.classes) if entry.role == "base"]
    return np.flatnonzero((parts == PARTS.index("train")) & np.isin(labels, base))


def save_features(path: Path, file: FeaturesFile) -> None:
    """Write the file, whole or not at all.

    Raises:
        Problem: `features.not_written`.
    """
    tensors = {_PLAIN: file.plain, _VIEWS: file.views, _LABELS: file.labels, _PARTS: file.parts}
    content = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    try:
        write_atomic(path, save(content, metadata={_KEY: file.about.model_dump_json()}))
    except OSError as error:
        raise Problem("features.not_written", path=path, reason=error.strerror or error) from error


def open_features(path: Path) -> FeaturesFile:
    """Read a features file, believing nothing of it.

    Raises:
        Problem: `features.missing`; `features.spoiled` when it is none, is damaged, too large, or says what cannot be.
    """
    try:
        _check_size(path)
        with safe_open(path, framework="np") as file:
            about = _about_of(file)
            _check_shapes(file, about)
            tensors = {name: file.get_tensor(name) for name in (_PLAIN, _VIEWS, _LABELS, _PARTS)}
    except FileNotFoundError as error:
        raise Problem("features.missing", path=path) from error
    except (OSError, SafetensorError, ValidationError, ValueError, KeyError, struct.error) as error:
        raise Problem("features.spoiled", path=path, reason=error) from error
    found = FeaturesFile(about, tensors[_PLAIN], tensors[_VIEWS], tensors[_LABELS], tensors[_PARTS])
    if reason := _unsound(found):
        raise Problem("features.spoiled", path=path, reason=reason)
    return found


def _check_size(path: Path) -> None:
    """Before any reader is let at it: a header of some length, and tensors that memory may hold."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        (header,) = struct.unpack("<Q", file.read(8))
    if header > MOST_HEADER_BYTES or size - header > MOST_TENSOR_BYTES:
        raise ValueError(f"{size} bytes, of which {header} are the header")


def _about_of(file: Any) -> About:
    metadata: dict[str, str] = file.metadata() or {}
    if set(metadata) != {_KEY}:
        raise ValueError(f"header: {sorted(metadata)}")
    return About.model_validate_json(metadata[_KEY])


def _check_shapes(file: Any, about: About) -> None:
    """All shapes and kinds by the header alone. Raises ValueError."""
    found = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    if set(found) != {_PLAIN, _VIEWS, _LABELS, _PARTS}:
        raise ValueError(f"tensors: {sorted(found)}")
    kinds = {name: found[name].get_dtype() for name in found}
    if kinds != {_PLAIN: "F32", _VIEWS: "F32", _LABELS: "I32", _PARTS: "U8"}:
        raise ValueError(f"kinds: {kinds}")
    shapes = {name: tuple(found[name].get_shape()) for name in found}
    rows, dim = shapes[_PLAIN] if len(shapes[_PLAIN]) == 2 else (0, 0)
    learned = shapes[_VIEWS][0] if shapes[_VIEWS] else 0
    wanted = {
        _PLAIN: (rows, dim),
        _VIEWS: (learned, about.views - 1, dim),
        _LABELS: (rows,),
        _PARTS: (rows,),
    }
    if shapes != wanted or not rows or not dim:
        raise ValueError(f"shapes: {shapes}")


def _unsound(file: FeaturesFile) -> str | None:
    if not ((file.labels >= 0) & (file.labels < len(file.about.classes))).all():
        return "labels"
    if not (file.parts < len(PARTS)).all():
        return "parts"
    if len(learned_rows(file.about, file.labels, file.parts)) != len(file.views):
        return "views"
    if not (np.isfinite(file.plain).all() and np.isfinite(file.views).all()):
        return "NaN"
    return None
