"""What help with labelling is worth: an operator simulated key by key, with and without suggestions.

The operator knows every class and makes no mistake; what is counted is keys and clicks, one each. Without help a photo
is one number key. With help the page shows groups of photos that look alike and are suggested the same class:

- all are accepted with 1 key; or are selected with 1 key and given another class with 1 number key;
- each that is not of that class is first clicked (1 each), and each class among them given with 1 number key;
- if that costs more than the photos, each is given its number key, as without help.

First, and while no suggestion is worth offering, the most useful photo is labelled, for 1 key: twice as many as there
are classes, before anything is believed. What is suggested is made anew
after every group, and after every few single labels. Folding of copies is left out on both sides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.assist.groups import groups_of
from core.assist.space import Floats, Space, Vectors, unit
from core.assist.suggest import UNLABELLED, Labels, Suggestions, suggest
from core.assist.suspicion import suspects
from core.assist.usefulness import most_useful, uncertainty
from core.backbones.clip import Backbone
from core.bench.insight import over_seeds
from core.bench.sets import BenchSet
from core.methods.class_text import class_texts
from core.methods.configs.references import ZeroShotConfig
from core.methods.teacher import ensemble, frozen_text_features
from core.training.features import FeatureStore
from core.training.photos import see
from core.training.views import ViewRecipe

AT_LABELS = (10, 20, 50, 100, 200)
WRONG = 0.1
_HELD_OUT = 1 / 3
# Of the photos so many are labelled for the count of actions, others with each seed.
_LABELLED = 0.9
_ANEW_AFTER = 5
_FIRST_OF_A_CLASS = 2


@dataclass(frozen=True, eq=False)
class Seen:
    """A set as an untouched backbone sees it: unit features `(N, D)`, classes `(N,)`, and the scaled cosines
    `(N, C)` with the words of the classes."""

    vectors: Vectors
    truth: Labels
    word_logits: Floats

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.word_logits.shape[1])

    def of(self, rows: Labels) -> "Seen":
        """Some of the photos."""
        return Seen(self.vectors[rows], self.truth[rows], self.word_logits[rows])


@dataclass(frozen=True)
class Labelled:
    """How far an operator is: labels `(N,)`, actions so far."""

    labels: Labels
    actions: int


def see_set(bench_set: BenchSet, backbone: Backbone, cache: Path) -> Seen:
    """The set's own photos and classes by the untouched backbone. Raises Problem as reading the set raises."""
    revision = bench_set.judged(seed=1)
    store = FeatureStore(backbone, ViewRecipe(0, 1.0, False), cache)
    photos = see(revision, revision.photos, store)
    config = ZeroShotConfig()
    sentences = ensemble(config.templates, config.template)
    texts = frozen_text_features(backbone, class_texts(revision), sentences).cpu().numpy()
    vectors = unit(photos.features).astype(np.float32)
    logits = backbone.logit_scale * (vectors @ unit(texts).T.astype(np.float32))
    return Seen(vectors, np.array(photos.labels, dtype=np.intp), logits.astype(np.float64))


def measure(seen: Seen, seeds: Sequence[int], tell: Callable[[str], None]) -> dict[str, Any]:
    """The figures of one set, over draws of the order of its photos and of those held out.

    `accuracy_at` a number of labels, `accuracy_at_actions` a number of actions: of a third of the photos that nobody
    labels, how many are suggested rightly; the same learner on both sides. Actions are those for the whole set.
    """
    actions, found, after = [], dict[tuple[int, str], list[float]](), dict[tuple[int, str], list[float]]()
    wrong: list[tuple[float, float]] = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(seen.truth))
        cut = round(_HELD_OUT * len(order))
        held_out, pool = seen.of(order[:cut]), seen.of(order[cut:])
        for name, told in (("plain", in_order(pool)), ("helped", by_usefulness(pool))):
            for count in (count for count in AT_LABELS if count < len(pool.truth)):
                found.setdefault((count, name), []).append(accuracy(pool, told[:count], held_out))
        most = seen.of(order[: round(_LABELLED * len(order))])
        actions.append(list(with_help(most))[-1].actions / len(most.truth))
        steps = list(with_help(pool))
        for count in (count for count in AT_LABELS if count < steps[-1].actions):
            reached = [step for step in steps if step.actions <= count]
            rows = np.flatnonzero(reached[-1].labels >= 0) if reached else np.array([], dtype=np.intp)
            after.setdefault((count, "helped"), []).append(accuracy(pool, rows, held_out))
            after.setdefault((count, "plain"), []).append(accuracy(pool, in_order(pool)[:count], held_out))
        wrong.append(found_wrong(seen, rng))
        tell(f"seed {seed}: {actions[-1]:.3f} actions a photo")
    shares, chance = zip(*wrong, strict=True)
    return {
        "actions_per_photo_plain": 1.0,
        "actions_per_photo_helped": over_seeds(actions),
        "accuracy_at": _by_count(found),
        "accuracy_at_actions": _by_count(after),
        "wrong_labels_found_first": over_seeds(shares),
        "wrong_labels_by_chance": float(np.mean(chance)),
    }


