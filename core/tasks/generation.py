"""Writing one token after another: the likeliest each time, with what was read kept (`decoder.Cache`).

Texts of a batch begin with starts of several lengths; those of equal length are written together, so that no padding
stands between a start and what follows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from core.tasks.tokenizer import END, SPECIALS

# Only the end and pieces of text can be written; the other special tokens are for reading.
_READ_ONLY = tuple(number for number in range(len(SPECIALS)) if number != END)


class Decoder(Protocol):
    """What writes: token ids beside photos, with a cache of what was read."""

    context_length: int

    def hidden(self, tokens: Tensor, photo: Tensor, rows: Tensor | None = None) -> Tensor:
        """Tokens `(B, L)` beside photos `(B, T, D)` → `(B, L, D)`."""
        ...

    def logits(self, hidden: Tensor) -> Tensor:
        """`(…, D)` → scores of the next token `(…, V)`."""
        ...

    def begin(self, photo: Tensor) -> Any:
        """A cache that has read the photos only."""
        ...

    def step(self, tokens: Tensor, cache: Any) -> Tensor:
        """Read tokens after those in the cache, as `hidden`."""
        ...


@dataclass(frozen=True)
class Written:
    """Tokens that were written, without the end, and the logarithm of each one's chance (the end's too, if any)."""

    tokens: tuple[int, ...]
    log_chances: tuple[float, ...]
    complete: bool

    @property
    def chance(self) -> float:
        """The chance of the whole text."""
        return math.exp(sum(self.log_chances))

    @property
    def mean_chance(self) -> float:
        """The geometric mean over its tokens."""
        return math.exp(sum(self.log_chances) / max(len(self.log_chances), 1))


def write(
    decoder: Decoder,
    photo: Tensor,
    starts: Sequence[Sequence[int]],
    cached: bool = True,
    *,
    end: int = END,
    never: Sequence[int] = _READ_ONLY,
) -> list[Written]:
    """What follows each start up to the token `end`, text n beside photo n of `(B, T, D)`; tokens `never` are not
    written; `cached` off reads everything anew each step."""
    ends = _Ends(end, tuple(never))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, start in enumerate(starts):
        groups[len(start)].append(number)
    found: dict[int, Written] = {}
    for numbers in groups.values():
        tokens = torch.tensor([starts[number] for number in numbers], device=photo.device)
        for number, written in zip(
            numbers, _write_together(decoder, photo[numbers], tokens, cached, ends), strict=True
        ):
            found[number] = written
    return [found[number] for number in range(len(starts))]


@dataclass(frozen=True)
class _Ends:
    end: int
    never: tuple[int, ...]


def _write_together(
    decoder: Decoder, photo: Tensor, tokens: Tensor, cached: bool, ends: _Ends
) -> list[Written]:
    room = decoder.context_length - tokens.shape[1]
    cache = decoder.begin(photo) if cached else None
    read, fresh = tokens, tokens
    written: list[Tensor] = []
    chances: list[Tensor] = []
    open_ = torch.ones(len(tokens), dtype=torch.bool, device=tokens.device)
    for _ in range(room):
        hidden = decoder.hidden(read, photo) if cache is None else decoder.step(fresh, cache)
        scores = decoder.logits(hidden[:, -1]).float()
        scores[:, list(ends.never)] = -math.inf
        best, token = scores.log_softmax(dim=-1).max(dim=-1)
        token = torch.where(open_, token, ends.end)
        written.append(token)
        chances.append(best)
        fresh = token[:, None]
        read = torch.cat([read, fresh], dim=1)
        open_ = open_ & (token != ends.end)
        if not open_.any():
            break
    if not written:
        return [Written((), (), complete=False) for _ in tokens]
    return [
        cut(row, log, ends.end)
        for row, log in zip(torch.stack(written, 1).tolist(), torch.stack(chances, 1).tolist(), strict=True)
    ]


def cut(tokens: list[int], chances: list[float], end: int) -> Written:
    """What stands before the token `end` was written; the whole of it, not complete, where there is none."""
    if end not in tokens:
        return Written(tuple(tokens), tuple(chances), complete=False)
    length = tokens.index(end)
    return Written(tuple(tokens[:length]), tuple(chances[: length + 1]), complete=True)
