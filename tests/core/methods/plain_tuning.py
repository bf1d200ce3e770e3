"""Tuned towers the obvious way: open_clip's own model in float64 with changed weights, hooks and attention written out.

What a method learned is put into the stock model by name: low-rank additions are merged into the weights, bottlenecks
hang behind the stock modules as hooks, and prefixes stand before the keys and values of an attention that goes head by
head. Photos run from the pixels, sentences over the whole context.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from tests.core.methods.plain_towers import plain_clip

BLOCKS = {"image_tower": "visual.transformer.resblocks", "text_tower": "transformer.resblocks"}
LAYERS = {"out": "attn.out_proj", "fc": "mlp.c_fc", "proj": "mlp.c_proj"}
ENDS = {
    "image_tower": {
        "patches": "visual.conv1",
        "class_embedding": "visual.class_embedding",
        "positions": "visual.positional_embedding",
        "ln_pre": "visual.ln_pre",
        "ln_post": "visual.ln_post",
        "projection": "visual.proj",
    },
    "text_tower": {
        "positions": "positional_embedding",
        "ln_final": "ln_final",
        "projection": "text_projection",
    },
}


class PlainTuned:
    """open_clip's model with what was learned, by the names that the method gives it."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.clip: Any = plain_clip(backbone)
        self.changed: dict[str, Tensor] = {}

    def logits(
        self, pixels: Tensor, classes: Sequence[ClassText], template: str = "a photo of a {}."
    ) -> Tensor:
        """Photos beside sentences `(B, C)`."""
        tokens = self.backbone.tokenize([template.replace("{}", entry.words) for entry in classes])
        image, text, scale = functional_call(self.clip, self.changed, (pixels.double(), tokens))
        scores: Tensor = scale * image @ text.T
        return scores

    def block(self, tower: str, number: str) -> Any:
        """A stock block."""
        return self.clip.get_submodule(f"{BLOCKS[tower]}.{number}")

    def weights(self, learned: Mapping[str, Tensor]) -> "PlainTuned":
        """Whole weights and biases in the place of the stock ones."""
        for name, value in learned.items():
            match name.split("."):
                case [tower, "blocks", number, layer, kind] if layer in (*"qkv", *LAYERS, "ln_1", "ln_2"):
                    self._put(tower, number, layer, kind, lambda _, value=value: value)
                case [tower, end, *kind] if end in ENDS.get(tower, {}):
                    self.changed[".".join([ENDS[tower][end], *kind])] = value
        return self

    def low_rank(self, learned: Mapping[str, Tensor], scale: float) -> "PlainTuned":
        """W + s·B·A."""
        for name, a in learned.items():
            match name.split("."):
                case [tower, "blocks", number, layer, "lora_A", *_]:
                    b = learned[name.replace("lora_A", "lora_B")]
                    self._put(tower, number, layer, "weight", lambda w, a=a, b=b: w + scale * b @ a)
        return self

    def bottlenecks(self, learned: Mapping[str, Tensor], scale: float) -> "PlainTuned":
        """h + s·U·gelu(D·h) behind attention and MLP."""
        for name, down in learned.items():
            match name.split("."):
                case [tower, "blocks", number, place, "down", "weight"]:
                    added = _bottleneck(down, learned[name.replace("down", "up")], scale)
                    if place == "after_mlp":
                        self.block(tower, number).mlp.register_forward_hook(
                            lambda _, __, h, added=added: added(h)
                        )
                    else:
                        self.block(tower, number).attn.register_forward_hook(
                            lambda _, __, out, added=added: (added(out[0]), out[1])
                        )
        return self

    def prefixes(self, learned: Mapping[str, Tensor]) -> "PlainTuned":
        """Keys and values `(H, P, d)` before each block's own, or beside them with a gate."""
        for name, key in learned.items():
            match name.split("."):
                case [tower, "blocks", number, "memory", "prefix", "key"]:
                    value = learned[name.removesuffix("key") + "value"]
                    gate = learned.get(f"{tower}.blocks.{number}.memory.gate")
                    block = self.block(tower, number)
                    if not isinstance(block.attn, _PrefixedAttention):
                        block.attn = _PrefixedAttention(block.attn)
                    block.attn.prefix = (key, value, gate)
        return self

    def _put(self, tower: str, number: str, layer: str, kind: str, new: Callable[[Tensor], Tensor]) -> None:
        place = f"{BLOCKS[tower]}.{number}"
        name = f"{place}.{LAYERS.get(layer, layer)}.{kind}"
        if layer not in "qkv":
            self.changed[name] = new(self.clip.get_parameter(name))
            return
        name = f"{place}.attn.in_proj_{kind}"
        parts = list(self.changed.get(name, self.clip.get_parameter(name)).chunk(3))
        parts["qkv".index(layer)] = new(parts["qkv".index(layer)])
        self.changed[name] = torch.cat(parts)


class _PrefixedAttention(nn.Module):
    """Multi-head attention written out, with learned keys and values."""

    def __init__(self, stock: Any) -> None:
        super().__init__()
        self.in_proj_weight, self.in_proj_bias = stock.in_proj_weight, stock.in_proj_bias
        self.out_proj = stock.out_proj
        self.heads = stock.num_heads
        self.prefix: tuple[Tensor, Tensor, Tensor | None] | None = None

    def forward(
        self, x: Tensor, *_: Tensor, need_weights: bool, attn_mask: Tensor | None
    ) -> tuple[Tensor, None]:
        assert self.prefix is not None and not need_weights
        keys, values, gate = self.prefix
        q, k, v = (x @ self.in_proj_weight.T + self.in_proj_bias).chunk(3, dim=-1)
        mask = torch.zeros(x.shape[1], x.shape[1]) if attn_mask is None else attn_mask
        d = x.shape[-1] // self.heads
        heads = []
        for head in range(self.heads):
            mine = slice(head * d, (head + 1) * d)
            own = q[..., mine] @ k[..., mine].transpose(1, 2) / math.sqrt(d) + mask
            more = q[..., mine] @ keys[head].T / math.sqrt(d)
            if gate is None:
                share = torch.cat([more, own], dim=-1).softmax(dim=-1)
                first = share[..., : len(keys[head])] @ values[head]
                heads.append(first + share[..., len(keys[head]) :] @ v[..., mine])
            else:
                plain = own.softmax(dim=-1) @ v[..., mine]
                heads.append(plain + gate[head] * (more.softmax(dim=-1) @ values[head]))
        return torch.cat(heads, dim=-1) @ self.out_proj.weight.T + self.out_proj.bias, None


def _bottleneck(down: Tensor, up: Tensor, scale: float) -> Callable[[Tensor], Tensor]:
    return lambda h: h + scale * functional.gelu(h @ down.T) @ up.T
