"""All that is known of a project's photos from what the untouched backbone sees and the labels so far, by photo id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from core.assist.groups import groups_of, offered
from core.assist.space import Floats, Space, Vectors, unit
from core.assist.suggest import UNLABELLED, Labels, Suggestions, suggest
from core.assist.suspicion import suspects
from core.assist.usefulness import most_useful, uncertainty
from core.photos.embeddings import Embeddings
from core.project.sources import Photo


@dataclass(frozen=True, slots=True)
class Hint:
    """A class that a photo probably is, and how probable that is, 0-1."""

    class_id: int
    probability: float


@dataclass(frozen=True, eq=False)
class Sight:
    """The photos that the backbone has seen, of `of` in all: ids and unit features `(N, D)`; does not change with labels."""

    ids: tuple[int, ...]
    kin: Labels
    vectors: Vectors
    of: int

    @classmethod
    def of_photos(cls, photos: Sequence[Photo], embeddings: Embeddings | None) -> "Sight":
        """Those of the photos that were seen."""
        rows = embeddings.rows if embeddings is not None else {}
        seen = [photo for photo in photos if photo.sha256 in rows]
        vectors = (
            embeddings.of([photo.sha256 for photo in seen])
            if embeddings is not None
            else np.empty((0, 1), dtype=np.float32)
        )
        kin = np.array([photo.kin for photo in seen], dtype=np.intp)
        return cls(tuple(photo.id for photo in seen), kin, vectors, len(photos))

    @cached_property
    def places(self) -> Vectors:
        """Where they lie in the space in which they differ `(N, P)`."""
        return Space.of(self.vectors).places(self.vectors)

    @cached_property
    def rows(self) -> Mapping[int, int]:
        """The row of each photo."""
        return {photo_id: row for row, photo_id in enumerate(self.ids)}

    def logits(self, texts: Vectors, logit_scale: float) -> Floats:
        """Scaled cosines `(N, C)` with text features `(C, D)`; words may have been read before any photo was seen."""
        if not self.ids:
            return np.zeros((0, len(texts)))
        return np.asarray(logit_scale * (self.vectors @ unit(texts).T.astype(np.float32)), dtype=np.float64)


@dataclass(frozen=True)
class Advice:
    """By photo id: `hints` what those without a label probably are, where that is likelier than not; `groups` the
    number of the group that is accepted at once, the most sparing first; `useful` the place in the order in which to
    label; `doubts` the label that a labelled photo should probably have instead."""

    hints: Mapping[int, Hint] = field(default_factory=dict)
    groups: Mapping[int, int] = field(default_factory=dict)
    useful: Mapping[int, int] = field(default_factory=dict)
    doubts: Mapping[int, Hint] = field(default_factory=dict)
    seen: int = 0
    of: int = 0

    def group(self, photo_id: int) -> tuple[int, ...]:
        """The photos that are accepted at once with this one, itself among them; none where it has no group."""
        number = self.groups.get(photo_id)
        return () if number is None else tuple(key for key, other in self.groups.items() if other == number)


def advise(
    sight: Sight, labels: Mapping[int, int | None], classes: Sequence[int], words: Floats | None
) -> Advice:
    """Advice from the labels (class id by photo id) of what was seen; `words` `(N, C)` as `Sight.logits` gives them
    for these classes."""
    index = {class_id: number for number, class_id in enumerate(classes)}
    own = np.array(
        [index.get(labels.get(photo_id) or 0, UNLABELLED) for photo_id in sight.ids], dtype=np.intp
    )
    if not len(own):
        return Advice(of=sight.of)
    found = suggest(sight.places, own, words, len(classes), sight.kin)
    openness = np.ones(len(own)) if found is None else uncertainty(found.probabilities)
    useful = most_useful(sight.places, own, openness)
    told = Advice(
        useful={sight.ids[row]: place for place, row in enumerate(useful.tolist())},
        seen=len(sight.ids),
        of=sight.of,
    )
    return told if found is None else _with_suggestions(told, sight, own, classes, found)


def _with_suggestions(
    told: Advice, sight: Sight, own: Labels, classes: Sequence[int], found: Suggestions
) -> Advice:
    ids, best, confidence = sight.ids, found.best, found.confidence
    hints = {
        ids[row]: Hint(classes[best[row]], float(confidence[row]))
        for row in np.flatnonzero(offered(found, own))
    }
    groups = {
        ids[row]: number
        for number, group in enumerate(groups_of(sight.places, found, own))
        for row in group.rows.tolist()
    }
    doubts = {
        ids[each.row]: Hint(classes[each.likely], each.lead) for each in suspects(found.probabilities, own)
    }
    return Advice(hints, groups, told.useful, doubts, told.seen, told.of)
