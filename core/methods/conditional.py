"""Judging by texts that depend on the photo: there are B × C of them, so they are made in portions (methods.md §2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.text_tower import TextTower
from core.methods.classifier import Array, softmax
from core.methods.prompts import PromptTexts
from core.methods.protocol import as_array, matching_logits

# Tokens that are run together: at the width of ViT-B/16's text tower the widest layer then takes 128 MiB.
TOKENS_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class ConditionalTexts:
    """Texts `[SOS][ctx + π(x)][description][.][EOT]`: π is `meta_net` `(…, D)` → `(…, W)` on the unit image feature,
    added to every word of `ctx` `(M, W)`."""

    prompts: PromptTexts
    ctx: Tensor
    meta_net: nn.Module

    @property
    def tokens(self) -> int:
        """Tokens that are run for one photo."""
        endings = self.prompts.endings
        return 1 + len(self.ctx) + endings.count * (int(endings.place.max()) + 1)

    def features(self, tower: TextTower, image_features: Tensor) -> Tensor:
        """Unnormalised image features `(B, D)` → text features `(B, C, D)`."""
        shift = self.meta_net(functional.normalize(image_features.float(), dim=-1))
        return self.prompts.features(tower, self.ctx + shift[:, None])


@dataclass(frozen=True, eq=False)
class ConditionalClassifier:
    """Scaled cosine between a photo and the texts that it changes; a `Classifier`."""

    class_names: tuple[str, ...]
    texts: ConditionalTexts
    tower: TextTower
    logit_scale: float

    @torch.no_grad()
    def logits(self, image_features: Array) -> Array:
        """Scaled cosines `(B, D)` → `(B, C)`, with no more than `TOKENS_AT_ONCE` tokens at a time (or one photo)."""
        photos = torch.from_numpy(image_features).to(self.texts.ctx.device)
        found = [
            as_array(matching_logits(part, self.texts.features(self.tower, part), self.logit_scale))
            for part in photos.split(max(1, TOKENS_AT_ONCE // self.texts.tokens))
        ]
        return np.concatenate(found)

    def probabilities(self, image_features: Array, subset: Sequence[int] | None = None) -> Array:
        """Softmax of the scaled cosines over the classes offered."""
        logits = self.logits(image_features)
        return softmax(logits if subset is None else logits[:, list(subset)])
