"""Runs of words, counted."""

from collections import Counter
from collections.abc import Sequence

ORDERS = 4

Run = tuple[str, ...]


def runs(words: Sequence[str], order: int) -> Counter[Run]:
    """How often each run of `order` words occurs."""
    return Counter(tuple(words[i : i + order]) for i in range(len(words) - order + 1))
