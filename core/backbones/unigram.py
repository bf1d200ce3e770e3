"""SentencePiece's unigram tokenizer, read from a `tokenizer.json` (Kudo, arXiv 1804.10959).

SigLIP's text tower was trained with it. Texts arrive cleaned (lower case, no punctuation, single spaces), so of the
file's normalisation only Unicode NFKC is left to do, and a word is marked by the space before it.
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.problems import Problem

_SPACE = "\u2581"
# SentencePiece gives an unknown character the lowest score of all pieces, and this much less.
_UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True)
class Unigram:
    """Pieces with their ids and log probabilities; a text is cut into the most probable pieces."""

    ids: dict[str, int]
    scores: dict[str, float]
    unknown_id: int
    end_id: int

    def encode(self, text: str) -> list[int]:
        """Ids of a cleaned text, without the end token."""
        words = unicodedata.normalize("NFKC", text).split()
        return [piece for word in words for piece in self._encode_word(_SPACE + word)]

    def _encode_word(self, word: str) -> list[int]:
        """Viterbi: `best[n]` is the best way to cut the first n characters, as (score, start of its last piece)."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        unknown = self._lowest - _UNKNOWN_PENALTY
        for end in range(1, len(word) + 1):
            starts = range(max(0, end - self._longest), end)
            ways = [(best[s][0] + self.scores[word[s:end]], s) for s in starts if word[s:end] in self.scores]
            best.append(max([*ways, (best[end - 1][0] + unknown, end - 1)]))
        return self._without_runs_of_unknown(_pieces(word, best))

    def _without_runs_of_unknown(self, pieces: Sequence[str]) -> list[int]:
        ids: list[int] = []
        for piece in pieces:
            number = self.ids.get(piece, self.unknown_id)
            if number != self.unknown_id or ids[-1:] != [self.unknown_id]:
                ids.append(number)
        return ids

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.ids))

    @cached_property
    def _lowest(self) -> float:
        return min(self.scores.values())


def load_unigram(path: Path) -> Unigram:
    """The tokenizer in a `tokenizer.json`.

    Raises:
        Problem: `backbones.unsupported` for another kind of tokenizer, `backbones.unreadable` for a damaged file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        model = content["model"]
        if model.get("type") != "Unigram" or model.get("byte_fallback"):
            raise Problem("backbones.unsupported", part=f"tokenizer {model.get('type')}")
        pieces = [str(piece) for piece, _ in model["vocab"]]
        special = {str(token["content"]) for token in content.get("added_tokens", ()) if token.get("special")}
        scores = {str(piece): float(score) for piece, score in model["vocab"] if piece not in special}
        ids = {piece: number for number, piece in enumerate(pieces)}
        return Unigram(ids, scores, int(model["unk_id"]), ids["</s>"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem("backbones.unreadable", path=path.name, reason=error) from error


def _pieces(word: str, best: Sequence[tuple[float, int]]) -> list[str]:
    pieces: list[str] = []
    end = len(word)
    while end:
        start = best[end][1]
        pieces.append(word[start:end])
        end = start
    return pieces[::-1]
