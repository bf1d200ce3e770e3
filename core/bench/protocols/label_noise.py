"""Label noise: a share of the training photos of each learned class bears another learned class's label.

Photos for choosing and for testing keep their labels. What is wrong at 10 % is wrong at 20 % too, with the same label.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from core.bench.protocol import Line, Request, line_of, over_seeds
from core.bench.runs import Engine
from core.bench.sets import learning_only
from core.project.revision import DataRevision
from core.training.sampling import few_shot

SHARES = (0.0, 0.1, 0.2, 0.4)


def label_noise(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set, share and preset. Raises Problem as reading the set and training raise."""
    for bench_set in request.sets:
        whole = {seed: bench_set.learnable(seed, request.shots) for seed in request.seeds}
        for share in SHARES:
            noisy = {seed: mislabelled(revision, share, seed) for seed, revision in whole.items()}
            revisions = {seed: each.revision for seed, each in noisy.items()}
            condition = {
                "noise": share,
                "shots": request.shots,
                "mislabelled": [each.photos for each in noisy.values()],
            }
            first = None
            for preset in request.presets:
                runs = over_seeds(engine, bench_set, preset, revisions, f"{share:.0%} wrong")
                first = first or runs
                yield line_of(bench_set, preset, runs, condition, first=first)


@dataclass(frozen=True)
class Mislabelled:
    """A revision, and how many of its training photos bear a wrong label."""

    revision: DataRevision
    photos: int


def mislabelled(revision: DataRevision, share: float, seed: int) -> Mislabelled:
    """The revision with round(share · n) of the n training photos of each learned class under a wrong label."""
    rng = random.Random(f"{seed}/label noise")
    photos, wrong = [], 0
    drawn = few_shot(revision, None, seed).photos
    for label in revision.base:
        own = [photo for photo in drawn if photo.label == label]
        order = rng.sample(own, len(own))
        others = [other for other in revision.base if other != label] or [label]
        labels = [rng.choice(others) for _ in order]
        changed = round(share * len(order))
        wrong += changed
        photos += [
            photo.model_copy(update={"label": other})
            for photo, other in zip(order[:changed], labels, strict=False)
        ]
        photos += order[changed:]
    return Mislabelled(learning_only(revision, photos), wrong)
