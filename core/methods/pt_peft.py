"""PT-PEFT: prefix tuning first, then LoRA, adapters or full tuning together with the prefix (arXiv 2411.00029).

Only abstract and excerpts of the paper were at hand; the reading is methods.md §9's. Stage 1 learns a prefix in every
block of both towers through a small network, everything else frozen. Stage 2 folds the network into keys and values
and learns them together with the inner method, each stage with a schedule of its own. Whether stage 2 is needed is
told by the photos kept for checking: where the prefix alone gets enough of them right, there is little for it to win
and it could only lower the rank of the features. That rule is ours.
"""

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from core.methods.configs.peft import PTPEFTConfig
from core.methods.configs.recipe import RecipeConfig
from core.methods.prefix import fold_prefixes, folded_state, hang_prefixes
from core.methods.protocol import (
    Decision,
    ParameterGroup,
    StageEnd,
    TrainingStage,
    Wrapper,
    published_rate,
)
from core.methods.tower_tuning import TowerTuning, blocks_of


class PTPEFT(Wrapper):
    """A prefix in both towers of a method that tunes inside them.

    The learned state is in every stage that of the second: folded keys and values, and what the inner method learns,
    which in stage 1 is still as it began and changes nothing.
    """

    inner: TowerTuning

    def __init__(self, config: PTPEFTConfig, inner: TowerTuning) -> None:
        super().__init__(inner)
        self.config = config
        self._second = self._learned()
        for tower in (inner.image_tower, inner.text_tower):
            hang_prefixes(blocks_of(tower), config.length, encoded=True, gated=config.gate)
        inner.settle()
        self.begin_stage(0)

    def stages(self, recipe: RecipeConfig) -> tuple[TrainingStage, ...]:
        """The prefix by its own number of rounds and rate, then both by the recipe."""
        first = replace(recipe, epochs=self.config.first_epochs, learning_rate=self.config.first_rate)
        return TrainingStage("prefix", first), TrainingStage("tune", recipe)

    def begin_stage(self, number: int) -> None:
        """Stage 0 learns the prefix alone; stage 1 folds its network and lets the inner method learn too."""
        for parameter in self._second.values():
            parameter.requires_grad_(number > 0)
        if number > 0:
            fold_prefixes(self)

    def next_stage_needed(self, number: int, ended: StageEnd) -> Decision | None:
        """As the settings say; with `auto`, unless the prefix alone gets enough of the checking photos right."""
        found = None
        if ended.base is not None:
            found = {"right": round(ended.base * ended.photos), "photos": ended.photos}
        return second_stage(self.config, ended.base, found)

    def parameter_groups(self) -> list[ParameterGroup]:
        """The prefix, in stage 1 at a rate of its own beside the inner method's groups."""
        second = {id(parameter) for parameter in self._second.values()}
        prefix = tuple(p for p in self._learned().values() if id(p) not in second)
        even = published_rate(self.backbone)
        if not self._stage_2:
            return [ParameterGroup(prefix, sgd_scale=even)]
        return [
            ParameterGroup(tuple(self._second.values()), sgd_scale=even),
            ParameterGroup(prefix, self.config.prefix_lr_scale, even),
        ]

    def learned_state(self) -> dict[str, Tensor]:
        """The inner method's tensors, and keys, values and gates of each block."""
        state: dict[str, Tensor] = {**self._second, **folded_state(self)}
        return {name: value.detach().cpu().clone() for name, value in state.items()}

    def load_learned_state(self, state: dict[str, Tensor]) -> None:
        """Take up what was learned, in whichever stage; the prefix is folded afterwards. Raises Problem."""
        self.begin_stage(1)
        super().load_learned_state(state)

    def training_state(self) -> dict[str, Tensor]:
        """While the first stage runs, the network of the prefix as well."""
        return self.learned_state() | super().learned_state()

    def load_training_state(self, state: dict[str, Tensor]) -> None:
        """Take up the training state of the stage that was begun."""
        super().load_learned_state({name: state[name] for name in self._learned() if name in state})

    @property
    def _stage_2(self) -> bool:
        return any(parameter.requires_grad for parameter in self._second.values())


def second_stage(
    config: PTPEFTConfig, share: float | None, found: Mapping[str, int] | None, room: str = "training"
) -> Decision:
    """Whether the second stage is gone into, by the share of what was checked that the prefix alone gets right (None
    where nothing was kept for checking); `found` are the numbers behind it, for the words, which `room` has."""
    if config.second == "always":
        return Decision("training.second_always", go_on=True)
    if config.second == "never":
        return Decision("training.second_never", go_on=False)
    if share is None:
        return Decision("training.second_unchecked", go_on=True)
    data = {**(found or {}), "enough": round(100 * config.enough)}
    if share >= config.enough:
        return Decision(f"{room}.second_not_needed", go_on=False, data=data)
    return Decision(f"{room}.second_needed", go_on=True, data=data)
