"""Asking the graphs of a package."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hikidashi_onsite.archive import (
    IMAGE_GRAPH,
    PICTURES,
    QUICK_GRAPH,
    TEXT_FEATURES,
    TEXT_GRAPH,
    TOKENIZER,
    Package,
)
from hikidashi_onsite.refusal import Refusal
from hikidashi_onsite.tokens import Tokenizer

TOLERANCE, QUICK_TOLERANCE = 1e-3, 0.05  # probability; see the program's own check
WORD_TOLERANCE = 1e-3
_ELSEWHERE = b"location"  # by this name a tensor says in which other file it lies
_QUIET = 4

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """A photo's classes with their probabilities, the likeliest first; `unsure` calls for a person."""

    ranking: tuple[tuple[str, float], ...]
    unsure: bool

    @property
    def class_name(self) -> str:
        """The class that it was taken for."""
        return self.ranking[0][0]

    @property
    def probability(self) -> float:
        """The probability of that class."""
        return self.ranking[0][1]


class Model:
    """Judges photos; `quick` takes the smaller graph.

    Raises:
        Refusal: `not_alone`, `not_quick`, `bad_graph`, `damaged`.
    """

    def __init__(self, package: Package, *, quick: bool = False, threads: int = 0) -> None:
        if not package.has(IMAGE_GRAPH) or not package.manifest.get("alone"):
            raise Refusal("not_alone", name=package.name)
        if quick and not package.has(QUICK_GRAPH):
            raise Refusal("not_quick", name=package.name)
        self._package, self._threads, self._quick = package, threads, quick
        self._graph = self._open(QUICK_GRAPH if quick else IMAGE_GRAPH)
        self.class_names: list[str] = [entry["name"] for entry in package.manifest["classes"]]
        self._texts: Array | None = None
        self._reader: tuple[Any, Tokenizer] | None = None

    @property
    def side(self) -> int:
        """The side of the pictures that the model sees: photos need not be opened larger than twice that."""
        return int(self._package.manifest["backbone"]["preprocessing"]["image_size"])

    def judge(self, photo: NDArray[np.uint8]) -> Answer:
        """A photo `(H, W, 3)`. Raises Refusal `bad_graph`."""
        row = self.probabilities(photo[None])[0]
        best = np.argsort(-row, kind="stable")
        unsure = self._package.manifest["unsure"]
        limit = None if unsure is None else float(unsure["probability"])
        ranking = tuple((self.class_names[index], float(row[index])) for index in best)
        return Answer(ranking, limit is not None and (ranking[0][1] < limit or limit >= 1))

    def probabilities(self, photos: NDArray[np.uint8]) -> Array:
        """Photos of one size `(N, H, W, 3)` → `(N, C)`. Raises Refusal `bad_graph`."""
        inputs: dict[str, NDArray[Any]] = {"photos": photos}
        if self._texts is not None:
            inputs["text_features"] = self._texts
        found: Array = self._run(self._graph, "probabilities", inputs)
        if found.shape != (len(photos), len(self.class_names)):
            raise Refusal("bad_graph", name=self._package.name, reason=found.shape)
        return found

    def add_class(self, name: str, words: str) -> None:
        """Offer one more class, by its English words alone; the others are judged as before.

        Raises:
            Refusal: `no_new_words`, `class_exists`, `bad_words`, `bad_graph`, `damaged`.
        """
        if name in self.class_names:
            raise Refusal("class_exists", name=name)
        feature = self.read_words(words)
        texts = self._texts
        if texts is None:
            texts = self._tensor(self._package.tensors(TEXT_FEATURES), "text_features")
        if feature.shape != texts.shape[1:]:
            raise Refusal("bad_graph", name=self._package.name, reason=feature.shape)
        self._texts = np.concatenate([texts, feature[None]])
        self.class_names = [*self.class_names, name]

    def read_words(self, words: str) -> Array:
        """The text feature of a class's words `(D,)`, of several lines the mean. Raises Refusal as `add_class`."""
        told = self._package.manifest["alone"].get("words")
        if not told or not self._package.has(TEXT_GRAPH):
            raise Refusal("no_new_words", name=self._package.name)
        if self._reader is None:
            tokenizer = Tokenizer(self._package.read(TOKENIZER), self._package.name)
            self._reader = self._open(TEXT_GRAPH), tokenizer
        graph, tokenizer = self._reader
        lines = [line for line in words.splitlines() if line.strip()] or [words]
        features = [
            np.asarray(self._run(graph, "text_feature", {"tokens": tokenizer.ids(told["sentences"], line)}))
            for line in lines
        ]
        feature: Array = features[0]
        if len(features) > 1:
            feature = _unit(np.concatenate([each.reshape(1, -1) for each in features])).mean(axis=0)
        return feature

    def check(self) -> float:
        """Judge the pictures in the package and read its probe words: the largest difference of a probability from
        when it was made.

        Raises:
            Refusal: `other_results`, or as the above.
        """
        tensors = self._package.tensors(PICTURES)
        pictures = [tensors[f"picture_{n}"] for n in range(len(tensors)) if f"picture_{n}" in tensors]
        name = "probabilities_int8" if self._quick else "probabilities"
        if not pictures:
            raise Refusal("damaged", name=self._package.name, reason=PICTURES)
        found = np.concatenate([self.probabilities(picture[None]) for picture in pictures])
        difference = self._compare(
            found, self._tensor(tensors, name), QUICK_TOLERANCE if self._quick else TOLERANCE
        )
        if told := self._package.manifest["alone"].get("words"):
            read = np.concatenate([self.read_words(words).reshape(1, -1) for words in told["probes"]])
            self._compare(_unit(read), _unit(self._tensor(tensors, "word_features")), WORD_TOLERANCE)
        return difference

    def _tensor(self, tensors: dict[str, NDArray[Any]], name: str) -> Array:
        found = tensors.get(name)
        if found is None or found.ndim != 2 or found.dtype != np.float32:
            raise Refusal("damaged", name=self._package.name, reason=name)
        return found

    def _compare(self, found: Array, expected: Array, tolerance: float) -> float:
        difference = float(np.abs(found - expected).max()) if found.shape == expected.shape else np.inf
        if not difference <= tolerance:  # what is no number is unlike too
            raise Refusal("other_results", name=self._package.name, difference=difference)
        return difference

    def _open(self, member: str) -> Any:
        content = self._package.read(member)
        if _ELSEWHERE in content:
            raise Refusal("bad_graph", name=self._package.name, reason=member)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = self._threads, _QUIET
        try:
            return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except Exception as error:  # The runtime's own exceptions have no other root.
            raise self._bad_graph(error) from error

    def _run(self, graph: Any, output: str, inputs: dict[str, NDArray[Any]]) -> Any:
        try:
            return graph.run([output], inputs)[0]
        except Exception as error:  # as above
            raise self._bad_graph(error) from error

    def _bad_graph(self, error: Exception) -> Refusal:
        line = (str(error).splitlines() or [""])[0]
        return Refusal("bad_graph", name=self._package.name, reason=line)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=-1, keepdims=True), np.float32)
