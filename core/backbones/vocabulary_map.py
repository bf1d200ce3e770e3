"""The tokens pretraining meets: a small table of ids, and texts encoded as rows of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from core.backbones.torchvision_shim import make_torchvision_importable


@cache
def clip_tokenizer() -> Any:
    """OpenCLIP's byte-pair tokenizer (49,408 tokens)."""
    make_torchvision_importable()
    from open_clip.tokenizer import SimpleTokenizer

    return SimpleTokenizer()


class VocabularyMap:
    """Maps tokenizer ids to rows of a compact embedding, for the tokens of a closed set of words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.tokenizer = clip_tokenizer()
        seen = {self.tokenizer.sot_token_id, self.tokenizer.eot_token_id}
        for text in texts:
            seen.update(self.tokenizer.encode(text))
        self.token_ids = torch.tensor(sorted(seen))
        self._row = {int(token): row for row, token in enumerate(self.token_ids)}
        self._known: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.token_ids)

    def encode(self, texts: Iterable[str]) -> tuple[Tensor, Tensor]:
        """Rows (T, L), padded to the longest text, and the places (T,) of the end tokens."""
        coded = [self._rows_of(text) for text in texts]
        ends = torch.tensor([len(rows) - 1 for rows in coded])
        padded = torch.zeros(len(coded), int(ends.max()) + 1, dtype=torch.long)
        for row, tokens in zip(padded, coded, strict=True):
            row[: len(tokens)] = torch.tensor(tokens)
        return padded, ends

    def _rows_of(self, text: str) -> list[int]:
        if text not in self._known:
            tokens = [self.tokenizer.sot_token_id, *self.tokenizer.encode(text), self.tokenizer.eot_token_id]
            self._known[text] = [self._row[token] for token in tokens]
        return self._known[text]
