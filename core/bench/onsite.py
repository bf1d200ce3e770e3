"""What judging on site costs: a package's graph against the bare session on the same tensor and against torch.

The subject is the untouched model (zero-shot) on synthetic classes: what is learned changes weights, or adds a little
to a judge that is small beside the tower. First all three must answer alike, then they are timed in turn.
"""

import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from PIL import Image

from core.backbones.clip import Backbone
from core.backbones.preprocess import preprocess_photo
from core.bench.subject import class_names
from core.methods.build import build_method
from core.methods.classifier import Array, CosineClassifier
from core.package.manifest import PackagedPreprocessing
from core.package.model import image_features
from core.package.onnx.build import encoder_graph, image_graph, judge_graph
from core.package.onnx.model import Graph, ImageGraph
from core.package.onnx.names import IMAGE_FEATURES, PHOTOS, PIXELS, PROBABILITIES, TEXT_FEATURES
from core.package.onnx.photos import photos_graph
from core.package.onnx.trace import joined
from core.photos.decode import decode_photo

TOLERANCE = 1e-3  # probability, as between a package's graph and the program
BATCHES = (1, 4, 16)
_METHOD = "zero-shot"
_WIDTH, _HEIGHT = 1280, 960
_START_SECONDS = 300
_QUIET = 4


@dataclass(frozen=True)
class Ways:
    """The same judging in three ways, for photos of one size `(N, H, W, 3)` → `(N, C)`.

    `bare` takes the normalised pixels `(N, 3, S, S)` that `pixels` gives, so it has nothing to do but the tower.
    """

    graph: Callable[[NDArray[np.uint8]], Array]
    bare: Callable[[NDArray[np.float32]], Array]
    torch: Callable[[NDArray[np.uint8]], Array]
    pixels: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    content: bytes


def measure_onsite(
    backbone: Backbone, classes: int = 10, repeats: int = 30, latencies: int = 100
) -> dict[str, Any]:
    """Ratios of medians, and the graph's own times with opening a JPEG of 1280 × 960.

    `ratio_to_session`: our seconds over the bare session's, 1 is the least there can be. `ratio_to_torch`: torch's
    seconds over ours, more is better. `start_s`: a fresh process, from its start to its first answer.
    """
    side = backbone.image_size
    jpeg = _jpeg()
    photo = np.asarray(decode_photo(jpeg, Path("bench.jpg"), at_least=side), np.uint8)[None]
    ways = stand_up_ways(backbone, classes)
    difference = _difference(ways, photo)
    pixels = ways.pixels(photo)
    ours, bare, plain = _medians(
        [lambda: ways.graph(photo), lambda: ways.bare(pixels), lambda: ways.torch(photo)], repeats
    )

    def whole() -> None:
        ways.graph(np.asarray(decode_photo(jpeg, Path("bench.jpg"), at_least=side), np.uint8)[None])

    milliseconds = [1000 * _seconds(whole) for _ in range(latencies)]
    per_second = {str(count): _per_second(ways, photo, count, repeats) for count in BATCHES}
    return {
        "ratio_to_session": ours / bare,
        "ratio_to_torch": plain / ours,
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p99_ms": float(np.percentile(milliseconds, 99)),
        "photos_per_s": max(per_second.values()),
        "photos_per_s_by_batch": per_second,
        "start_s": _start_seconds(ways.content, jpeg),
        "session_ms": 1000 * bare,
        "torch_ms": 1000 * plain,
        "max_difference": difference,
        "equal": difference <= TOLERANCE,
        "target": {"ratio_to_session": 1.2},
    }


def stand_up_ways(backbone: Backbone, classes: int) -> Ways:
    """The three ways on one backbone."""
    names = class_names(classes)
    method = build_method(_METHOD, {}, backbone, names)
    classifier = method.classifier(names)
    assert isinstance(classifier, CosineClassifier), (
        "zero-shot matches texts that are the same for every photo"
    )
    p = backbone.preprocessing
    preprocessing = PackagedPreprocessing(
        image_size=p.image_size, resize=p.resize, interpolation=p.interpolation, mean=p.mean, std=p.std
    )
    encoder = encoder_graph(method)
    judge = judge_graph(classifier, _METHOD, backbone.embed_dim)
    content = image_graph(preprocessing, encoder, judge, classifier.text_features)
    behind = joined(encoder, judge, IMAGE_FEATURES)
    behind.graph.initializer.append(numpy_helper.from_array(classifier.text_features, TEXT_FEATURES))
    graph = ImageGraph(Graph(content, "bench"))
    bare, front = _session(behind), _session(photos_graph(preprocessing))

    def plain(photos: NDArray[np.uint8]) -> Array:
        small = [preprocess_photo(Image.fromarray(photo), p) for photo in photos]
        return classifier.probabilities(image_features(method, small))

    return Ways(
        graph=lambda photos: graph.judge(photos)[0],
        bare=lambda pixels: bare.run([PROBABILITIES], {PIXELS: pixels})[0],
        torch=plain,
        pixels=lambda photos: front.run([PIXELS], {PHOTOS: photos})[0],
        content=content,
    )


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _QUIET
    return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def _difference(ways: Ways, photo: NDArray[np.uint8]) -> float:
    answers = [ways.graph(photo), ways.bare(ways.pixels(photo)), ways.torch(photo)]
    return max(float(np.abs(answer - answers[0]).max()) for answer in answers[1:])


def _medians(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Timed in turn, so that what else the machine does falls on all of them."""
    for work in works:
        work()
    times = [[_seconds(work) for work in works] for _ in range(repeats)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def _per_second(ways: Ways, photo: NDArray[np.uint8], count: int, repeats: int) -> float:
    photos = np.repeat(photo, count, axis=0)
    (median,) = _medians([lambda: ways.graph(photos)], max(3, repeats // count))
    return count / median


@torch.inference_mode()
def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _start_seconds(content: bytes, jpeg: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        graph, photo = Path(folder) / "graph.onnx", Path(folder) / "photo.jpg"
        graph.write_bytes(content)
        photo.write_bytes(jpeg)
        words = ["bench", "onsite", "--start-with", str(graph), str(photo)]
        frozen = getattr(sys, "frozen", False)
        command = [sys.executable, *words] if frozen else [sys.executable, "-m", "core.cli", *words]
        place = None if frozen else Path(__file__).parents[2]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=place, timeout=_START_SECONDS)
        return time.perf_counter() - began


def _jpeg() -> bytes:
    """Patches of colour under a little noise: neither as easy as one colour nor as hard as noise alone."""
    rng = np.random.Generator(np.random.PCG64(0))
    patches = rng.integers(0, 256, (12, 16, 3)).repeat(_HEIGHT // 12, 0).repeat(_WIDTH // 16, 1)
    picture = np.clip(patches + rng.integers(-12, 13, patches.shape), 0, 255).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "JPEG", quality=90)
    return content.getvalue()
