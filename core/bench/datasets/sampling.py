"""Few photos per class, drawn bit for bit as the papers' code draws them (methods.md §1.3).

Python's own generator, seeded; classes by the first appearance of their photos; first the training photos of *all*
classes, base and new, then the photos for choosing, at most four per class. So one draw serves base-to-new and all
classes alike. The public code keeps a draw in a pickle; here it is drawn again, and nothing is kept.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

from core.bench.datasets.split import Item, Split

MOST_VAL_SHOTS = 4


def draw(split: Split, shots: int | None, seed: int) -> Split:
    """At most `shots` training photos of each class (all where None), and of those for choosing min(shots, 4).

    ImageNet has no photos for choosing, and papers write its test photos in their place. Here they are further
    training photos: nothing is ever chosen on test photos.
    """
    if shots is None:
        return split
    rng = random.Random(seed)
    train = _few(split.train, shots, rng)
    rest: Sequence[Item] = split.val
    if not rest:
        drawn = set(train)
        rest = [item for item in split.train if item not in drawn]
    return Split(train, _few(rest, min(shots, MOST_VAL_SHOTS), rng), split.test)


def _few(items: Sequence[Item], count: int, rng: random.Random) -> tuple[Item, ...]:
    by_label: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_label[item.label].append(item)
    return tuple(
        item
        for of_class in by_label.values()
        for item in (rng.sample(of_class, count) if len(of_class) >= count else of_class)
    )
