"""Judging with a package's graph: ONNX Runtime alone, no torch."""

from functools import cached_property
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.methods.classifier import Array
from core.package.archive import Package
from core.package.onnx.names import (
    IMAGE_FEATURES,
    PHOTOS,
    PROBABILITIES,
    TEXT_FEATURE,
    TEXT_FEATURES,
    TOKENS,
)
from core.problems import Problem

# A tensor that lies in another file says where under this name: a graph is not to open files.
_ELSEWHERE = b"location"
_QUIET = 4


class Graph:
    """A graph, ready to run; `name` is what it is called in a Problem. `threads` 0: as many as there are cores.

    Raises:
        Problem: `package.bad_graph`.
    """

    def __init__(self, content: bytes, name: str, package: str = "", threads: int = 0) -> None:
        self.name, self.package = name, package
        if _ELSEWHERE in content:
            raise self._bad("location")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _QUIET
        try:
            self._session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except Exception as error:  # The runtime's own exceptions have no other root.
            raise self._bad(error) from error

    def run(self, outputs: list[str], **inputs: NDArray[Any]) -> list[Array]:
        """Some outputs for these inputs. Raises Problem `package.bad_graph`."""
        try:
            found: list[Array] = self._session.run(outputs, inputs)
        except Exception as error:  # as above
            raise self._bad(error) from error
        return found

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Names of all inputs, those with a default too."""
        every = [*self._session.get_inputs(), *self._session.get_overridable_initializers()]
        return frozenset(entry.name for entry in every)

    def _bad(self, reason: object) -> Problem:
        line = (str(reason).splitlines() or [""])[0]
        return Problem("package.bad_graph", name=self.package, member=self.name, reason=line)


def open_graph(package: Package, member: str, threads: int = 0) -> Graph:
    """A graph of a package. Raises Problem `package.bad_graph`, or as `Package.read`."""
    return Graph(package.read(member), member, package.path.name, threads)


class ImageGraph:
    """From photos to probabilities."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @property
    def takes_classes(self) -> bool:
        """Whether classes can be put behind the known ones: their texts do not depend on the photo."""
        return TEXT_FEATURES in self._graph.inputs

    def judge(self, photos: NDArray[np.uint8], text_features: Array | None = None) -> tuple[Array, Array]:
        """Photos of one size `(N, H, W, 3)` → probabilities `(N, C)` and image features `(N, D)`; with `text_features`
        `(C', D)` the known classes' and those behind them. Raises Problem `package.bad_graph`."""
        texts = {} if text_features is None else {TEXT_FEATURES: text_features}
        probabilities, features = self._graph.run(
            [PROBABILITIES, IMAGE_FEATURES], **{PHOTOS: photos}, **texts
        )
        return probabilities, features


class TextGraph:
    """From the words of a class to its text feature."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def read(self, tokens: NDArray[np.int64]) -> Array:
        """Token ids `(S, L)` of its sentences → `(D,)`. Raises Problem `package.bad_graph`."""
        return self._graph.run([TEXT_FEATURE], **{TOKENS: tokens})[0]
