"""Reading the words of a new class with a package's own text side: no backbone."""

import numpy as np
from numpy.typing import NDArray

from core.methods.class_text import described
from core.methods.classifier import Array
from core.package.archive import TEXT_FEATURES, TEXT_ONNX, TOKENIZER, Package
from core.package.classifier import TEXT_TENSOR
from core.package.onnx.model import TextGraph, open_graph
from core.package.onnx.tokenizer import KIND, context_length_of
from core.problems import Problem


class WordReader:
    """Gives the text features of all classes, those that were added behind the others.

    Raises:
        Problem: `package.no_words` for a package that reads none, or as `Package.read` and `open_graph`.
    """

    def __init__(self, package: Package) -> None:
        alone = package.manifest.alone
        if alone is None or alone.words is None:
            raise Problem("package.no_words", name=package.path.name)
        self._sentences = alone.words.sentences
        self._length = context_length_of(package.read(TOKENIZER), package.path.name)
        self._graph = TextGraph(open_graph(package, TEXT_ONNX))
        self.text_features: Array = package.tensors(TEXT_FEATURES)[TEXT_TENSOR]

    def add(self, name: str, words: str) -> Array:
        """The features `(C + 1, D)` with one more class, by its English words, one description per line.

        Raises:
            Problem: `methods.too_long_description`, `package.bad_graph`.
        """
        lines = described(name, words).lines
        features = np.stack([self._graph.read(self._tokens(name, line)) for line in lines])
        if len(lines) > 1:
            features /= np.linalg.norm(features, axis=1, keepdims=True)
        feature = features.mean(axis=0)
        self.text_features = np.concatenate([self.text_features, feature[None]])
        return self.text_features

    def _tokens(self, name: str, line: str) -> NDArray[np.int64]:
        # The tokenizer is the program's own: it takes a second to come.
        from core.backbones.tokens import make_tokenizer

        sentences = [sentence.replace("{}", line) for sentence in self._sentences]
        tokens: NDArray[np.int64] = make_tokenizer({}, None, KIND)(sentences, self._length).numpy()
        # A text that fills the context was cut without a word.
        if (tokens.argmax(axis=1) >= self._length - 1).any():
            raise Problem("methods.too_long_description", name=name, limit=self._length - 2)
        return tokens
