"""Where things hang in a model of transformers: prefixes, LoRA, adapters and full tuning on both of its parts.

Prefixes go through transformers' own attention interface: a memory on an attention module adds its keys and values to
each call, after rotation and after the cache. So they take no position (which Qwen's rotation in three directions would
mind), need no cache of their own while writing, and work in the vision part too, where peft's PrefixTuning cannot. Without
a gate the result is that of peft's `past_key_values` for equal keys, values and positions (a test compares them). LoRA is
peft's. Bottleneck adapters are ours: peft has none (methods.md §10.1, §10.4).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import causal_mask, plain_attention
from core.backbones.torchvision_shim import make_torchvision_importable
from core.methods.adapter import Bottleneck
from core.methods.configs.peft import AdapterConfig, LoRAConfig
from core.methods.lora import wrap
from core.methods.prefix import INITIAL_STD, EncodedPrefix, FreePrefix, PrefixEncoder, PrefixMemory

ATTENTION = "hikidashi"
# What the settings call q, k, v, o and mlp, as the linear layers are called in these models; where q, k and v are one
# layer, each of them means that one.
_LAYERS: dict[str, tuple[str, ...]] = {
    "q": ("q_proj", "qkv"),
    "k": ("k_proj", "qkv"),
    "v": ("v_proj", "qkv"),
    "o": ("o_proj", "out_proj", "proj"),
    "mlp": ("gate_proj", "up_proj", "down_proj", "fc1", "fc2", "linear_fc1", "linear_fc2"),
}
_ATTENTION_NAMES, _MLP_NAME = ("self_attn", "attn"), "mlp"


def register_attention() -> None:
    """Make the attention that sees prefixes known to transformers, beside its own; may be called any number of times."""
    make_torchvision_importable()
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(ATTENTION, attention)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **how: Any
) -> tuple[Tensor, None]:
    """As transformers' `sdpa`, `(B, H, Q, d)` → `(B, Q, H, d)`, and with the prefix of a module that has one."""
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward

    memory = getattr(module, "memory", None)
    if not isinstance(memory, PrefixMemory):
        return sdpa_attention_forward(module, query, key, value, attention_mask, **how)
    if memory.gate is not None:
        own, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **how)
        first, second = (_every(part, query) for part in memory.prefix())
        seen = plain_attention(query, first, second, None).transpose(1, 2)
        return own + memory.gate.to(own.dtype).transpose(0, 1) * seen, None
    groups = query.shape[1] // key.shape[1]
    mask = _additive(module, query, key, attention_mask, how.get("is_causal"))
    attended = memory(query, repeat_kv(key, groups), repeat_kv(value, groups), mask)
    return attended.transpose(1, 2).contiguous(), None


def vision_of(model: Any) -> Any:
    """The vision part of a conditional-generation model."""
    inner = model.model
    return inner.visual if hasattr(inner, "visual") else inner.vision_model


def language_of(model: Any) -> Any:
    """Its language part."""
    inner = model.model
    return inner.language_model if hasattr(inner, "visual") else inner.text_model


class Layers(nn.Module):
    """Blocks of a part, in their order, and what stands around them that full tuning learns too."""

    def __init__(self, blocks: nn.ModuleList, **ends: nn.Module) -> None:
        super().__init__()
        self.blocks = blocks
        for name, end in ends.items():
            setattr(self, name, end)


def parts_of(model: Any) -> tuple[Layers, Layers]:
    """Vision part and language part, around the model's own modules."""
    vision, language = vision_of(model), language_of(model)
    # The small net between both belongs to the photo's side.
    between = vision.merger if hasattr(vision, "merger") else model.model.connector
    blocks = vision.blocks if hasattr(vision, "blocks") else vision.encoder.layers
    return Layers(blocks, between=between), Layers(language.layers, norm=language.norm)


def sharing_copy(model: nn.Module) -> Any:
    """A model of its own modules around the same weights."""
    shared: dict[int, Any] = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, shared)


