"""What pretraining minimises: contrast on the parts world, attribute heads, and distillation from the teachers.

The heads are thrown away after pretraining; they make small steps count on two processor cores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.bank import MAP_TARGET_WIDTH
from core.backbones.teacher import FEATURE_WIDTH
from core.partsworld.captions import ATTRIBUTE_COUNTS

NAME_TEMPERATURE = 0.05
# Teacher features are 0..6 with a mean of about 0.4; their square root has an even spread.
WEIGHTS = {
    "contrast": 1.0,
    "attributes": 0.25,
    "maps": 1.0,
    "pooled": 1.0,
    "target": 1.5,
    "ranking": 0.3,
    "names": 0.4,
}


class PretrainHeads(nn.Module):
    """Throw-away heads on the image tower: five attribute classifiers and two regressions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attributes = nn.ModuleList(nn.Linear(width, count) for count in ATTRIBUTE_COUNTS)
        self.maps = nn.Linear(width, MAP_TARGET_WIDTH)
        self.pooled = nn.Linear(width, FEATURE_WIDTH)


def contrast_loss(image: Tensor, text: Tensor, allowed: Tensor, logit_scale: Tensor) -> Tensor:
    """Symmetric InfoNCE of (P, D) pictures and their captions; pairs not `allowed` [t, n] are left out."""
    logits = logit_scale * functional.normalize(text, dim=1) @ functional.normalize(image, dim=1).T
    logits = logits.masked_fill(~allowed, float("-inf"))
    own = torch.arange(len(logits))
    return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2


def attribute_loss(heads: PretrainHeads, pooled: Tensor, codes: Tensor) -> Tensor:
    """Sum over the five attributes of the cross entropy of pooled tokens (P, width)."""
    losses = [functional.cross_entropy(head(pooled), codes[:, k]) for k, head in enumerate(heads.attributes)]
    return torch.stack(losses).sum()


def map_loss(heads: PretrainHeads, tokens: Tensor, targets: Tensor, kept: Tensor | None) -> Tensor:
    """Mean squared error of patch tokens (N, K, width) to the teacher's map (N, 49, 128) at the kept patches."""
    if kept is not None:
        targets = targets.gather(1, kept[..., None].expand(-1, -1, targets.shape[2]))
    return functional.mse_loss(heads.maps(tokens), targets)


def pooled_loss(heads: PretrainHeads, pooled: Tensor, targets: Tensor) -> Tensor:
    """Error of the regressed square root of the teacher's pooled features (N, 1280), times ten for balance."""
    return 10 * functional.mse_loss(heads.pooled(pooled), targets.clamp_min(0).sqrt())


def target_loss(image: Tensor, targets: Tensor) -> Tensor:
    """1 - cosine of image features (V, D) to the teacher's unit targets in the text space."""
    return 1 - (functional.normalize(image, dim=1) * targets).sum(1).mean()


def ranking_loss(image: Tensor, targets: Tensor, name_targets: Tensor) -> Tensor:
    """Cross entropy of student to teacher over which of all names (1585, D) a view (V, D) is nearest to."""
    wanted = (targets @ name_targets.T / NAME_TEMPERATURE).softmax(dim=1)
    scores = functional.normalize(image, dim=1) @ name_targets.T / NAME_TEMPERATURE
    return -(wanted * scores.log_softmax(dim=1)).sum(1).mean()


def name_loss(text: Tensor, names: Tensor, name_targets: Tensor) -> Tensor:
    """Text features (M, D) of names in a template: 1 - cosine to CLIP's, and which of all names it is."""
    unit = functional.normalize(text, dim=1)
    nearness = 1 - (unit * name_targets[names]).sum(1).mean()
    return 3 * nearness + functional.cross_entropy(unit @ name_targets.T / NAME_TEMPERATURE, names)
