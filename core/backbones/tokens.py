"""From texts to token ids, as the backbone's makers do it; never from the network.

CLIP's byte-pair tokenizer comes with open_clip. A backbone with a tokenizer of its own (SigLIP) brings it as
`tokenizer.json`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from core.backbones.torchvision_shim import make_torchvision_importable
from core.backbones.unigram import load_unigram
from core.problems import Problem


class Tokenizer(Protocol):
    """Texts → token ids `(C, context_length)`, int64, padded on the right."""

    def __call__(self, texts: Sequence[str], context_length: int) -> Tensor: ...


class TextPieces(Protocol):
    """Texts of any length to token ids and back, for a model that writes."""

    @property
    def start(self) -> int:
        """The token that every text begins with."""
        ...

    @property
    def end(self) -> int:
        """The token that ends a text."""
        ...

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without start and end; the name of either in it is plain letters."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, a space behind each piece that ended a word."""
        ...


def make_tokenizer(text_cfg: dict[str, Any], own: Path | None, name: str) -> Tokenizer:
    """The tokenizer that an open_clip `text_cfg` asks for; `own` is the backbone's `tokenizer.json`, if it has one.

    Raises:
        Problem: `backbones.no_tokenizer` when the backbone needs its own and has none, `backbones.unsupported`.
    """
    kwargs = text_cfg.get("tokenizer_kwargs") or {}
    if not text_cfg.get("hf_tokenizer_name"):
        return _ClipTokenizer(kwargs)
    if text_cfg.get("tokenizer_mode"):
        raise Problem("backbones.unsupported", part=f"tokenizer_mode={text_cfg['tokenizer_mode']}")
    if own is None:
        raise Problem("backbones.no_tokenizer", name=name)
    return _UnigramTokenizer(own, kwargs.get("clean", "whitespace"))


def merges_of(tokenizer: Tokenizer) -> list[str] | None:
    """The byte pairs of CLIP's own tokenizer; None for any other, or for one that cleans texts in its own way."""
    return tokenizer.merges if isinstance(tokenizer, _ClipTokenizer) and tokenizer.is_plain else None


def pieces_of(tokenizer: Tokenizer) -> TextPieces | None:
    """Encoding and decoding by CLIP's own tokenizer; None for any other."""
    return tokenizer if isinstance(tokenizer, _ClipTokenizer) else None


class _ClipTokenizer:
    def __init__(self, kwargs: dict[str, Any]) -> None:
        self.is_plain = not kwargs
        make_torchvision_importable()
        from open_clip.tokenizer import SimpleTokenizer

        self._tokenizer = SimpleTokenizer(**kwargs)

    @property
    def merges(self) -> list[str]:
        """Its byte pairs, the first first, as "left right"."""
        return [" ".join(pair) for pair in self._tokenizer.bpe_ranks]

    @property
    def start(self) -> int:
        """The token that every text begins with."""
        return int(self._tokenizer.sot_token_id)

    @property
    def end(self) -> int:
        """The token that ends a text."""
        return int(self._tokenizer.eot_token_id)

    def encode(self, text: str) -> list[int]:
        """See `TextPieces`."""
        ids: list[int] = self._tokenizer.encode(text.replace("<", "< "))
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """See `TextPieces`."""
        text: str = self._tokenizer.decode(list(ids))
        return text

    def __call__(self, texts: Sequence[str], context_length: int) -> Tensor:
        ids: Tensor = self._tokenizer(list(texts), context_length=context_length)
        return ids


class _UnigramTokenizer:
    """Texts end with one end token and are padded with it, as SigLIP was trained."""

    def __init__(self, path: Path, clean: str) -> None:
        make_torchvision_importable()
        from open_clip.tokenizer import get_clean_fn

        self._clean = get_clean_fn(clean)
        self._unigram = load_unigram(path)

    def __call__(self, texts: Sequence[str], context_length: int) -> Tensor:
        result = torch.full((len(texts), context_length), self._unigram.end_id, dtype=torch.long)
        for row, text in zip(result, texts, strict=True):
            ids = self._unigram.encode(self._clean(text))[: context_length - 1]
            row[: len(ids)] = torch.tensor(ids, dtype=torch.long)
        return result
