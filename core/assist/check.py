"""How well a description fits the photos labelled so far: by words alone, nothing learned."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from core.assist.desk import Made
from core.assist.project_words import text_features, words_of
from core.assist.words import scale_of
from core.methods.class_text import described
from core.project.store import CACHE_FOLDER, Project


@dataclass(frozen=True)
class DescriptionCheck:
    """Of the class's `labelled` photos the words find `right`; `taken_for` is the class that most of the others are
    taken for, and how many; `takes` the class of which most photos are wrongly taken for this one, and how many."""

    labelled: int
    right: int
    taken_for: tuple[int, int] | None
    takes: tuple[int, int] | None


def check_description(
    project: Project, made: Made, class_id: int | None, name: str, description: str
) -> DescriptionCheck | None:
    """Check a description of a class, of a new one (None) too; None while its words were not read yet, no photo was
    seen, or there is no other class."""
    cache, sha256 = project.folder / CACHE_FOLDER, made.stamp[0]
    others = [entry for entry in project.classes() if entry.id != class_id]
    texts = text_features(cache, sha256, [described(name, description), *words_of(others)])
    scale = scale_of(cache, sha256)
    if not others or texts is None or scale is None or not made.sight.ids:
        return None
    ids = [class_id, *(entry.id for entry in others)]
    labels = {photo.id: photo.class_id for photo in project.photos("labelled")}
    best = np.argmax(made.sight.logits(texts, scale), axis=1)
    pairs = [
        (labels[photo_id], ids[column])
        for photo_id, column in zip(made.sight.ids, best.tolist(), strict=True)
        if photo_id in labels
    ]
    own = Counter(read for given, read in pairs if given == class_id and class_id is not None)
    drawn = Counter(given for given, read in pairs if read == class_id and given != class_id)
    wrong = Counter({read: count for read, count in own.items() if read != class_id})
    return DescriptionCheck(own.total(), own[class_id], _first(wrong), _first(drawn))


def _first(counted: "Counter[int | None]") -> tuple[int, int] | None:
    for class_id, count in counted.most_common(1):
        if class_id is not None:
            return class_id, count
    return None
