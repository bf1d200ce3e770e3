"""Text features of a project's classes and of words that are searched for, as an assist job has left them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.assist.space import Vectors, unit
from core.assist.words import key_of, texts_cache
from core.methods.class_text import ClassText, described
from core.photos.embeddings import read_embeddings
from core.project.classes import ProductClass


def words_of(classes: Sequence[ProductClass]) -> list[ClassText]:
    """The classes as the model reads them."""
    return [described(entry.name, entry.description) for entry in classes]


def lines_of(texts: Sequence[ClassText]) -> list[str]:
    """Every description of every class, each once."""
    return list(dict.fromkeys(line for text in texts for line in text.lines))


def text_features(cache: Path, backbone: str, texts: Sequence[ClassText]) -> Vectors | None:
    """Unit features `(C, D)` of classes, the mean of their descriptions' each; None where one was not read yet."""
    known = read_embeddings(texts_cache(cache), backbone)
    keys = [[key_of(line) for line in text.lines] for text in texts]
    if known is None or not keys or any(key not in known.rows for own in keys for key in own):
        return None
    means = [known.of(own).mean(axis=0) for own in keys]
    return unit(np.stack(means)).astype(np.float32)
