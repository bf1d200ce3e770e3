"""Does a package that works alone judge here as it did when it was made? Without torch and without the backbone."""

import numpy as np
from numpy.typing import NDArray

from core.methods.classifier import Array
from core.package.archive import IMAGE_ONNX, IMAGE_ONNX_INT8, PICTURES, TEXT_ONNX, Package, Tensors
from core.package.onnx.model import ImageGraph, TextGraph, open_graph
from core.problems import Problem

PICTURE_PROBABILITIES = "probabilities"
QUICK_PROBABILITIES = "probabilities_int8"
WORD_TOKENS, WORD_FEATURES = "word_tokens", "word_features"
TOLERANCE_ALONE = 1e-3  # probability: a pixel may be resized to a level of 255 beside Pillow's
TOLERANCE_QUICK = 0.05  # probability: where 8 bits round, a last bit decides
TOLERANCE_WORDS = 1e-3  # of the unit feature

_MANY = 64


def picture_name(number: int) -> str:
    """The name of a check picture among the tensors."""
    return f"picture_{number}"


def check_alone(package: Package) -> tuple[float, int]:
    """Judge the pictures in the package by its graphs and read its probe words: the largest difference of a
    probability by the exact graph, and how many pictures were judged.

    Raises:
        Problem: `package.alone_other_results`, `.bad_tensors`, `.bad_graph`, `.bad_tokenizer`, or as `Package.read`.
    """
    alone = package.manifest.alone
    if alone is None:
        return 0.0, 0
    tensors = package.plain_tensors(PICTURES)
    pictures = _pictures(package, tensors)
    shape = (len(pictures), len(package.manifest.classes))
    expected = _expected(package, tensors, PICTURE_PROBABILITIES, shape)
    difference = _compare(package, IMAGE_ONNX, pictures, expected, TOLERANCE_ALONE)
    if alone.quantised:
        quick = _expected(package, tensors, QUICK_PROBABILITIES, shape)
        _compare(package, IMAGE_ONNX_INT8, pictures, quick, TOLERANCE_QUICK)
    if alone.words:
        tokens = _tokens(package, tensors, (len(alone.words.probes), len(alone.words.sentences)))
        width = package.manifest.backbone.embed_dim
        _compare_words(package, tokens, _expected(package, tensors, WORD_FEATURES, (len(tokens), width)))
    return difference, len(pictures)


def _compare(
    package: Package, member: str, pictures: list[NDArray[np.uint8]], expected: Array, tolerance: float
) -> float:
    graph = ImageGraph(open_graph(package, member))
    found = np.concatenate([graph.judge(picture[None])[0] for picture in pictures])
    if found.shape != expected.shape:
        raise Problem("package.bad_graph", name=package.path.name, member=member, reason=found.shape)
    difference = float(np.abs(found - expected).max())
    if not difference <= tolerance:  # what is no number is unlike too
        raise _unlike(package, member, difference, tolerance)
    return difference


def _compare_words(package: Package, tokens: NDArray[np.int64], expected: Array) -> None:
    graph = TextGraph(open_graph(package, TEXT_ONNX))
    found = [graph.read(each) for each in tokens]
    if any(each.shape != expected.shape[1:] for each in found):
        raise Problem("package.bad_graph", name=package.path.name, member=TEXT_ONNX, reason="shape")
    difference = float(np.abs(_unit(np.stack(found)) - _unit(expected)).max())
    if not difference <= TOLERANCE_WORDS:
        raise _unlike(package, TEXT_ONNX, difference, TOLERANCE_WORDS)


def _unlike(package: Package, member: str, difference: float, tolerance: float) -> Problem:
    return Problem(
        "package.alone_other_results",
        name=package.path.name,
        member=member,
        difference=difference,
        tolerance=tolerance,
    )


def _pictures(package: Package, tensors: Tensors) -> list[NDArray[np.uint8]]:
    pictures = []
    for number in range(_MANY):
        picture = tensors.get(picture_name(number))
        if picture is None:
            break
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise _bad(package, picture_name(number))
        pictures.append(picture.astype(np.uint8, copy=False))
    if not pictures:
        raise _bad(package, picture_name(0))
    return pictures


def _expected(
    package: Package,
    tensors: Tensors,
    name: str,
    shape: tuple[int, ...],
) -> Array:
    tensor = tensors.get(name)
    if tensor is None or tensor.dtype != np.float32 or tensor.shape != shape:
        raise _bad(package, name)
    return tensor.astype(np.float32, copy=False)


def _tokens(package: Package, tensors: Tensors, shape: tuple[int, int]) -> NDArray[np.int64]:
    tokens = tensors.get(WORD_TOKENS)
    if tokens is None or tokens.dtype != np.int64 or tokens.ndim != 3 or tokens.shape[:2] != shape:
        raise _bad(package, WORD_TOKENS)
    return tokens.astype(np.int64, copy=False)


def _bad(package: Package, reason: str) -> Problem:
    return Problem("package.bad_tensors", name=package.path.name, member=PICTURES, reason=reason)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=-1, keepdims=True), np.float32)
