"""What a picture of the parts world shows, read by heads that are thrown away after pretraining.

A sentence tells the tower little: most of its words follow from the words before. Asked directly for part, finish,
defect, background, position and number, it learns to see in a fraction of the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.partsworld.facts import POSITIONS, count_of, position_of
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import BACKGROUNDS, DEFECTS, PARTS, all_finishes
from core.tasks.lessons import IGNORED

# Holes and spokes there can be, beside none.
_MOST = 8
_CHOICES = (len(PARTS), len(all_finishes()), len(DEFECTS), len(BACKGROUNDS), len(POSITIONS), _MOST + 1)


def facts_of(scenes: Sequence[Scene]) -> Tensor:
    """`(P, 6)`: which part, finish, defect, background, position, and how many; `IGNORED` where there is no answer."""
    rows = []
    for scene in scenes:
        composition, position, count = scene.composition, position_of(scene), count_of(scene)
        rows.append(
            [
                PARTS.index(composition.part),
                all_finishes().index(composition.finish),
                DEFECTS.index(composition.defect),
                BACKGROUNDS.index(scene.background),
                IGNORED if position is None else POSITIONS.index(position),
                IGNORED if count is None else count.number,
            ]
        )
    return torch.tensor(rows)


class FactHeads(nn.Module):
    """Reads the facts from a photo's first token and the mean of the others."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(2 * width)
        self.heads = nn.ModuleList(nn.Linear(2 * width, count) for count in _CHOICES)

    def forward(self, photo: Tensor) -> list[Tensor]:
        """Photo tokens `(P, T, D)` → scores of each fact's choices `(P, C)`."""
        pooled = self.norm(torch.cat([photo[:, 0], photo[:, 1:].mean(dim=1)], dim=-1))
        return [head(pooled) for head in self.heads]

    def loss(self, photo: Tensor, facts: Tensor) -> Tensor:
        """The sum over the facts of the mean cross-entropy; those that no picture has an answer to add nothing."""
        losses = [
            functional.cross_entropy(scores, wanted, ignore_index=IGNORED, reduction="sum")
            / (wanted != IGNORED).sum().clamp_min(1)
            for scores, wanted in zip(self(photo), facts.unbind(dim=1), strict=True)
        ]
        return torch.stack(losses).sum()
