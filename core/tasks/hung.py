"""What hangs on the blocks of a model that writes: prefix, LoRA, adapters, full tuning, and PT-PEFT of each
(methods.md §9, §10).

What hangs on the towers in classification hangs here on the same blocks. The base model stays as it was: the tuned one
holds copies of its blocks around the same weights.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

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
from core.tasks.recipes import with_text_defaults
from core.tasks.writers import Kind
from core.training.job import HyperValue


@dataclass(frozen=True)
class Part:
    """Blocks that are tuned together, on the side of photos or of texts (setting `towers`).

    `first` is the first of them that may learn; with `whole` the setting `blocks` does not choose among them; `ends`
    are what full tuning learns beside the blocks.
    """

    side: Literal["image", "text"]
    module: HasBlocks
    first: int = 0
    whole: bool = False
    ends: tuple[str, ...] = ()

    def numbers(self, config: TuningConfig | None) -> list[int]:
        """Which of its blocks the settings name; all where there are none."""
        depth = len(blocks_of(self.module))
        wanted = range(depth) if config is None or self.whole else config.block_numbers(depth)
        return [number for number in wanted if number >= self.first]


class HungTuning(nn.Module):
    """A model with something learnable on its parts, drawn from `seed` alone; a subclass says how it is read.

    Raises:
        Problem: `tasks.method_unsuited` for a composition that cannot tune a model that writes; as
            `Composition.configure` for settings.
    """

    model: nn.Module

    def __init__(
        self,
        composition: str,
        hyper: Mapping[str, HyperValue],
        kind: Kind,
    ) -> None:
        super().__init__()
        self.composition = suited(composition)
        self.configs = self.composition.configure(with_text_defaults(self.composition, hyper, kind))
        self.recipe: RecipeConfig = self.configs["training"]

    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """The parts of `model`, copies that things may be hung on."""

    def hang(self, seed: int, device: torch.device) -> None:
        """Hang on `model` what is learned; `model` requires no gradient yet."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._attach()
        self.model.to(device)
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

    # How it is built

    @property
    def _two_stages(self) -> PTPEFTConfig | None:
        config = self.configs.get("pt-peft")
        return config if isinstance(config, PTPEFTConfig) else None

    def _attach(self) -> None:
        inner = self.composition.inner or self.composition
        for part, numbers in self._places(self.configs[inner.name]):
            self.hang_on(part, numbers, inner.name, self.configs[inner.name])
        self._second = {} if inner.name == "prefix" else self.learnable()
        two = self._two_stages
        if two is not None:
            for part, numbers in self._places(None):
                if self.prefixed(part):
                    self.hang_prefix(part, numbers, two.length, encoded=True, gated=two.gate)

    def _places(self, config: TuningConfig | None) -> Iterator[tuple[Part, list[int]]]:
        """The parts that are tuned, with the numbers of their blocks."""
        for part in self.parts():
            if config is None or config.towers in ("both", part.side):
                numbers = part.numbers(config)
                if numbers:
                    yield part, numbers

    def prefixed(self, part: Part) -> bool:
        """Whether PT-PEFT hangs a prefix on a part: on every one, whichever the inner method tunes."""
        del part
        return True

    def hang_on(self, part: Part, numbers: Sequence[int], name: str, config: Any) -> None:
        """Hang a method on blocks of a part."""
        match name:
            case "prefix":
                self.hang_prefix(part, numbers, config.length, encoded=config.mlp, gated=config.gate)
            case "lora":
                add_low_rank(part.module, numbers, config)
            case "adapter":
                add_bottlenecks(part.module, numbers, config)
            case "full":
                own_blocks(part.module, numbers)
                for end in part.ends:
                    own(part.module, end)

    def hang_prefix(
        self, part: Part, numbers: Sequence[int], length: int, *, encoded: bool, gated: bool
    ) -> None:
        """Give blocks of a part prefixes."""
        blocks = [blocks_of(part.module)[number] for number in numbers]
        hang_prefixes(blocks, length, encoded=encoded, gated=gated)


def suits_text(composition: Composition) -> bool:
    """Whether it can tune a model that writes."""
    return all("caption" in entry_of(name).tasks for name in composition.parts())


def suited(text: str) -> Composition:
    """A composition by name. Raises Problem `tasks.method_unsuited` where it cannot tune a model that writes."""
    composition = parse_composition(text)
    if not suits_text(composition):
        known = ", ".join(str(each) for each in compositions() if suits_text(each))
        raise Problem("tasks.method_unsuited", composition=composition, known=known)
    return composition
