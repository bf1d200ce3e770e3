"""Tuning inside a text model: prefix, LoRA, adapters, full tuning, and PT-PEFT of each (methods.md §9, §10).

What hangs on the towers in classification hangs here on the same blocks: on those of the image tower from the first
tap on (what stands before is run once per photo), on the connector's and on the decoder's. The base model stays as it
was: the tuned one holds copies. The word table stays frozen, as there: a few texts would move a few of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.blocks import own_copy
from core.methods.adapter import add_bottlenecks
from core.methods.catalogue import Composition, compositions, entry_of, parse_composition
from core.methods.configs.peft import PTPEFTConfig, TuningConfig
from core.methods.configs.recipe import RecipeConfig
from core.methods.full_tuning import own_blocks
from core.methods.lora import add_low_rank
from core.methods.prefix import fold_prefixes, folded_state, hang_prefixes
from core.methods.protocol import Decision, ParameterGroup, TrainingStage
from core.methods.pt_peft import second_stage
from core.methods.tower_tuning import HasBlocks, blocks_of, own
from core.problems import Problem
from core.tasks.decoder import taps_from
from core.tasks.lessons import IGNORED, Lesson, ReadLessons, wording_of
from core.tasks.model import TextModel
from core.tasks.protocol import TextSet
from core.tasks.recipes import with_text_defaults
from core.training.job import HyperValue

_BATCH = 32


class TextTuning(nn.Module):
    """A text model with something learnable hung on its blocks, drawn from `seed` alone.

    Raises:
        Problem: `tasks.method_unsuited` for a composition that cannot tune a text model; as
            `Composition.configure` for settings.
    """

    def __init__(self, base: TextModel, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> None:
        super().__init__()
        self.composition = _suited(composition)
        self.configs = self.composition.configure(with_text_defaults(self.composition, hyper))
        self.recipe: RecipeConfig = self.configs["training"]
        self.model = _own_model(base)
        # Read once, before anything hangs on the tower: what comes before the first block that may learn.
        self.first_block = base.config.taps[0]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._attach()
        self.model.to(base.device)
        self.begin_stage(0)
        self.eval()

    # What is learned

    def stages(self) -> tuple[TrainingStage, ...]:
        """The parts of training: PT-PEFT's prefix comes first, by its own number of rounds and rate."""
        tune = TrainingStage("tune", self.recipe)
        two = self._two_stages
        if two is None:
            return (tune,)
        first = replace(self.recipe, epochs=two.first_epochs, learning_rate=two.first_rate)
        return TrainingStage("prefix", first), tune

    def begin_stage(self, number: int) -> None:
        """Of PT-PEFT, stage 0 learns the prefix alone; stage 1 folds its network and lets the rest learn too."""
        if self._two_stages is None:
            return
        for parameter in self._second.values():
            parameter.requires_grad_(number > 0)
        if number > 0:
            fold_prefixes(self.model)

    def next_stage_needed(self, share: float | None, right: int, texts: int) -> Decision | None:
        """As in classification: unless the prefix alone writes enough of the checking texts right."""
        if self._two_stages is None:
            return None
        return second_stage(self._two_stages, share, {"right": right, "texts": texts}, "tasks")

    def parameter_groups(self) -> list[ParameterGroup]:
        """What learns now, by rate."""
        learned = self.learnable()
        second = {id(parameter) for parameter in self._second.values()}
        prefix = tuple(p for p in learned.values() if id(p) not in second)
        rest = tuple(p for p in learned.values() if id(p) in second)
        if self._two_stages is None or not rest:
            return [ParameterGroup(tuple(learned.values()))]
        return [ParameterGroup(rest), ParameterGroup(prefix, self._two_stages.prefix_lr_scale)]

    def learnable(self) -> dict[str, nn.Parameter]:
        """What learns now, by name."""
        return {name: value for name, value in self.model.named_parameters() if value.requires_grad}

    def learned_state(self) -> dict[str, Tensor]:
        """Copies of all that is learned in any stage, by name, on the CPU; prefixes without their network."""
        state: dict[str, Tensor] = {**self._second, **folded_state(self.model)}
        return {name: value.detach().cpu().clone() for name, value in state.items()}

    def load_learned_state(self, state: Mapping[str, Tensor]) -> None:
        """Take up what was learned, in whichever stage; prefixes are folded from then on.

        Raises:
            Problem: `tasks.other_tuning` when a name or a shape differs.
        """
        self.begin_stage(1)
        fold_prefixes(self.model)
        own_state: dict[str, Tensor] = {**self._second, **folded_state(self.model)}
        for name in sorted(own_state.keys() | state.keys()):
            if (
                name not in own_state
                or name not in state
                or own_state[name].shape != tuple(state[name].shape)
            ):
                raise Problem("tasks.other_tuning", name=name, composition=self.composition)
        with torch.no_grad():
            for name, value in own_state.items():
                value.copy_(state[name])

    # How it is learned

    @property
    def writer(self) -> TextModel:
        """The tuned model as it stands."""
        return self.model

    def lessons(self, texts: TextSet) -> ReadLessons:
        """Texts made ready. Raises Problem as `wording_of`."""
        wordings = tuple(wording_of(self.model, example) for example in texts.examples)
        firsts = range(0, len(texts.photos), _BATCH)
        photos = [self.model.pixels(texts.photos[first : first + _BATCH]) for first in firsts]
        return ReadLessons(torch.cat([self.read_beforehand(part) for part in photos]), wordings)

    @torch.no_grad()
    def read_beforehand(self, pixels: Tensor) -> Tensor:
        """Normalised pixels → tokens `(B, T, W)` as the first block that may learn takes them."""
        return self.model.image.hidden(pixels, self.first_block)

    def photo_tokens(self, beforehand: Tensor) -> Tensor:
        """The rest of the way, through what is tuned: what the decoder reads `(B, T, D)`."""
        taps = taps_from(self.model.image, beforehand, self.first_block, self.model.config.taps)
        read: Tensor = self.model.connector(taps)
        return read

    def loss(self, batch: tuple[Tensor, Lesson]) -> tuple[Tensor, Tensor]:
        """Teacher-forced cross-entropy, each text weighing alike, and which texts `(B,)` would be written right.

        batch: photos as `read_beforehand` gives them, and texts about them. A text is right when every one of its tokens is the likeliest after those before it: just then it is what the
        model writes.
        """
        beforehand, lesson = batch
        hidden = self.model.decoder.hidden(lesson.tokens, self.photo_tokens(beforehand), lesson.rows)
        logits = self.model.decoder.logits(hidden)
        counted = lesson.wanted != IGNORED
        losses = functional.cross_entropy(
            logits.flatten(0, 1).float(), lesson.wanted.flatten(), ignore_index=IGNORED, reduction="none"
        ).view_as(lesson.wanted)
        per_text = losses.sum(dim=1) / counted.sum(dim=1)
        right = ((logits.argmax(dim=-1) == lesson.wanted) | ~counted).all(dim=1)
        return per_text.mean(), right

    # How it is built

    @property
    def _two_stages(self) -> PTPEFTConfig | None:
        config = self.configs.get("pt-peft")
        return config if isinstance(config, PTPEFTConfig) else None

    def _attach(self) -> None:
        inner = self.composition.inner or self.composition
        self._hang(inner.name, self.configs[inner.name])
        self._second = {} if inner.name == "prefix" else self.learnable()
        two = self._two_stages
        if two is not None:
            for part, numbers in self._places("both", None):
                blocks = [blocks_of(part)[number] for number in numbers]
                hang_prefixes(blocks, two.length, encoded=True, gated=two.gate)

    def _hang(self, name: str, config: Any) -> None:
        for part, numbers in self._places(config.towers, config):
            match name:
                case "prefix":
                    blocks = [blocks_of(part)[number] for number in numbers]
                    hang_prefixes(blocks, config.length, encoded=config.mlp, gated=config.gate)
                case "lora":
                    add_low_rank(part, numbers, config)
                case "adapter":
                    add_bottlenecks(part, numbers, config)
                case "full":
                    own_blocks(part, numbers)
                    for end in _ENDS[type(part).__name__]:
                        own(part, end)

    def _places(self, towers: str, config: TuningConfig | None) -> Iterator[tuple[HasBlocks, Sequence[int]]]:
        """The parts that are tuned, with the numbers of their blocks."""
        model = self.model
        if towers in ("both", "image"):
            depth = len(model.image.blocks)
            wanted = range(depth) if config is None else config.block_numbers(depth)
            numbers = [number for number in wanted if number >= self.first_block]
            if numbers:
                yield model.image, numbers
            yield model.connector, range(len(model.connector.blocks))
        if towers in ("both", "text"):
            depth = len(model.decoder.blocks)
            yield model.decoder, range(depth) if config is None else config.block_numbers(depth)


# What full tuning learns of a part beside its blocks: what stands around those that learn, but for the word table.
_ENDS: dict[str, tuple[str, ...]] = {
    "SeeingTower": (),
    "Connector": ("joint", "positions"),
    "TextDecoder": ("ln_final",),
}


def suits_text(composition: Composition) -> bool:
    """Whether it can tune a text model."""
    return all("caption" in entry_of(name).tasks for name in composition.parts())


def _suited(text: str) -> Composition:
    composition = parse_composition(text)
    if not suits_text(composition):
        known = ", ".join(str(each) for each in compositions() if suits_text(each))
        raise Problem("tasks.method_unsuited", composition=composition, known=known)
    return composition


def _own_model(base: TextModel) -> TextModel:
    """A model of its own around the same weights, whose parts things can be hung on."""
    parts = {
        "image": base.image.copy(),
        "connector": own_copy(base.connector, blocks=_copies(base.connector)),
        "decoder": own_copy(base.decoder, blocks=_copies(base.decoder)),
    }
    return own_copy(base, **parts).requires_grad_(False)


def _copies(part: HasBlocks) -> nn.ModuleList:
    return nn.ModuleList(block.copy() for block in blocks_of(part))
