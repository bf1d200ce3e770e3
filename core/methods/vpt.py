"""VPT: prompts in the image tower, the text tower untouched (arXiv 2203.12119; methods.md §4).

Shallow prompts stand before the first block only; deep ones before each of the first blocks. Classes are judged by the
untouched features of “a photo of a {}.”, so the same prompts serve classes that were never learned.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.image_prompts import VPTDeepConfig, VPTShallowConfig
from core.methods.configs.template import TEMPLATE
from core.methods.deep_prompts import ImagePrompted, random_prompts
from core.methods.reading import Reading, sentences_read
from core.methods.teacher import frozen_text_features


class VPT(ImagePrompted):
    """Prompts `(J, n, W)` for the first J blocks; J is at most the depth of the tower.

    Raises:
        Problem: `backbones.no_image_prompts`, `methods.too_long_description`.
    """

    def __init__(
        self, config: VPTShallowConfig | VPTDeepConfig, backbone: Backbone, classes: Sequence[ClassText]
    ) -> None:
        super().__init__(backbone, classes)
        self.config = config
        tower = backbone.image
        depth = min(config.prompt_depth, tower.depth)
        self.prompts = nn.Parameter(random_prompts(depth, config.n_ctx, tower.width).to(backbone.device))
        self._text = self.texts_of(self.classes)

    def image_prompts(self) -> Sequence[Tensor]:
        """The prompts, block by block."""
        return self.prompts.unbind()

    def learned_texts(self) -> Tensor:
        """The untouched text features, computed once."""
        return self._text

    def texts_of(self, classes: Sequence[ClassText]) -> Tensor:
        """The untouched text features of any classes."""
        return frozen_text_features(self.backbone, classes)

    def reading(self) -> Reading | None:
        """The untouched sentence."""
        return sentences_read(self.backbone, (TEMPLATE,))
