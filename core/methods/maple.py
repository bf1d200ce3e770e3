"""MaPLe: prompts in the text tower and, projected from them, in the image tower (arXiv 2210.03117; methods.md §5).

before block i of the text tower  t_i  (t_0: the context words), of the image tower  F_i(t_i),  i = 0…J−1
"""

import copy
from collections.abc import Sequence

from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.image_prompts import MaPLeConfig
from core.methods.deep_prompts import BothPrompted


class MaPLe(BothPrompted):
    """Text prompts `(J, n, W)` and one projection per block; J is at most the depth of the shallower tower.

    Raises:
        Problem: `backbones.no_prompts`, `backbones.no_image_prompts`, `methods.too_long_description`.
    """

    def __init__(self, config: MaPLeConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        depth = min(config.prompt_depth, backbone.text.depth, backbone.image.depth)
        super().__init__(backbone, classes, config.n_ctx, depth)
        self.config = config
        first, later = (nn.Linear(backbone.text_width, backbone.image.width) for _ in range(2))
        # As published, the projections of the later blocks start as copies of one, the first block's apart from them.
        self.projections = nn.ModuleList([first, *(copy.deepcopy(later) for _ in range(1, depth))])

    def image_prompts(self) -> Sequence[Tensor]:
        """Each block's text prompts, projected."""
        return [
            project(prompts) for project, prompts in zip(self.projections, self.text_prompts, strict=True)
        ]
