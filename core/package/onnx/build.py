"""The graphs of a package that works alone: from photos to probabilities, the same quantised, and the text side."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.classifier import Array, Classifier, CosineClassifier
from core.methods.conditional import ConditionalClassifier
from core.methods.protocol import Method
from core.methods.reading import Reading
from core.package.classifier import matching_of
from core.package.manifest import PackagedPreprocessing
from core.package.onnx.judge import Judge
from core.package.onnx.names import (
    IMAGE_FEATURES,
    PIXELS,
    PROBABILITIES,
    TEXT_FEATURE,
    TEXT_FEATURES,
    TOKENS,
)
from core.package.onnx.photos import photos_graph
from core.package.onnx.trace import joined, traced, without_adapters
from core.problems import Problem

_SEVERAL = 2  # one alone would be taken for an axis of fixed length
_QUANTISED = ("MatMul", "Gemm")


class _Encoder(nn.Module):
    def __init__(self, method: Method) -> None:
        super().__init__()
        self.method = method

    def forward(self, pixels: Tensor) -> Tensor:
        return self.method.image_features(pixels)


class _ConditionalJudge(nn.Module):
    """Judging by texts that depend on the photo: features alone decide."""

    def __init__(self, judge: Judge, matching: ConditionalClassifier) -> None:
        super().__init__()
        self.judge, self.tower, self.texts = judge, matching.tower, matching.texts
        self.meta_net = matching.texts.meta_net

    def forward(self, image_features: Tensor) -> Tensor:
        found: Tensor = self.judge(image_features, self.texts.features(self.tower, image_features))
        return found


@torch.no_grad()
def encoder_graph(method: Method) -> onnx.ModelProto:
    """Normalised pixels → image features, with what was learned folded in. Raises Problem `package.no_graph`."""
    size = method.backbone.image_size
    example = torch.rand(_SEVERAL, 3, size, size) - 0.5
    encoder = _Encoder(without_adapters(method))  # type: ignore[arg-type]
    encoder(example)
    return traced(encoder, [example], {PIXELS: {0: "photo"}}, IMAGE_FEATURES)


@torch.no_grad()
def judge_graph(classifier: Classifier, composition: str, width: int) -> onnx.ModelProto:
    """Image features, and text features where they do not depend on the photo → probabilities.

    Raises:
        Problem: `package.not_exportable`, `package.no_graph`.
    """
    judge, matching = Judge(classifier, composition), matching_of(classifier)
    features = torch.randn(_SEVERAL, width)
    rows = {IMAGE_FEATURES: {0: "photo"}}
    if isinstance(matching, ConditionalClassifier):
        whole = _ConditionalJudge(judge, matching)
        whole(features)  # what is the same for every photo is worked out now, and not in the graph
        return traced(whole, [features], rows, PROBABILITIES)
    if not isinstance(matching, CosineClassifier):
        raise Problem("package.not_exportable", composition=composition)
    texts = torch.from_numpy(matching.text_features.copy())
    return traced(judge, [features, texts], rows | {TEXT_FEATURES: {0: "class"}}, PROBABILITIES)


def image_graph(
    preprocessing: PackagedPreprocessing,
    encoder: onnx.ModelProto,
    judge: onnx.ModelProto,
    text_features: Array | None,
) -> bytes:
    """The whole way, uint8 photos `(N, H, W, 3)` of one size → probabilities `(N, C)` and image features `(N, D)`.
    Text features `(C, D)` are a further input, and these its default."""
    front = joined(photos_graph(preprocessing), encoder, PIXELS)
    whole = joined(front, judge, IMAGE_FEATURES, keep=[IMAGE_FEATURES])
    if text_features is not None:
        whole.graph.initializer.append(numpy_helper.from_array(text_features, TEXT_FEATURES))
    return _content(whole)


def quantised(encoder: onnx.ModelProto) -> onnx.ModelProto:
    """The encoder with its linear layers in 8 bits, each output channel at its own scale.

    Weights keep 7 of the bits: with all 8, processors without VNNI add up past their 16-bit registers and judge
    otherwise than the others.
    """
    with tempfile.TemporaryDirectory() as folder, _unwarned():
        path = Path(folder) / "quantised.onnx"
        quantize_dynamic(
            encoder,
            path,
            op_types_to_quantize=list(_QUANTISED),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(path)


@torch.no_grad()
def text_graph(backbone: Backbone, reading: Reading) -> bytes:
    """Token ids `(S, L)` of a class's sentences → its text feature `(D,)`. Raises Problem `package.no_graph`."""
    module = without_adapters(reading.module)
    # The longest text there can be: the example's length is the graph's.
    longest = backbone.tokenize([sentence.replace("{}", _long(backbone)) for sentence in reading.sentences])
    module(longest)
    return _content(traced(module, [longest], {TOKENS: {}}, TEXT_FEATURE))


@torch.no_grad()
def read_all(reading: Reading, tokens: Sequence[Tensor]) -> Tensor:
    """What the module itself makes of token ids, each `(S, L)` → `(P, D)`."""
    return torch.stack([reading.module(each) for each in tokens])


@contextmanager
def _unwarned() -> Iterator[None]:
    """ONNX Runtime recommends, by the root logger, a preparation that changes nothing in these graphs."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _long(backbone: Backbone) -> str:
    return "x " * backbone.context_length


def _content(model: onnx.ModelProto) -> bytes:
    try:
        content: bytes = model.SerializeToString()
    except ValueError as error:  # protobuf refuses two gigabytes
        raise Problem("package.no_graph", reason=error) from error
    return content