def hang_prefixes(
    blocks: Sequence[nn.Module], config: Any, length: int, *, encoded: bool, gated: bool
) -> None:
    """Give the attention of each of these blocks a prefix; with `encoded` from one small network."""
    heads, width = _heads_and_width(config)
    encoder = PrefixEncoder(length, width) if encoded else None
    for block in blocks:
        if encoder is None:
            key, value = (torch.randn(heads, length, width // heads) * INITIAL_STD for _ in range(2))
            prefix: nn.Module = FreePrefix(key, value)
        else:
            prefix = EncodedPrefix(encoder, width, heads)
        _attention_in(block).memory = PrefixMemory(prefix, heads, gated=gated)


def add_low_rank(part: Layers, numbers: Sequence[int], config: LoRAConfig) -> None:
    """Let peft wrap the layers that the settings name in these blocks."""
    wanted = set(_names(config.targets))
    names = [
        f"blocks.{number}.{name}"
        for number in numbers
        for name, module in part.blocks[number].named_modules()
        if name.split(".")[-1] in wanted and isinstance(module, nn.Linear)
    ]
    wrap(part, names, config)


def add_bottlenecks(blocks: Sequence[nn.Module], config: Any, adapter: AdapterConfig) -> None:
    """Hang a bottleneck behind each step that the settings name in these blocks."""
    for block in blocks:
        steps: list[tuple[str, Any]] = []
        if adapter.places in ("both", "attention"):
            steps.append(("after_attention", _attention_in(block)))
        if adapter.places in ("both", "mlp"):
            steps.append(("after_mlp", getattr(block, _MLP_NAME)))
        for name, step in steps:
            bottleneck = Bottleneck(config.hidden_size, adapter)
            block.add_module(name, bottleneck)
            step.register_forward_hook(_behind(bottleneck))


def own_all(module: nn.Module) -> None:
    """Make all of a module's parameters learnable: clones take their places."""
    for inner in module.modules():
        for name, value in list(inner._parameters.items()):
            if value is not None:
                setattr(inner, name, nn.Parameter(value.detach().clone()))


def _behind(bottleneck: Bottleneck) -> Callable[..., Any]:
    def hook(module: nn.Module, args: Any, output: Any) -> Any:
        del module, args
        if isinstance(output, tuple):
            return (_in_float(bottleneck, output[0]), *output[1:])
        return _in_float(bottleneck, output)

    return hook


def _in_float(bottleneck: Bottleneck, h: Tensor) -> Tensor:
    changed: Tensor = bottleneck(h.float()).to(h.dtype)
    return changed


def _attention_in(block: Any) -> Any:
    return next(getattr(block, name) for name in _ATTENTION_NAMES if hasattr(block, name))


def _names(targets: str) -> Iterator[str]:
    attention = targets.removesuffix("mlp").removesuffix("+")
    for letter in attention:
        yield from _LAYERS[letter]
    if targets.endswith("mlp"):
        yield from _LAYERS["mlp"]


def _heads_and_width(config: Any) -> tuple[int, int]:
    """Heads of the queries, and what they are wide together."""
    heads = int(getattr(config, "num_attention_heads", None) or config.num_heads)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
    return heads, heads * int(head_dim)


def _every(part: Tensor, query: Tensor) -> Tensor:
    return part.to(query.dtype).expand(query.shape[0], -1, -1, -1)


def _additive(
    module: Any, query: Tensor, key: Tensor, mask: Tensor | None, is_causal: bool | None
) -> Tensor | None:
    """The mask of a call in the form that is added to scores; transformers leaves a plain causal one out."""
    if mask is None:
        causal = is_causal if is_causal is not None else getattr(module, "is_causal", True)
        if not causal or query.shape[2] == 1:
            return None
        return causal_mask(query.shape[2], key.shape[2], query.device)
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros_like(mask, dtype=query.dtype).masked_fill(~mask, -torch.inf)
