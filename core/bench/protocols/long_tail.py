"""Long tail: classes with fewer and fewer photos to learn from, judged on test photos as they are (methods.md §8).

In an order drawn by the seed class k of C keeps round(n · ratio^(−k/(C−1))) photos, at least one, of the n that the
smallest class has. Beside the usual accuracies stand the mean of the base classes' accuracies and the worst class's.
"""

import random
from collections.abc import Iterator
from itertools import islice

from core.bench.figures import by_class
from core.bench.protocol import Line, Request, line_of, over_seeds
from core.bench.runs import Engine
from core.bench.sets import learning_only
from core.project.revision import DataRevision
from core.training.sampling import few_shot

RATIOS = (10, 50, 100)


def long_tail(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set, ratio and preset. Raises Problem as reading the set and training raise."""
    for bench_set in request.sets:
        whole = {seed: bench_set.learnable(seed, request.shots) for seed in request.seeds}
        for ratio in RATIOS:
            revisions = {seed: with_tail(revision, ratio, seed) for seed, revision in whole.items()}
            first = None
            for preset in request.presets:
                runs = over_seeds(engine, bench_set, preset, revisions, f"1:{ratio}")
                tuned, untouched = (
                    by_class([getattr(run.verdict, which) for run in runs])
                    for which in ("tuned", "zero_shot")
                )
                condition = {
                    "ratio": ratio,
                    "shots": request.shots,
                    "photos_per_class": [_counts(revision) for revision in revisions.values()],
                }
                first = first or runs
                yield line_of(bench_set, preset, runs, condition, tuned, untouched, first=first)


def with_tail(revision: DataRevision, ratio: float, seed: int) -> DataRevision:
    """The revision with the profile above; a steeper one keeps some of the same photos."""
    counts = revision.counts("train")
    most = min(counts[label] for label in revision.base)
    order = random.Random(f"{seed}/long tail").sample(revision.base, len(revision.base))
    sizes = dict(zip(order, profile(most, ratio, len(order)), strict=True))
    drawn = few_shot(revision, None, seed).photos
    kept = [
        photo
        for label in revision.base
        for photo in islice((photo for photo in drawn if photo.label == label), sizes[label])
    ]
    return learning_only(revision, kept)


def profile(most: int, ratio: float, classes: int) -> list[int]:
    """Photos per class, from `most` down to `most`/`ratio`, at least one."""
    last = max(1, classes - 1)
    return [max(1, round(most * ratio ** (-k / last))) for k in range(classes)]


def _counts(revision: DataRevision) -> list[int]:
    counts = revision.counts("train")
    return sorted((counts[label] for label in revision.base), reverse=True)
