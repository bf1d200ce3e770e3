"""LoRA in both towers: low-rank additions to linear layers (arXiv 2106.09685; CLIP-LoRA, arXiv 2405.18541;
methods.md §10.2).

x·Wᵀ becomes x·Wᵀ + s·(dropout(x)·Aᵀ)·Bᵀ, with s = α/√r (or α/r), A random and B zero: at first nothing changes.

The peft library does it. On open_clip's own blocks it could not: query, key and value hide in one
`MultiheadAttention`, on whose `out_proj` an addition does nothing and learns nothing, and where dropout is ignored
without a word (methods.md §10.1). The blocks of our towers hold plain linear layers for all six of them.

Tokens that all sentences begin with are run once for all of them: in a step they share one draw of dropout, where
separate runs of each sentence would draw for each. Without dropout both are equal.
"""

from collections.abc import Sequence
from typing import Any

from core.backbones.torchvision_shim import make_torchvision_importable
from core.methods.configs.peft import LoRAConfig
from core.methods.tower_tuning import HasBlocks, TowerTuning

_ATTENTION = {"q": "q", "k": "k", "v": "v", "o": "out"}
_MLP = ("fc", "proj")


class LoRA(TowerTuning):
    """Low-rank additions to chosen linear layers of chosen blocks."""

    config: LoRAConfig

    def attach(self) -> None:
        """Let peft wrap the layers."""
        for tower, numbers in self.chosen():
            add_low_rank(tower, numbers, self.config)


def add_low_rank(tower: HasBlocks, numbers: Sequence[int], config: LoRAConfig) -> None:
    """Let peft wrap the layers that the settings name in these blocks."""
    wrap(tower, [f"blocks.{number}.{name}" for number in numbers for name in layers(config.targets)], config)


def wrap(part: Any, names: list[str], config: LoRAConfig) -> None:
    """Let peft wrap the layers of these names."""
    # peft imports transformers, and that torchvision where it is installed.
    make_torchvision_importable()
    import peft

    adapter = peft.LoraConfig(
        target_modules=names,
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        use_rslora=config.rslora,
    )
    peft.inject_adapter_in_model(adapter, part)


def layers(targets: str) -> tuple[str, ...]:
    """The layers of a block that a setting such as `qkv`, `o+mlp` or `mlp` names."""
    attention = targets.removesuffix("mlp").removesuffix("+")
    return (*(_ATTENTION[letter] for letter in attention), *(_MLP if targets.endswith("mlp") else ()))
