"""Finished runs compared on the test photos that they share: differences to a reference, paired; needs numpy only.

Where several runs are compared to one reference, each gets its share of the 5 % (Bonferroni): all intervals together
hold the truth in 95 of 100 cases, and so do all verdicts. A verdict needs its interval to leave out zero and McNemar's
exact test to agree (core/evaluation/compare.py); for H, which counts no photos, the test is that of all its photos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.compare import DRAWS, LEVEL, Change, change_of, compare_right, mcnemar
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.result import PhotoPrediction, TrainResult
from core.training.run import Run

_SEED = 20260901
AMONG_OWN = ("base", "new")
AS_ON_SITE = ("union_base", "union_new")  # with all classes offered
_MEANS = {"h": ("base", "new"), "union_h": ("union_base", "union_new")}
Pairs = list[tuple[bool, bool]]


@dataclass(frozen=True)
class Judgements:
    """A run's test photos: how each was judged, by its path below `root`; the classes as they were offered, and which
    are base."""

    photos: Mapping[str, PhotoPrediction]
    classes: tuple[tuple[str, str], ...]
    result: TrainResult
    root: str

    @classmethod
    def of(cls, result: TrainResult, revision: DataRevision) -> "Judgements":
        """Of a result and the data that it was trained on."""
        photos = {photo.photo: photo for photo in result.predictions}
        classes = tuple((entry.name, entry.role) for entry in revision.classes)
        return cls(photos, classes, result, revision.root)

    @classmethod
    def read(cls, run: Run) -> "Judgements":
        """Of a run's folder.

        Raises:
            Problem: `cli.no_result`, or as the revision raises.
        """
        result = run.result()
        if result is None:
            raise Problem("cli.no_result", path=run.folder)
        return cls.of(result, run.revision)


@dataclass(frozen=True)
class Difference:
    """Of one figure: the reference's share and the other's over `n` photos, the difference with its interval, McNemar's
    exact p-value, and what may be claimed."""

    reference: float
    share: float
    mean: float
    low: float
    high: float
    n: int
    p: float
    change: Change


def differences(
    reference: Judgements,
    other: Judgements,
    level: float = LEVEL,
    groups: Sequence[str] = (*AMONG_OWN, *AS_ON_SITE),
) -> dict[str, Difference]:
    """How much better `other` is on the photos that both judged, for groups of photos and the H of each kind; figures
    that cannot be compared are absent.

    Raises:
        Problem: `evaluation.other_classes`, `evaluation.no_shared_photos`.
    """
    if set(reference.classes) != set(other.classes):
        raise Problem("evaluation.other_classes")
    shared = [path for path, photo in other.photos.items() if _same(reference, other, path, photo)]
    if not shared:
        raise Problem("evaluation.no_shared_photos")
    both = [(reference.photos[path], other.photos[path]) for path in shared]
    roles = [other.classes[photo.label][1] for _, photo in both]
    pairs = {}
    for name in groups:
        of_group = [pair for pair, role in zip(both, roles, strict=True) if name.endswith(role)]
        found = [(_right(then, name), _right(now, name)) for then, now in of_group]
        if found and not any(None in pair for pair in found):
            pairs[name] = [(bool(then), bool(now)) for then, now in found]
    counted = {name: _counted(of_group, level) for name, of_group in pairs.items()}
    balanced = {
        name: _balanced(pairs[base], pairs[new], level)
        for name, (base, new) in _MEANS.items()
        if base in pairs and new in pairs
    }
    return counted | balanced


def compare_runs(runs: Sequence[Run]) -> dict[str, Any]:
    """The first run as the reference, the others beside it, for JSON.

    Raises:
        Problem: as `Judgements.read` and `differences`.
    """
    reference, *others = (Judgements.read(run) for run in runs)
    level = LEVEL / max(1, len(others))
    results = []
    for run, other in zip(runs[1:], others, strict=True):
        found = differences(reference, other, level)
        shared = sum(_same(reference, other, path, photo) for path, photo in other.photos.items())
        results.append(
            {
                **_about(run, other.result),
                "photos": shared,
                "only_here": len(other.photos) - shared,
                "only_reference": len(reference.photos) - shared,
                "difference": {name: _told(each) for name, each in found.items()},
            }
        )
    return {
        "reference": _about(runs[0], reference.result),
        "interval_level": 1 - level,
        "results": results,
    }


def _same(reference: Judgements, other: Judgements, path: str, photo: PhotoPrediction) -> bool:
    """Whether the reference judged the same photo under the same label: below another root (in features files: none) a
    path is another photo, unless all of the data are the same."""
    same_root = other.root and reference.root == other.root
    if not same_root and reference.result.revision != other.result.revision:
        return False
    there = reference.photos.get(path)
    return there is not None and reference.classes[there.label] == other.classes[photo.label]


def _right(photo: PhotoPrediction, group: str) -> bool | None:
    return photo.predicted == photo.label if group in AS_ON_SITE else photo.own_right


def _counted(pairs: Pairs, level: float) -> Difference:
    found = compare_right(pairs, level=level)
    return Difference(
        reference=found.before / found.photos,
        share=found.after / found.photos,
        mean=found.difference,
        low=found.low,
        high=found.high,
        n=found.photos,
        p=found.p,
        change=found.change,
    )


def _balanced(base: Pairs, new: Pairs, level: float) -> Difference:
    """Of H: base and new photos are drawn apart, each photo with both its judgements."""
    rng = np.random.default_rng(_SEED)
    sides = [_outcomes(base), _outcomes(new)]
    then, now = (_h(*(_share(counts / counts.sum(), side) for counts in sides)) for side in (0, 1))
    drawn = [rng.multinomial(counts.sum(), counts / counts.sum(), DRAWS) / counts.sum() for counts in sides]
    before, after = (_h(*(_share(shares, side) for shares in drawn)) for side in (0, 1))
    low, high = (float(end) for end in np.quantile(after - before, [level / 2, 1 - level / 2]))
    gained, lost = (int(sum(counts[place] for counts in sides)) for place in (2, 1))
    p = mcnemar(gained, lost)
    return Difference(
        reference=float(then),
        share=float(now),
        mean=float(now - then),
        low=low,
        high=high,
        n=len(base) + len(new),
        p=p,
        change=change_of(low, high, p, level),
    )


def _outcomes(pairs: Pairs) -> NDArray[np.int64]:
    """How many photos both judge right, only the reference, only the other, neither."""
    return np.bincount([2 * (not then) + (not now) for then, now in pairs], minlength=4)


def _share(outcomes: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Judged right by the reference (0) or the other (1), from shares of outcomes `(…, 4)`."""
    return np.asarray(outcomes[..., 0] + outcomes[..., 1 + side])


def _h(base: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.asarray(base + new)
    return np.asarray(2 * base * new / np.where(total > 0, total, 1))


def _about(run: Run, result: TrainResult) -> dict[str, Any]:
    return {
        "run": str(run.folder),
        "preset": result.preset,
        "composition": result.composition,
        "seed": result.seed,
        "metrics": result.metrics["tuned"].model_dump(),
    }


def _told(found: Difference) -> dict[str, Any]:
    return {**vars(found), "change": found.change.value}
