"""The two towers of an open_clip `CLIP` as pretraining runs them: same weights, same results, less work.

The stock forward passes hide what pretraining needs (patch tokens, the width before the projection) and run every
text at full context length. The text transformer is causal and is read at the end token, so a text runs at the
length of the longest text of its batch; tests compare both functions with `encode_image` and `encode_text`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def run_image_tower(visual: Any, pixels: Tensor, kept: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Normalised output tokens (B, 1 + K, width), class token first, and image features (B, embed_dim).

    kept: (B, K) indices of the patches to look at, or None for all (fewer patches, faster steps).
    """
    patches = visual.conv1(pixels).flatten(2).transpose(1, 2) + visual.positional_embedding[1:]
    if kept is not None:
        patches = patches.gather(1, kept[..., None].expand(-1, -1, patches.shape[2]))
    first = (visual.class_embedding + visual.positional_embedding[0]).expand(len(pixels), 1, -1)
    tokens = visual.ln_post(visual.transformer(visual.ln_pre(torch.cat([first, patches], dim=1))))
    return tokens, tokens[:, 0] @ visual.proj


def run_text_tower(model: Any, embedded: Tensor, ends: Tensor) -> Tensor:
    """Text features (T, embed_dim) of embedded tokens (T, L, width); `ends` (T,) are the end tokens' places."""
    length = embedded.shape[1]
    x = embedded + model.positional_embedding[:length]
    x = model.ln_final(model.transformer(x, attn_mask=model.attn_mask[:length, :length]))
    features: Tensor = x[torch.arange(len(x)), ends] @ model.text_projection
    return features
