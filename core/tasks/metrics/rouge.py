"""ROUGE-L (Lin 2004) of one photo's description, as coco-caption has it: β = 1.2, best precision and best recall."""

from collections.abc import Sequence

BETA = 1.2


def rouge_l(said: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """F_β of the longest common subsequence of words, 0-1."""
    shared = [(longest_common(said, reference), len(reference)) for reference in references]
    precision = max(length for length, _ in shared) / max(1, len(said))
    recall = max(length / max(1, size) for length, size in shared)
    if not precision:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Words in the longest common subsequence."""
    lengths = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for j, theirs in enumerate(other, start=1):
            above = lengths[j]
            lengths[j] = before + 1 if word == theirs else max(above, lengths[j - 1])
            before = above
    return lengths[-1]
