"""From English words to token ids: CLIP's byte pairs (Sennrich et al., arXiv 1508.07909), read from the package.

Only plain English: there the makers' cleaning of texts (of other scripts, of HTML) leaves everything as it is.
"""

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hikidashi_onsite.refusal import Refusal

_PLAIN = re.compile(r"[A-Za-z0-9 .,;:!?'\"()/*%#=_+-]+")
_PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")
_END = "</w>"


class Tokenizer:
    """Words → ids.

    Raises:
        Refusal: `damaged` for a tokenizer that is none.
    """

    def __init__(self, content: bytes, package: str) -> None:
        try:
            told: dict[str, Any] = json.loads(content)
            merges = [tuple(pair.split(" ")) for pair in told["merges"]]
            self.length = int(told["context_length"])
            if (
                told["kind"] != "clip-bpe"
                or not 4 <= self.length <= 4096
                or {len(pair) for pair in merges} > {2}
            ):
                raise ValueError(told["kind"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Refusal("damaged", name=package, reason=f"tokenizer: {error}") from error
        self._rank = {pair: rank for rank, pair in enumerate(merges)}
        letters = _byte_letters()
        pieces = [*letters, *(letter + _END for letter in letters), *("".join(pair) for pair in merges)]
        self._id = {piece: number for number, piece in enumerate(pieces)}
        # Numbers go by places, so that a piece that comes up twice does not move those behind it.
        self._start, self._stop = len(pieces), len(pieces) + 1

    def ids(self, sentences: list[str], words: str) -> NDArray[np.int64]:
        """Each sentence with `{}` replaced by the words → `(S, L)`.

        Raises:
            Refusal: `bad_words` for anything but plain English, or where it does not fit.
        """
        if not _PLAIN.fullmatch(words) or not words.strip():
            raise Refusal("bad_words", words=words)
        result = np.zeros((len(sentences), self.length), np.int64)
        for row, sentence in zip(result, sentences, strict=True):
            ids = [self._start, *self._encode(sentence.replace("{}", words)), self._stop]
            # A text that fills the context would have been cut without a word.
            if len(ids) >= self.length:
                raise Refusal("bad_words", words=words)
            row[: len(ids)] = ids
        return result

    def _encode(self, text: str) -> list[int]:
        pieces = _PIECES.findall(" ".join(text.split()).lower())
        try:
            return [self._id[part] for piece in pieces for part in self._parts(piece)]
        except KeyError as error:
            raise Refusal("bad_words", words=text) from error

    def _parts(self, piece: str) -> list[str]:
        """Neighbours are joined, the first learned pair first, wherever it stands."""
        parts = [*piece[:-1], piece[-1] + _END]
        while len(parts) > 1:
            rank, pair = min((self._rank.get(pair, len(self._rank)), pair) for pair in pairwise(parts))
            if rank == len(self._rank):
                break
            joined, place = list[str](), 0
            while place < len(parts):
                step = 2 if tuple(parts[place : place + 2]) == pair else 1
                joined.append("".join(parts[place : place + step]))
                place += step
            parts = joined
        return parts


def _byte_letters() -> list[str]:
    """The letter that stands for each byte, in the order of the vocabulary: printable ones themselves first."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return [*map(chr, shown), *(chr(256 + number) for number in range(len(hidden)))]
