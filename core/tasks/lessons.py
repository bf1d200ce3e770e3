"""Photos with texts to learn from, and their tokens with the tokens that are to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.problems import Problem
from core.tasks.model import TextModel
from core.tasks.protocol import TextExample
from core.tasks.tokenizer import END, PAD

IGNORED = -100


@dataclass(frozen=True)
class Lesson:
    """Texts to learn: `tokens` `(B, L)`, the token that follows each place `wanted` `(B, L)` or `IGNORED`, and the
    photo `rows` `(B,)` that each text is about."""

    tokens: Tensor
    wanted: Tensor
    rows: Tensor

    def to(self, device: torch.device) -> Lesson:
        """The same on that device."""
        return Lesson(self.tokens.to(device), self.wanted.to(device), self.rows.to(device))


# What is read, what is to follow, and which photo it is about.
Wording = tuple[list[int], list[int], int]


def wording_of(model: TextModel, example: TextExample) -> Wording:
    """An example as tokens.

    Raises:
        Problem: `tasks.text_too_long` where the model cannot write the text in one go; `tasks.text_empty`.
    """
    rest = model.tokenizer.encode(example.text.strip())
    if not rest:
        raise Problem("tasks.text_empty", photo=example.photo + 1)
    if example.question is None:
        start = model.tokenizer.telling(example.language)
    else:
        start = model.question_start(example.question)
    room = model.config.context_length - len(start)
    if len(rest) >= room:
        raise Problem("tasks.text_too_long", text=example.text, tokens=len(rest), most=room - 1)
    return start, [*rest, END], example.photo


def lesson_of(texts: Sequence[Wording], pad: int = PAD) -> Lesson:
    """Several of them side by side, padded at the end."""
    length = max(len(start) + len(rest) for start, rest, _ in texts) - 1
    tokens = torch.full((len(texts), length), pad)
    wanted = torch.full((len(texts), length), IGNORED)
    for row, (start, rest, _) in enumerate(texts):
        whole = [*start, *rest]
        tokens[row, : len(whole) - 1] = torch.tensor(whole[:-1])
        wanted[row, len(start) - 1 : len(whole) - 1] = torch.tensor(rest)
    return Lesson(tokens, wanted, torch.tensor([photo for _, _, photo in texts]))


def graded(logits: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Scores of the next token `(B, L, V)` beside what is wanted `(B, L)` → cross-entropy, each text weighing alike, and
    which texts `(B,)` are right: every one of their tokens the likeliest, so that just they are what the model writes."""
    counted = wanted != IGNORED
    losses = functional.cross_entropy(
        logits.flatten(0, 1).float(), wanted.flatten(), ignore_index=IGNORED, reduction="none"
    ).view_as(wanted)
    per_text = losses.sum(dim=1) / counted.sum(dim=1)
    right = ((logits.argmax(dim=-1) == wanted) | ~counted).all(dim=1)
    return per_text.mean(), right


@dataclass(frozen=True, eq=False)
class ReadLessons:
    """Photos by number, as far as `read` reads them beforehand `(B, T, W)`, and texts as tokens."""

    read: Callable[[list[int]], Tensor]
    wordings: tuple[Wording, ...]
    pad: int = PAD

    def __len__(self) -> int:
        return len(self.wordings)

    def batches(self, order: Sequence[int], size: int) -> Iterator[tuple[Tensor, Lesson]]:
        """Photos and lessons, `size` texts at a time; each photo of a batch once."""
        for first in range(0, len(order), size):
            chosen = [self.wordings[number] for number in order[first : first + size]]
            photos = sorted({photo for _, _, photo in chosen})
            place = {photo: row for row, photo in enumerate(photos)}
            lesson = lesson_of([(start, rest, place[photo]) for start, rest, photo in chosen], self.pad)
            read = self.read(photos)
            yield read, lesson.to(read.device)
