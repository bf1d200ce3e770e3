"""What the program asks of a model that writes, whichever model it is: the embedded one, CoCa, or one of transformers.

A `Writer` describes photos and answers questions. A `TunableWriter` can be tuned: `tune` hangs something learnable on
it and gives a `Tuning`, which the course of training (`core.tasks.learning`) knows by this face alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from PIL import Image
from torch import Tensor, nn

from core.methods.catalogue import Composition
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Decision, ParameterGroup, TrainingStage
from core.problems import Language
from core.tasks.writers import WriterCard
from core.training.job import HyperValue


@dataclass(frozen=True)
class Told:
    """A text that a model wrote.

    `confidence` is the chance that the model itself gives: of an answer the whole answer's, of a description the
    geometric mean over its tokens (a long text would have none otherwise). `complete` is False where the text was cut
    off for its length.
    """

    text: str
    confidence: float
    complete: bool = True


@dataclass(frozen=True)
class TextExample:
    """A text about photo number `photo`: its description in a language or, with a question, the answer."""

    photo: int
    text: str
    question: str | None = None
    language: Language = "en"


@dataclass(frozen=True, eq=False)
class TextSet:
    """Photos, opened when they are asked for, and texts about them."""

    photos: Sequence[Image.Image]
    examples: tuple[TextExample, ...]


class Writer(Protocol):
    """Writes about photos, in evaluation mode."""

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        """A description of each photo."""
        ...

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        """The answer to each photo's question. Raises ValueError where the lists differ in length."""
        ...


class Lessons(Protocol):
    """Texts made ready for one tuning: photos as far as they can be read beforehand, texts as tokens."""

    def __len__(self) -> int:
        """How many texts."""
        ...

    def batches(self, order: Sequence[int], size: int) -> Iterator[Any]:
        """Texts by number, `size` at a time, as `Tuning.loss` takes them."""
        ...


class Tuning(Protocol):
    """A model with something learnable hung on it. Its face is that of `nn.Module` (`train`, `eval`) and this."""

    composition: Composition
    recipe: RecipeConfig

    @property
    def writer(self) -> Writer:
        """The tuned model as it stands."""
        ...

    def lessons(self, texts: TextSet) -> Lessons:
        """Texts made ready. Raises Problem `tasks.text_too_long`, `tasks.text_empty`."""
        ...

    def loss(self, batch: Any) -> tuple[Tensor, Tensor]:
        """Teacher-forced cross-entropy, each text weighing alike, and which texts `(B,)` would be written right."""
        ...

    def stages(self) -> tuple[TrainingStage, ...]:
        """The parts of training: PT-PEFT's prefix comes first, by its own number of rounds and rate."""
        ...

    def begin_stage(self, number: int) -> None:
        """Of PT-PEFT, stage 0 learns the prefix alone; stage 1 lets the rest learn too."""
        ...

    def next_stage_needed(self, share: float | None, right: int, texts: int) -> Decision | None:
        """What is decided after a stage; None where the next one always follows."""
        ...

    def parameter_groups(self) -> list[ParameterGroup]:
        """What learns now, by rate."""
        ...

    def learnable(self) -> dict[str, nn.Parameter]:
        """What learns now, by name."""
        ...

    def learned_state(self) -> dict[str, Tensor]:
        """Copies of all that is learned in any stage, by name, on the CPU."""
        ...

    def load_learned_state(self, state: Mapping[str, Tensor]) -> None:
        """Take up what was learned. Raises Problem `tasks.other_tuning` when a name or a shape differs."""
        ...

    def train(self, mode: bool = True) -> Any:
        """As of `nn.Module`."""
        ...

    def eval(self) -> Any:
        """As of `nn.Module`."""
        ...


class TunableWriter(Writer, Protocol):
    """A model that can be tuned, from a folder or the one that ships."""

    @property
    def card(self) -> WriterCard:
        """What it is."""
        ...

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        ...

    def tune(self, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> Tuning:
        """Something learnable hung on a copy of it; the model itself stays as it was.

        Raises:
            Problem: `tasks.method_unsuited` for a composition that cannot tune it; as `Composition.configure`.
        """
        ...
