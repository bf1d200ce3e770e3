"""The heat map of a photo: the numbers, and a picture that a person can read.

The picture is the whole photo. What the model never sees (it takes a square from the middle) is dim and grey; within,
the photo is the brighter and the warmer the more a place counted, so that it can be read without seeing colour.
"""

import hashlib
import io
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.backbones.preprocess import Preprocessing, normalise, preprocess_photo
from core.files import atomic_writer, write_atomic
from core.insight.attention import Looked, look
from core.insight.findings import INSIGHT_FOLDER, HeatMap
from core.insight.reading import read
from core.insight.words import weigh_learned, weigh_words
from core.methods.class_text import ClassText
from core.methods.classifier import Array
from core.methods.protocol import Method, as_array
from core.methods.zero_shot import ZeroShot
from core.photos.decode import open_photo
from core.problems import Problem

_EDGE = 900
_WARM = np.array([255, 140, 0], dtype=np.float32)
_DIM, _TINT = 0.35, 0.45
Box = tuple[float, float, float, float]


def heat_map(
    run: Path,
    method: Method,
    untouched: ZeroShot,
    classes: tuple[ClassText, ...],
    photo: Path,
    class_name: str,
) -> HeatMap:
    """Where the method looks in a photo for a class, "" for the likeliest, and which words it goes by; kept in the
    run's folder. `untouched` reads the classes as the method does, with nothing learned.

    Raises:
        Problem: `insight.no_heat_map`, `insight.no_such_class`, or as `open_photo`.
    """
    to = method.backbone.preprocessing
    picture = open_photo(photo, at_least=max(_EDGE // 2, to.image_size))
    pixels = torch.from_numpy(normalise(preprocess_photo(picture, to)[None], to)).to(method.backbone.device)
    classifier = method.classifier(classes)
    with torch.no_grad():
        features = as_array(method.image_features(pixels))
    chances = classifier.probabilities(features)[0]
    index = _number(class_name, classifier.class_names) if class_name else int(chances.argmax())
    looked = look(method, classifier, pixels, index)
    box = seen_box(picture.width, picture.height, to)
    name = classifier.class_names[index]
    path = _path(run, photo, name)
    write_atomic(path.with_suffix(".png"), _png(overlay(picture, looked.weighted, box)))
    _keep_numbers(path.with_suffix(".npz"), looked)
    return HeatMap(
        photo=str(photo),
        class_name=name,
        probability=float(chances[index]),
        overlay=path.with_suffix(".png").name,
        values=path.with_suffix(".npz").name,
        box=box,
        words=weigh_words(method, classes, features, index),
        learned=weigh_learned(method, untouched.classifier(classes), classes, features, index),
        reading=read(method, classes[index], features, untouched.config),
    )


def seen_box(width: int, height: int, to: Preprocessing) -> Box:
    """The part of a photo that the model sees, as shares of its sides."""
    if to.resize == "squash":
        return 0.0, 0.0, 1.0, 1.0
    side = min(width, height)
    left, top = (width - side) / 2 / width, (height - side) / 2 / height
    return left, top, 1 - left, 1 - top


def overlay(picture: Image.Image, heat: Array, box: Box) -> Image.Image:
    """The photo with heat `(G, G)`, the largest 1, over the part of it that the model sees."""
    shown = picture.copy()
    shown.thumbnail((_EDGE, _EDGE))
    edges = (box[0] * shown.width, box[1] * shown.height, box[2] * shown.width, box[3] * shown.height)
    left, top, right, bottom = (round(edge) for edge in edges)
    rows = np.asarray(shown, dtype=np.float32)
    grey = np.repeat(rows.mean(axis=2, keepdims=True), 3, axis=2) * _DIM
    inside = slice(top, bottom), slice(left, right)
    grey[inside] = _lit(rows[inside], _spread(heat, (right - left, bottom - top)))
    return Image.fromarray(grey.round().clip(0, 255).astype(np.uint8))


def _lit(rows: NDArray[np.float32], heat: NDArray[np.float32]) -> NDArray[np.float32]:
    brightness = _DIM + (1 - _DIM) * heat
    tint = _TINT * heat
    return np.asarray(rows * brightness * (1 - tint) + _WARM * tint, dtype=np.float32)


def _spread(heat: Array, size: tuple[int, int]) -> NDArray[np.float32]:
    """`(G, G)` → `(H, W, 1)`, smooth."""
    large = Image.fromarray(heat.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(large, dtype=np.float32).clip(0, 1)[..., None]


def _number(name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise Problem("insight.no_such_class", name=name, classes="、".join(names))
    return names.index(name)


def _path(run: Path, photo: Path, class_name: str) -> Path:
    """Where it is kept. Photos of one name may lie in many folders."""
    identity = hashlib.sha256(f"{photo}\n{class_name}".encode()).hexdigest()[:16]
    return run / INSIGHT_FOLDER / f"heat-{identity}"


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _keep_numbers(path: Path, looked: Looked) -> None:
    with atomic_writer(path) as file:
        np.savez(file, rollout=looked.rollout, weighted=looked.weighted)
