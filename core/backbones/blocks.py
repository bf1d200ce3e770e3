"""One pre-norm transformer block of open_clip, taken apart so that its steps can be run one by one.

The stock block hides its query, key and value projections in one `MultiheadAttention`. Here they are plain linear
layers that share the stock block's memory: a method may run only some tokens as queries, give further keys and
values (prompts, a shared prefix), hang an adapter behind a step, or let peft wrap any of the six linear layers
(`q`, `k`, `v`, `out`, `fc`, `proj`). While nothing is wrapped, query, key and value run as one product.
"""

import copy
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

M = TypeVar("M", bound=nn.Module)
LINEARS = ("q", "k", "v", "out", "fc", "proj")


class Attend(Protocol):
    """Attention over queries `(…, H, Q, d)`, keys and values `(…, H, T, d)`, additive mask `(Q, T)` → like queries."""

    def __call__(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor: ...


class Block(nn.Module):
    """x + attention(ln_1 x), then x + mlp(ln_2 x); token vectors are `(…, T, W)`.

    `after_attention` and `after_mlp` are applied to what a step adds, before it is added (places for bottleneck
    adapters); `memory`, where set, replaces plain attention (a place for learned keys and values).
    """

    qkv_weight: Tensor
    qkv_bias: Tensor | None

    def __init__(self, source: Any) -> None:
        super().__init__()
        attention = source.attn
        width = attention.in_proj_weight.shape[1]
        self.heads = int(attention.num_heads)
        self.ln_1, self.ln_2 = source.ln_1, source.ln_2
        self.ls_1, self.ls_2 = source.ls_1, source.ls_2
        weights = attention.in_proj_weight.detach().split(width)
        biases = (
            (None,) * 3 if attention.in_proj_bias is None else attention.in_proj_bias.detach().split(width)
        )
        self.q, self.k, self.v = (_linear(w, b) for w, b in zip(weights, biases, strict=True))
        self.out = attention.out_proj
        self.fc, self.act, self.proj = source.mlp.c_fc, _activation(source.mlp.gelu), source.mlp.c_proj
        self.after_attention: nn.Module = nn.Identity()
        self.after_mlp: nn.Module = nn.Identity()
        self.memory: Attend | None = None
        self.register_buffer("qkv_weight", attention.in_proj_weight.detach(), persistent=False)
        self.register_buffer("qkv_bias", _detached(attention.in_proj_bias), persistent=False)
        self._fused_of = (self.q, self.k, self.v)

    @staticmethod
    def fits(source: Any) -> bool:
        """Whether a stock block is of the plain kind that this class can take apart."""
        attention = source.attn
        extras = ("logit_scale", "head_scale")
        identities = (
            getattr(attention, "ln_q", None),
            getattr(attention, "ln_inner", None),
            getattr(source, "ln_attn", None),
            getattr(source.mlp, "ln", None),
        )
        return (
            getattr(attention, "in_proj_weight", None) is not None
            and getattr(attention, "bias_k", None) is None
            and not hasattr(source, "ln_1_kv")
            and all(getattr(attention, name, None) is None for name in extras)
            and all(module is None or isinstance(module, nn.Identity) for module in identities)
        )

    def copy(self) -> "Block":
        """A block of its own around the same linear layers and norms: what is hung on it leaves this one alone."""
        return own_copy(self)

    def fuse(self) -> None:
        """Run query, key and value as one product again, by their present weights."""
        layers = self.q, self.k, self.v
        self.qkv_weight = torch.cat([layer.weight.detach() for layer in layers])
        biases = [layer.bias.detach() for layer in layers if layer.bias is not None]
        self.qkv_bias = torch.cat(biases) if biases else None
        self._fused_of = layers

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        extra: tuple[Tensor, Tensor] | None = None,
        read: Tensor | None = None,
    ) -> Tensor:
        """`(B, T, W)` → `(B, T, W)`, or the tokens `read` `(R,)` only, `(B, R, W)`.

        extra: further keys and values `(N, W)` that every token sees, as `keys_values` gives them.
        """
        if read is None and extra is None:
            query, key, value = self.queries_keys_values(x)
        else:
            # Apart from the queries, so that nothing holds on to keys and values once further ones precede them.
            normal = self.ln_1(x)
            key, value = self._keys_values(normal)
            if read is not None:
                x, normal = x[:, read], normal[:, read]
            query = self.q(normal)
        if extra is not None:
            key, value = (_before(more, own) for more, own in zip(extra, (key, value), strict=True))
        return self.finish(x, self.attend(query, key, value, mask))

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Token vectors `(…, W)` → three `(…, W)`."""
        x = self.ln_1(x)
        if (self.q, self.k, self.v) == self._fused_of:
            query, key, value = functional.linear(x, self.qkv_weight, self.qkv_bias).chunk(3, dim=-1)
            return query, key, value
        return self.q(x), self.k(x), self.v(x)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Token vectors `(…, W)` → two `(…, W)`."""
        return self._keys_values(self.ln_1(x))

    def attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
        """Multi-head attention over `(B, Q, W)`, `(B, T, W)` → `(B, Q, W)`; mask additive `(Q, T)`."""
        query, key, value = (self._split(part) for part in (query, key, value))
        attended = (
            plain_attention(query, key, value, mask)
            if self.memory is None
            else self.memory(query, key, value, mask)
        )
        return attended.transpose(1, 2).flatten(2)

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """The rest of the block, token by token: `x` and `attended` `(…, W)` → `(…, W)`."""
        x = x + self.ls_1(self.after_attention(self.out(attended)))
        added: Tensor = self.ls_2(self.after_mlp(self.proj(self.act(self.fc(self.ln_2(x))))))
        return x + added

    def _keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if (self.k, self.v) == self._fused_of[1:]:
            width = self.k.in_features
            bias = None if self.qkv_bias is None else self.qkv_bias[width:]
            key, value = functional.linear(x, self.qkv_weight[width:], bias).chunk(2, dim=-1)
            return key, value
        return self.k(x), self.v(x)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)


def own_copy(module: M, **parts: nn.Module) -> M:
    """A module of its own around the same parts, but for those given."""
    twin = copy.copy(module)
    twin._modules = {**module._modules, **parts}
    twin._parameters, twin._buffers = dict(module._parameters), dict(module._buffers)
    return twin


class QuickGELU(nn.Module):
    """x·σ(1.702 x), written so that half as much is kept for the way back as open_clip's keeps."""

    def forward(self, x: Tensor) -> Tensor:
        """Element by element."""
        return functional.silu(1.702 * x) / 1.702


def plain_attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q kᵀ / √d + mask) v."""
    if mask is not None:
        mask = mask.to(query.dtype)
    return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def causal_mask(queries: int, keys: int, device: torch.device) -> Tensor:
    """Additive mask `(queries, keys)`: the queries are the last of the keys and see what stands before them."""
    return torch.full((queries, keys), float("-inf"), device=device).triu_(1 + keys - queries)


def _activation(stock: nn.Module) -> nn.Module:
    return QuickGELU() if type(stock).__name__ == "QuickGELU" else stock


def _before(more: Tensor, own: Tensor) -> Tensor:
    return torch.cat([more.to(own.dtype).expand(own.shape[0], -1, -1), own], dim=1)


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    layer.weight = nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        layer.bias = nn.Parameter(bias, requires_grad=False)
    return layer


def _detached(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.detach()
