"""CIDEr-D (Vedantam et al. 2015), which coco-caption calls CIDEr: 0 to 10, mean over photos.

Runs of 1 to 4 words weighted by how rare they are among the photos' references; cosine to every reference, clipped so
that repeating a word gains nothing, with a Gaussian penalty on the difference in length. What all photos' references
say counts nothing: so the measure needs several photos, and a constant description scores low.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.tasks.metrics.counting import ORDERS, Run, runs

SIGMA = 6.0
_SCALE = 10.0

Words = Sequence[str]


class Rarity:
    """How rare runs of words are among the references of photos."""

    def __init__(self, references: Sequence[Sequence[Words]]) -> None:
        self._log_photos = math.log(max(1, len(references)))
        self._photos_with: Counter[Run] = Counter()
        for of_photo in references:
            self._photos_with.update(
                {run for words in of_photo for n in range(ORDERS) for run in runs(words, n + 1)}
            )

    def weigh(self, words: Words) -> "_Weighed":
        """tf-idf vectors of a text, one per order."""
        vectors = [
            {run: count * self._weight(run) for run, count in runs(words, n + 1).items()}
            for n in range(ORDERS)
        ]
        norms = [math.sqrt(math.fsum(value * value for value in vector.values())) for vector in vectors]
        return _Weighed(vectors, norms, max(0, len(words) - 1))

    def _weight(self, run: Run) -> float:
        return self._log_photos - math.log(max(1, self._photos_with[run]))


def cider(said: Words, references: Sequence[Words], rarity: Rarity) -> float:
    """CIDEr-D of one photo's description."""
    ours = rarity.weigh(said)
    total = math.fsum(_likeness(ours, rarity.weigh(reference)) for reference in references)
    return _SCALE * total / len(references)


@dataclass(frozen=True)
class _Weighed:
    """`length` counts runs of two words, as the published code does."""

    vectors: list[dict[Run, float]]
    norms: list[float]
    length: int


def _likeness(ours: _Weighed, theirs: _Weighed) -> float:
    penalty = math.exp(-((ours.length - theirs.length) ** 2) / (2 * SIGMA**2))
    cosines = []
    for n in range(ORDERS):
        norm = ours.norms[n] * theirs.norms[n]
        wanted = theirs.vectors[n]
        shared = math.fsum(
            min(value, wanted[run]) * wanted[run] for run, value in ours.vectors[n].items() if run in wanted
        )
        cosines.append(shared / norm if norm else 0.0)
    return penalty * math.fsum(cosines) / ORDERS
