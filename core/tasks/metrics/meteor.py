"""METEOR (Banerjee and Lavie 2005; α 0.9, β 3, γ 0.5) by NLTK, where that is installed.

Words agree when they are the same or have the same stem (Porter's; Japanese words only when the same). Synonyms are
not matched: WordNet is a download of its own. Figures of METEOR 1.5, which papers on COCO give, are others.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

Meteor = Callable[[Sequence[str], Sequence[Sequence[str]]], float]


@cache
def find_meteor() -> Meteor | None:
    """METEOR of one photo's description, 0-1; None without NLTK."""
    try:
        from nltk.stem.porter import PorterStemmer
        from nltk.translate.meteor_score import single_meteor_score
    except ImportError:
        return None
    stemmer = _Stems(PorterStemmer().stem)

    def meteor(said: Sequence[str], references: Sequence[Sequence[str]]) -> float:
        return max(
            float(single_meteor_score(list(reference), list(said), stemmer=stemmer, wordnet=_NO_SYNONYMS))
            for reference in references
        )

    return meteor


class _Stems:
    """A stemmer that remembers: descriptions use few words over and over."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        self.stem = lru_cache(maxsize=65536)(stem)


class _NoSynonyms:
    def synsets(self, word: str) -> list[Any]:
        return []


_NO_SYNONYMS: Any = _NoSynonyms()
