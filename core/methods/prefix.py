"""Prefix tuning in both towers: learned keys and values before each block's own (arXiv 2101.00190; methods.md §10.3).

    attention(q, [K_p; k], [V_p; v])

A prefix occupies no position: in the text tower every token sees it (zero columns at the left of the causal mask), the
place of EOT and the positions stay as they are. Even zeros would take a share of attention, so a plain prefix changes
the model from the start. With a gate g per head, zero at first, it does not:

    attention(q, k, v) + g · attention(q, K_p, V_p)

K_p and V_p are learned as they are, or as the output of a small network, Embedding(P, h) → Linear → Tanh → Linear, that
is folded into them after learning. The peft library has this only for models of transformers that take
`past_key_values`, which the towers of open_clip do not (methods.md §10.1).
"""

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block, plain_attention
from core.methods.configs.peft import PrefixConfig
from core.methods.tower_tuning import TowerTuning, blocks_of

INITIAL_STD = 0.02


class FreePrefix(nn.Module):
    """Keys and values `(H, P, d)`, learned as they are."""

    def __init__(self, key: Tensor, value: Tensor) -> None:
        super().__init__()
        self.key, self.value = nn.Parameter(key), nn.Parameter(value)

    def forward(self) -> tuple[Tensor, Tensor]:
        """Keys and values."""
        return self.key, self.value


class PrefixEncoder(nn.Module):
    """The part of the small network that the blocks of a tower share: Embedding(P, h) → Linear → Tanh."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(length, width))
        self.linear = nn.Linear(width, width)

    def forward(self) -> Tensor:
        """`(P, h)`."""
        return torch.tanh(self.linear(self.embedding))


class EncodedPrefix(nn.Module):
    """Keys and values `(H, P, d)` of one block: its rows of the small network's last layer, Linear(h, 2·L·d)."""

    def __init__(self, encoder: PrefixEncoder, width: int, heads: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.linear = nn.Linear(encoder.linear.out_features, 2 * width)
        self.heads = heads

    def forward(self) -> tuple[Tensor, Tensor]:
        """Keys and values."""
        both: Tensor = self.linear(self.encoder())
        key, value = both.unflatten(1, (2, self.heads, -1)).permute(1, 2, 0, 3)
        return key, value


class PrefixMemory(nn.Module):
    """Attention that sees a prefix too; hung on a block as its `memory`."""

    def __init__(self, prefix: nn.Module, heads: int, *, gated: bool) -> None:
        super().__init__()
        self.prefix = prefix
        self.gate = nn.Parameter(torch.zeros(heads, 1, 1)) if gated else None

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Queries `(…, H, Q, d)`, keys and values `(…, H, T, d)`, additive mask `(…, Q, T)` → like the queries."""
        first, second = (part.to(key.dtype).expand(*key.shape[:-3], -1, -1, -1) for part in self.prefix())
        if self.gate is not None:
            own = plain_attention(query, key, value, mask)
            return own + self.gate.to(own.dtype) * plain_attention(query, first, second, None)
        if mask is not None:
            mask = torch.cat([mask.new_zeros(*mask.shape[:-1], first.shape[-2]), mask], dim=-1)
        keys, values = torch.cat([first, key], dim=-2), torch.cat([second, value], dim=-2)
        return plain_attention(query, keys, values, mask)

    @torch.no_grad()
    def fold(self) -> None:
        """Keep the keys and values as they are now, without the network that they came from."""
        if not isinstance(self.prefix, FreePrefix):
            key, value = self.prefix()
            self.prefix = FreePrefix(key.clone(), value.clone())


def hang_prefixes(blocks: list[Block], length: int, *, encoded: bool, gated: bool) -> None:
    """Give each of a tower's blocks a prefix; with `encoded` from one small network."""
    width = blocks[0].out.out_features
    encoder = PrefixEncoder(length, width) if encoded else None
    for block in blocks:
        if encoder is None:
            shape = (block.heads, length, width // block.heads)
            key, value = (torch.randn(shape) * INITIAL_STD for _ in range(2))
            prefix: nn.Module = FreePrefix(key, value)
        else:
            prefix = EncodedPrefix(encoder, width, block.heads)
        block.memory = PrefixMemory(prefix, block.heads, gated=gated)


class Prefix(TowerTuning):
    """A prefix in each of the chosen blocks."""

    config: PrefixConfig

    def attach(self) -> None:
        """Hang a prefix on each block."""
        for tower, numbers in self.chosen():
            blocks = [blocks_of(tower)[number] for number in numbers]
            hang_prefixes(blocks, self.config.length, encoded=self.config.mlp, gated=self.config.gate)

    def learned_state(self) -> dict[str, Tensor]:
        """Keys, values and gates of each block, whatever they are learned through."""
        return {name: value.detach().cpu().clone() for name, value in folded_state(self).items()}

    def load_learned_state(self, state: dict[str, Tensor]) -> None:
        """Take up what was learned, without a small network from then on. Raises Problem."""
        fold_prefixes(self)
        super().load_learned_state(state)

    def training_state(self) -> dict[str, Tensor]:
        """The small network as well."""
        return self.learned_state() | super().learned_state()

    def load_training_state(self, state: dict[str, Tensor]) -> None:
        """Take up a `training_state`. Raises Problem."""
        super().load_learned_state({name: state[name] for name in self._learned() if name in state})


def folded_state(module: nn.Module) -> dict[str, Tensor]:
    """Keys, values and gates of the prefixes in a module, by the names that they have once they are folded."""
    state: dict[str, Tensor] = {}
    for name, memory in module.named_modules():
        if isinstance(memory, PrefixMemory):
            state[f"{name}.prefix.key"], state[f"{name}.prefix.value"] = memory.prefix()
            if memory.gate is not None:
                state[f"{name}.gate"] = memory.gate
    return state


def fold_prefixes(module: nn.Module) -> None:
    """Fold the prefixes in a module."""
    for memory in list(module.modules()):
        if isinstance(memory, PrefixMemory):
            memory.fold()
