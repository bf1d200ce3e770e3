"""Full tuning and bias tuning of both towers (methods.md §11.1; BitFit, arXiv 2106.10199).

The learned weights are clones: the backbone stays as it was, and zero-shot with it. Full tuning clones the chosen
blocks, what follows them (last norm and projection) and, where the first block is among them, what stands before it
(patches, class token, positions). The table of words stays frozen: a few class names would move a few of its rows and
leave those of every other class behind. Bias tuning clones the biases of the same places, of linear layers and norms;
peft has it as an option of its adapters only, not by itself. Key biases are left out: they shift all scores of a query
alike, which softmax does not see.
"""

from collections.abc import Sequence

from core.backbones.blocks import Block
from core.backbones.image_tower import ImageTower
from core.methods.configs.peft import BitFitConfig, FullConfig
from core.methods.tower_tuning import HasBlocks, Tower, TowerTuning, blocks_of, own

_BIAS = ("bias",)


class FullTuning(TowerTuning):
    """All weights of chosen blocks and of what stands beside them."""

    config: FullConfig

    def attach(self) -> None:
        """Clone them."""
        for tower, numbers in self.chosen():
            own_blocks(tower, numbers)
            _own_ends(tower, numbers)


class BitFit(TowerTuning):
    """The biases of the same places."""

    config: BitFitConfig

    def attach(self) -> None:
        """Clone them."""
        for tower, numbers in self.chosen():
            own_blocks(tower, numbers, _BIAS, leave=("k",))
            _own_ends(tower, numbers, _BIAS)


def own_blocks(
    tower: HasBlocks, numbers: Sequence[int], only: Sequence[str] = (), leave: Sequence[str] = ()
) -> None:
    """Give these blocks of a tower learnable parameters of their own: all, or those named `only`; layers named `leave`
    stay as they are."""
    for number in numbers:
        own_parts(blocks_of(tower)[number], only, leave)


def own_parts(block: Block, only: Sequence[str] = (), leave: Sequence[str] = ()) -> None:
    """The same for one block."""
    for name in [name for name, _ in block.named_children() if name not in leave]:
        own(block, name, only)


def _own_ends(tower: Tower, numbers: Sequence[int], only: Sequence[str] = ()) -> None:
    before: tuple[str, ...]
    if isinstance(tower, ImageTower):
        before, after = ("patches", "class_embedding", "positions", "ln_pre"), ("ln_post", "projection")
    else:
        before, after = ("positions",), ("ln_final", "projection")
    for name in (*(before if 0 in numbers else ()), *after):
        own(tower, name, only)
