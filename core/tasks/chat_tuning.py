"""Tuning of models that are spoken to, on their vision part and their language part (`core.tasks.chat_blocks`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.blocks import own_copy
from core.methods.tower_tuning import blocks_of
from core.problems import Problem
from core.tasks import chat_blocks
from core.tasks.chat import ChatWriter, Prompt, Seen
from core.tasks.hung import HungTuning, Part
from core.tasks.lessons import IGNORED
from core.tasks.photo_cache import MOST_BYTES
from core.tasks.protocol import TextSet
from core.training.job import HyperValue


@dataclass(frozen=True, eq=False)
class Lines:
    """Texts of a batch whose photos are of one shape: what the model takes, right-padded, with the photos as `seen` where
    they were read beforehand, the token that follows each place `(B, L)` or `IGNORED`, and which of the batch they are."""

    inputs: dict[str, Tensor]
    seen: dict[str, Any]
    wanted: Tensor
    numbers: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ChatLessons:
    """Texts as tokens. Photos are opened and made ready batch by batch, so that any number of them can be learned; with
    `beforehand` each is read by the vision part once, as many as fit into memory."""

    model: ChatWriter
    texts: TextSet
    tokens: tuple[list[int], ...]
    beforehand: bool = False
    read: dict[int, Prompt] = field(default_factory=dict)
    photos: dict[int, Seen] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tokens)

    def batches(self, order: Sequence[int], size: int) -> Iterator[list[Lines]]:
        """Texts by number, `size` at a time."""
        for first in range(0, len(order), size):
            yield self._lines(order[first : first + size])

    def _lines(self, numbers: Sequence[int]) -> list[Lines]:
        prompts = [self._prompt(number) for number in numbers]
        alike: defaultdict[Any, list[int]] = defaultdict(list)
        for place, prompt in enumerate(prompts):
            alike[prompt.shape].append(place)
        return [
            _side_by_side(
                self.model,
                [prompts[place] for place in places],
                [self.tokens[numbers[place]] for place in places],
                tuple(places),
            )
            for places in alike.values()
        ]

    def _prompt(self, number: int) -> Prompt:
        if number in self.read:
            return self.read[number]
        example = self.texts.examples[number]
        prompt = self.model.prompt_of(self.texts.photos[example.photo], example)
        if not self.beforehand:
            return prompt
        seen = self.photos.get(example.photo)
        prompt = self.model.read(prompt, seen)
        if seen is None and prompt.seen is not None:
            held = sum(_bytes(photo) for photo in self.photos.values())
            if held + _bytes(prompt.seen) > MOST_BYTES:
                return prompt
            self.photos[example.photo] = prompt.seen
        self.read[number] = prompt
        return prompt


def _bytes(seen: Seen) -> int:
    return sum(part.numel() * part.element_size() for part in seen)


class ChatTuning(HungTuning):
    """A model that is spoken to, with something learnable on its blocks.

    Raises:
        Problem: as `HungTuning`; `tasks.quantised_full` for full tuning of a model whose weights were shrunk.
    """

    def __init__(
        self, base: ChatWriter, composition: str, hyper: Mapping[str, HyperValue], seed: int
    ) -> None:
        super().__init__(composition, hyper, "transformers")
        if not base.whole and "full" in self.composition.parts():
            raise Problem("tasks.quantised_full", name=base.card.name)
        self.model: ChatWriter = own_copy(base, net=chat_blocks.sharing_copy(base.net))
        vision, language = chat_blocks.parts_of(self.model.net)
        self._parts = (
            Part("image", vision, ends=("between",)),
            Part("text", language, ends=("norm",)),
        )
        self._configs = (chat_blocks.vision_of(base.net).config, chat_blocks.language_of(base.net).config)
        # Of each layer only what goes in is kept on the way forth: a photo is some thousand tokens in the vision part.
        self.model.net.activation_checkpointing_enable({"use_reentrant": False})
        self.hang(seed, base.device)
        # What learns does so in full precision, whatever that of the weights beside it is.
        for value in {**self._second, **self.learnable()}.values():
            value.data = value.data.float()

    def parts(self) -> Sequence[Part]:
        """Vision part and language part."""
        return self._parts

    @property
    def writer(self) -> ChatWriter:
        """The tuned model as it stands."""
        return self.model

    def lessons(self, texts: TextSet) -> ChatLessons:
        """Texts made ready. Raises Problem as `ChatWriter.tokens_of`."""
        tokens = tuple(self.model.tokens_of(example) for example in texts.examples)
        inner = self.composition.inner or self.composition
        beforehand = self.configs[inner.name].towers == "text"
        return ChatLessons(self.model, texts, tokens, beforehand)

    def loss(self, batch: list[Lines]) -> tuple[Tensor, Tensor]:
        """Teacher-forced cross-entropy, each text weighing alike, and which texts `(B,)` would be written right."""
        count = sum(len(lines.numbers) for lines in batch)
        right = torch.zeros(count, dtype=torch.bool, device=self.model.device)
        total = torch.zeros((), device=self.model.device)
        for lines in batch:
            losses, found = self._graded(lines)
            total = total + losses.sum()
            right[list(lines.numbers)] = found
        return total / count, right

    def _graded(self, lines: Lines) -> tuple[Tensor, Tensor]:
        net: Any = self.model.net
        hidden = net.model(**lines.inputs, **lines.seen, use_cache=False).last_hidden_state
        counted = lines.wanted != IGNORED
        # Scores of the whole vocabulary only where something is to be written.
        logits = net.lm_head(hidden[counted]).float()
        wanted, rows = lines.wanted[counted], counted.nonzero()[:, 0]
        each = functional.cross_entropy(logits, wanted, reduction="none")
        per_text = each.new_zeros(len(counted)).index_add(0, rows, each) / counted.sum(dim=1)
        wrong = torch.zeros(len(counted), device=each.device).index_add(
            0, rows, (logits.argmax(dim=-1) != wanted).float()
        )
        return per_text, wrong == 0

    def prefixed(self, part: Part) -> bool:
        """On those that the inner method tunes: through the vision part the way back is long."""
        inner = self.composition.inner or self.composition
        return self.configs[inner.name].towers in ("both", part.side)

    def hang_on(self, part: Part, numbers: Sequence[int], name: str, config: Any) -> None:
        """See `HungTuning`."""
        blocks = [self._block(part, number) for number in numbers]
        match name:
            case "prefix":
                self.hang_prefix(part, numbers, config.length, encoded=config.mlp, gated=config.gate)
            case "lora":
                chat_blocks.add_low_rank(part.module, numbers, config)  # type: ignore[arg-type]
            case "adapter":
                chat_blocks.add_bottlenecks(blocks, self._config(part), config)
            case "full":
                for module in (*blocks, *(getattr(part.module, end) for end in part.ends)):
                    chat_blocks.own_all(module)

    def hang_prefix(
        self, part: Part, numbers: Sequence[int], length: int, *, encoded: bool, gated: bool
    ) -> None:
        """See `HungTuning`."""
        blocks = [self._block(part, number) for number in numbers]
        chat_blocks.hang_prefixes(blocks, self._config(part), length, encoded=encoded, gated=gated)

    def _config(self, part: Part) -> Any:
        return self._configs[self._parts.index(part)]

    @staticmethod
    def _block(part: Part, number: int) -> Any:
        return blocks_of(part.module)[number]


def _side_by_side(
    model: ChatWriter, prompts: Sequence[Prompt], texts: Sequence[list[int]], numbers: tuple[int, ...]
) -> Lines:
    length = max(prompt.length + len(text) for prompt, text in zip(prompts, texts, strict=True)) - 1
    wanted = torch.full((len(prompts), length), IGNORED)
    longer: list[Prompt] = []
    for row, (prompt, text) in enumerate(zip(prompts, texts, strict=True)):
        wanted[row, prompt.length - 1 : prompt.length + len(text) - 1] = torch.tensor(text)
        longer.append(_lengthened(prompt, text[:-1], length, model.end))
    return Lines(model.joined(longer), model.joined_seen(prompts), wanted.to(model.device), numbers)


def _lengthened(prompt: Prompt, text: list[int], length: int, pad: int) -> Prompt:
    """A prompt with a text behind it, padded at the end: of that text nothing is a photo."""
    padding = length - prompt.length - len(text)
    behind = {
        "input_ids": torch.tensor([[*text, *[pad] * padding]]),
        "attention_mask": torch.tensor([[*[1] * len(text), *[0] * padding]]),
    }
    inputs = {}
    for name, value in prompt.inputs.items():
        if value.shape[:2] == (1, prompt.length) and value.dim() == 2:
            more = behind.get(name, torch.zeros(1, len(text) + padding))
            inputs[name] = torch.cat([value, more.to(value.dtype)], dim=1)
        else:
            inputs[name] = value
    return Prompt(inputs)
