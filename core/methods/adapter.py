"""Bottleneck adapters in both towers (Houlsby et al., arXiv 1902.00751; methods.md §10.1).

What attention or the MLP adds to the tokens, h, becomes h + s·U·σ(D·h), with D ∈ R^{r×d} and U ∈ R^{d×r}. U is zero at
first, so nothing changes. The peft library has no such adapter: `adaption_prompt` and `ia3` are other things.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from core.methods.configs.peft import AdapterConfig
from core.methods.tower_tuning import HasBlocks, TowerTuning, blocks_of

_ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "relu": nn.ReLU, "tanh": nn.Tanh}


class Bottleneck(nn.Module):
    """h + s·U·σ(D·h) on `(…, W)`."""

    def __init__(self, width: int, config: AdapterConfig) -> None:
        super().__init__()
        self.down = nn.Linear(width, config.width, bias=False)
        self.act = _ACTIVATIONS[config.activation]()
        self.up = nn.Linear(config.width, width, bias=False)
        self.scale = config.scale
        nn.init.zeros_(self.up.weight)

    def forward(self, h: Tensor) -> Tensor:
        """Token by token."""
        added: Tensor = self.up(self.act(self.down(h)))
        return h + self.scale * added


class Adapter(TowerTuning):
    """A bottleneck behind attention, MLP or both, in chosen blocks."""

    config: AdapterConfig

    def attach(self) -> None:
        """Hang a bottleneck behind each step that the settings name."""
        for tower, numbers in self.chosen():
            add_bottlenecks(tower, numbers, self.config)


def add_bottlenecks(tower: HasBlocks, numbers: Sequence[int], config: AdapterConfig) -> None:
    """Hang a bottleneck behind each step that the settings name in these blocks."""
    for number in numbers:
        block = blocks_of(tower)[number]
        width = block.out.out_features
        if config.places in ("both", "attention"):
            block.after_attention = Bottleneck(width, config)
        if config.places in ("both", "mlp"):
            block.after_mlp = Bottleneck(width, config)
