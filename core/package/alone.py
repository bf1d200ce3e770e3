"""Making a package that works alone: its graphs, and how well they do what the program does.

What is measured is the whole way, from a decoded photo on: the graph's own resizing against Pillow's, ONNX Runtime's
arithmetic against torch's, and what quantising costs on the run's own test photos.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save

from core.backbones.preprocess import preprocess_photo
from core.methods.classifier import Array, Classifier, CosineClassifier
from core.methods.protocol import Method, as_array
from core.package.alone_check import (
    PICTURE_PROBABILITIES,
    QUICK_PROBABILITIES,
    TOLERANCE_ALONE,
    WORD_FEATURES,
    WORD_TOKENS,
    picture_name,
)
from core.package.archive import IMAGE_ONNX, IMAGE_ONNX_INT8, PICTURES, TEXT_ONNX, TOKENIZER, Tensors
from core.package.classifier import matching_of
from core.package.manifest import Alone, PackagedPreprocessing, Quantised, Words
from core.package.model import image_features
from core.package.onnx.build import (
    encoder_graph,
    image_graph,
    judge_graph,
    quantised,
    read_all,
    text_graph,
)
from core.package.onnx.model import Graph, ImageGraph
from core.package.onnx.tokenizer import tokenizer_file
from core.package.options import ExportOptions
from core.problems import Problem

PROBES = ("a red plastic part", "scratch on a metal surface", "small round cap with 2 holes")
_PICTURE_SEED = 20261125


@dataclass(frozen=True)
class KnownPhoto:
    """A photo as it is decoded `(H, W, 3)`, and the column of its class."""

    picture: NDArray[np.uint8]
    column: int


@dataclass(frozen=True, eq=False)
class Making:
    """What a run learned: the method, its classifier over the packaged classes, and how it is called."""

    method: Method
    classifier: Classifier
    composition: str
    preprocessing: PackagedPreprocessing

    def judged(self, pictures: Sequence[NDArray[np.uint8]]) -> Array:
        """What the program says of decoded photos, `(B, C)`."""
        small = [
            preprocess_photo(Image.fromarray(picture), self.method.backbone.preprocessing)
            for picture in pictures
        ]
        return self.classifier.probabilities(image_features(self.method, small))


@dataclass
class _Measured:
    """What was found over photos that come one after the other."""

    photos: int = 0
    difference: float = 0.0
    quick_difference: float = 0.0
    other_class: int = 0
    right: list[int] = field(default_factory=lambda: [0, 0])


def make_alone(
    making: Making, options: ExportOptions, photos: Iterable[KnownPhoto]
) -> tuple[Alone, dict[str, bytes]]:
    """What the manifest tells, and the members.

    Raises:
        Problem: `package.no_graph`, `.not_exportable`, `.no_new_words`, `.nothing_to_quantise_on`, `.alone_differs`.
    """
    encoder = encoder_graph(making.method)
    judge = judge_graph(making.classifier, making.composition, making.method.backbone.embed_dim)
    matching = matching_of(making.classifier)
    texts = matching.text_features if isinstance(matching, CosineClassifier) else None
    members = {IMAGE_ONNX: image_graph(making.preprocessing, encoder, judge, texts)}
    if options.quantise:
        members[IMAGE_ONNX_INT8] = image_graph(making.preprocessing, quantised(encoder), judge, texts)
    graphs = {name: ImageGraph(Graph(content, name)) for name, content in members.items()}
    found, checks = _measure(making, graphs, photos)
    told = None
    if options.quantise:
        if not found.photos:
            raise Problem("package.nothing_to_quantise_on")
        told = Quantised(
            photos=found.photos,
            other_class=found.other_class,
            right_before=found.right[0],
            right_after=found.right[1],
            max_difference=found.quick_difference,
        )
    words = None
    if options.new_products:
        words, probes = _add_words(making, members)
        checks |= probes
    members[PICTURES] = save(checks)
    alone = Alone(max_difference=found.difference, photos=found.photos, quantised=told, words=words)
    return alone, members


def check_pictures(side: int) -> list[NDArray[np.uint8]]:
    """A few pictures that show nothing, the same each time: patches of colour under noise; at input size, larger,
    smaller, upright and lying."""
    rng = np.random.Generator(np.random.PCG64(_PICTURE_SEED))
    found = []
    for height, width in (
        (side, side),
        (3 * side + 1, 2 * side),
        (side + 7, 3 * side),
        (side // 2 + 3, side),
    ):
        patches = rng.integers(0, 256, (5, 7, 3))
        rows, columns = np.arange(height) * 5 // height, np.arange(width) * 7 // width
        noise = rng.integers(-30, 31, (height, width, 3))
        found.append(np.clip(patches[rows][:, columns] + noise, 0, 255).astype(np.uint8))
    return found


def _measure(
    making: Making, graphs: dict[str, ImageGraph], photos: Iterable[KnownPhoto]
) -> tuple[_Measured, Tensors]:
    """What the graphs do on photos, and the check that goes along: pictures and what must come out.

    Raises:
        Problem: `package.alone_differs`.
    """
    found, quick = _Measured(), graphs.get(IMAGE_ONNX_INT8)
    pictures = check_pictures(making.preprocessing.image_size)
    expected = making.judged(pictures)
    checks: Tensors = {picture_name(number): picture for number, picture in enumerate(pictures)}
    checks[PICTURE_PROBABILITIES] = expected
    found.difference = _difference(_judged(graphs[IMAGE_ONNX], pictures), expected)
    if quick is not None:
        checks[QUICK_PROBABILITIES] = _judged(quick, pictures)
    for photo in photos:
        right = making.judged([photo.picture])
        own = _judged(graphs[IMAGE_ONNX], [photo.picture])
        found.photos += 1
        found.difference = max(found.difference, _difference(own, right))
        if quick is not None:
            other = _judged(quick, [photo.picture])
            found.quick_difference = max(found.quick_difference, _difference(other, right))
            found.other_class += int(other.argmax() != right.argmax())
            for place, row in enumerate((right, other)):
                found.right[place] += int(row.argmax() == photo.column)
    if not found.difference <= TOLERANCE_ALONE:
        raise Problem("package.alone_differs", difference=found.difference, tolerance=TOLERANCE_ALONE)
    return found, checks


def _add_words(making: Making, members: dict[str, bytes]) -> tuple[Words, Tensors]:
    """Put the text side among the members: how it reads, and what it must read in the probes.

    Raises:
        Problem: `package.no_new_words`, `.alone_differs`.
    """
    backbone, reading = making.method.backbone, making.method.reading()
    tokenizer = None if reading is None else tokenizer_file(backbone)
    if reading is None or tokenizer is None:
        raise Problem("package.no_new_words", composition=making.composition, backbone=backbone.card.name)
    members[TEXT_ONNX], members[TOKENIZER] = text_graph(backbone, reading), tokenizer
    tokens = [
        backbone.tokenize([sentence.replace("{}", words) for sentence in reading.sentences])
        for words in PROBES
    ]
    checks = {
        WORD_TOKENS: torch.stack(tokens).cpu().numpy(),
        WORD_FEATURES: as_array(read_all(reading, tokens)),
    }
    return Words(sentences=reading.sentences, probes=PROBES), checks


def _judged(graph: ImageGraph, pictures: Iterable[NDArray[np.uint8]]) -> Array:
    return np.concatenate([graph.judge(picture[None])[0] for picture in pictures])


def _difference(found: Array, expected: Array) -> float:
    return float(np.abs(found - expected).max())