def in_order(pool: Seen) -> Labels:
    """All photos as they come: the pool is shuffled."""
    return np.arange(len(pool.truth))


def by_usefulness(pool: Seen) -> Labels:
    """As many photos as are asked about, the most useful next, a few at a time."""
    places = Space.of(pool.vectors).places(pool.vectors)
    labels = np.full(len(pool.truth), UNLABELLED, dtype=np.intp)
    told: list[int] = []
    while len(told) < min(max(AT_LABELS), len(labels)):
        for row in most_useful(places, labels, _open(pool, places, labels), _ANEW_AFTER)[:_ANEW_AFTER]:
            labels[row] = pool.truth[row]
            told.append(int(row))
    return np.array(told, dtype=np.intp)


def with_help(pool: Seen) -> Iterator[Labelled]:
    """An operator labels the whole pool with help, group by group and photo by photo."""
    places = Space.of(pool.vectors).places(pool.vectors)
    labels, actions = np.full(len(pool.truth), UNLABELLED, dtype=np.intp), 0
    while (labels < 0).any():
        found = suggest(places, labels, pool.word_logits, pool.classes)
        started = (labels >= 0).sum() >= _FIRST_OF_A_CLASS * pool.classes
        group = next(groups_of(places, found, labels, 1), None) if found is not None and started else None
        if group is not None and len(group.rows) > 1:
            actions += cost(pool.truth[group.rows], group.suggested)
            labels[group.rows] = pool.truth[group.rows]
            yield Labelled(labels.copy(), actions)
            continue
        for row in most_useful(places, labels, _openness(found, len(labels)), _ANEW_AFTER)[:_ANEW_AFTER]:
            labels[row] = pool.truth[row]
            actions += 1
            yield Labelled(labels.copy(), actions)


def cost(truth: Labels, suggested: int) -> int:
    """The fewest keys and clicks for a group of these classes `(M,)` that is suggested one class."""
    classes, counts = np.unique(truth, return_counts=True)
    ways = [
        (1 if given == suggested else 2) + (len(truth) - count) + (len(classes) - 1)
        for given, count in zip(classes, counts, strict=True)
    ]
    return int(min(len(truth), *ways))


def accuracy(pool: Seen, rows: Labels, held_out: Seen) -> float:
    """How many photos that nobody labels are suggested rightly, from the labels of these rows."""
    both = np.concatenate([pool.vectors, held_out.vectors])
    places = Space.of(both).places(both)
    labels = np.full(len(both), UNLABELLED, dtype=np.intp)
    labels[rows] = pool.truth[rows]
    words = np.concatenate([pool.word_logits, held_out.word_logits])
    found = suggest(places, labels, words, pool.classes)
    assert found is not None
    return float((found.best[len(pool.truth) :] == held_out.truth).mean())


def found_wrong(seen: Seen, rng: np.random.Generator) -> tuple[float, float]:
    """One label in ten is made wrong: how many of the wrong ones stand among as many first suspects; and how many
    would by chance."""
    labels = seen.truth.copy()
    wrong = rng.choice(len(labels), max(1, round(WRONG * len(labels))), replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, seen.classes, len(wrong))) % seen.classes
    found = suggest(Space.of(seen.vectors).places(seen.vectors), labels, seen.word_logits, seen.classes)
    assert found is not None
    first = {suspect.row for suspect in suspects(found.probabilities, labels)[: len(wrong)]}
    return len(first & set(wrong.tolist())) / len(wrong), len(wrong) / len(labels)


def _open(pool: Seen, places: Vectors, labels: Labels) -> Floats:
    return _openness(suggest(places, labels, pool.word_logits, pool.classes), len(labels))


def _openness(found: Suggestions | None, photos: int) -> Floats:
    return np.ones(photos) if found is None else uncertainty(found.probabilities)


def _by_count(found: dict[tuple[int, str], list[float]]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for (count, name), values in sorted(found.items()):
        told.setdefault(str(count), {})[name] = over_seeds(values)
    return told
