"""Where in a photo the model looked: attention followed through the image tower, block by block.

*Rollout* (Abnar and Zuidema, ACL 2020; arXiv 2005.00928): half of a token comes from itself, half from what it attends
to; the product over the blocks says how much of each patch reached the class token, whatever the class.

*Gradient-weighted* (Chefer et al., ICCV 2021; arXiv 2103.15679): only attention that speaks for the asked class counts,

    Ā = mean over heads of relu(∂s/∂A ⊙ A),   R ← R + Ā R,   R = identity at first

Attention is watched where torch computes it, so every method whose photos pass a ViT is seen as it judges: tuned
towers, prompts, prefixes, wrappers. Learned keys before the photo's own (prompts, a prefix) are the same for every photo
and say nothing of a place: they are left out. Prompts that travel on among the tokens carry on what they took of patches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from core.insight.score import towards
from core.insight.texts import fixed_for
from core.methods.classifier import Array, Classifier
from core.methods.protocol import Method, as_array
from core.problems import Problem

OWN_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Looked:
    """How much each patch of a photo counted, `(G, G)`, the largest 1 (all 0 where nothing spoke for the class)."""

    rollout: Array
    weighted: Array


def look(method: Method, classifier: Classifier, pixels: Tensor, index: int) -> Looked:
    """Where the method looked in a photo, normalised pixels `(1, 3, H, W)`, for class number `index` of a classifier.

    Raises:
        Problem: `insight.no_heat_map` where photos pass no ViT that is read at its class token.
    """
    backbone = method.backbone
    if not backbone.supports_image_prompts:
        raise Problem("insight.no_heat_map", name=backbone.card.name)
    was = method.training
    method.eval()
    try:
        with torch.enable_grad(), watched() as weights:
            features = method.image_features(pixels.detach().clone().requires_grad_())
        row = as_array(features)
        direction = torch.from_numpy(towards(fixed_for(classifier, row), row[0], index)).to(features)
        gradients = torch.autograd.grad(features[0], weights, direction, allow_unused=True)
    finally:
        method.train(was)
    tokens = backbone.image.tokens
    blocks = _by_block(weights, gradients, tokens)
    return Looked(_picture(_rollout(blocks, tokens)), _picture(_weighted(blocks, tokens)))


@dataclass(frozen=True)
class _Attention:
    """Mean over the heads of one block, `(Q, K)` among the photo's own tokens: plain, and weighted by the gradient."""

    plain: Tensor
    weighted: Tensor


class _Watch(TorchFunctionMode):
    """Computes attention in the open, and keeps the weights `(B, H, Q, K)` of each block.

    A second attention of the same queries is a gated prefix's: it sees nothing of the photo, and is let through.
    """

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[Tensor] = []
        self._asked: Tensor | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        if func is not functional.scaled_dot_product_attention or args[0] is self._asked:
            return func(*args, **(kwargs or {}))
        query, key, value = args[:3]
        self._asked = query
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        mask = (kwargs or {}).get("attn_mask")
        weights = torch.softmax(scores if mask is None else scores + mask, dim=-1)
        self.weights.append(weights)
        return weights @ value


@contextmanager
def watched() -> Iterator[list[Tensor]]:
    """The attention weights `(B, H, Q, K)` of all that runs inside, in their order."""
    with _Watch() as watch:
        yield watch.weights


def _by_block(weights: list[Tensor], gradients: tuple[Tensor | None, ...], tokens: int) -> list[_Attention]:
    """The photo's own tokens are the last keys: as many as the block's queries, or in a block of which only the class
    token is read, as many as the block before had."""
    blocks: list[_Attention] = []
    own = tokens
    for weight, gradient in zip(weights, gradients, strict=True):
        queries, keys = weight.shape[-2:]
        own = queries if queries > 1 else own
        seen = weight[0, ..., keys - own :].detach()
        spoken = seen * (0 if gradient is None else gradient[0, ..., keys - own :])
        blocks.append(_Attention(seen.mean(dim=0), spoken.clamp(min=0).mean(dim=0)))
    return blocks


def _rollout(blocks: list[_Attention], tokens: int) -> Tensor:
    """Shares of the photo's first tokens in the class token `(T,)`."""
    flow = torch.eye(tokens).to(blocks[0].plain)
    for block in blocks:
        flow = _grown(flow, block.plain.shape[-1])
        kept = block.plain / block.plain.sum(dim=-1, keepdim=True)
        flow = OWN_SHARE * flow[: len(kept)] + (1 - OWN_SHARE) * kept @ flow
    return flow[0]


def _weighted(blocks: list[_Attention], tokens: int) -> Tensor:
    """How much the photo's first tokens spoke for the class `(T,)`."""
    flow = torch.eye(tokens).to(blocks[0].weighted)
    for block in blocks:
        flow = _grown(flow, block.weighted.shape[-1])
        flow = flow[: len(block.weighted)] + block.weighted @ flow
    return flow[0]


def _grown(flow: Tensor, tokens: int) -> Tensor:
    """With rows for tokens that joined: of the photo they carry nothing yet."""
    return torch.cat([flow, flow.new_zeros(tokens - len(flow), flow.shape[1])])


def _picture(tokens: Tensor) -> Array:
    """The class token and the patches `(1 + G·G,)` → the patches `(G, G)`, the largest 1."""
    patches = tokens[1:]
    side = round(len(patches) ** 0.5)
    return as_array((patches / patches.max().clamp(min=torch.finfo(patches.dtype).tiny)).view(side, side))
