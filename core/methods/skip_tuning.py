"""Skip Tuning: the upper half of both towers tuned in full, on some of the classes at a time (arXiv 2412.11509;
methods.md §11.1).

Photos and sentences are run once to the middle of the towers and kept there ("skipped" blocks); only the blocks above
learn. Each batch is compared with its own classes and a draw of others, at most `class_share` of all and at most
`most_classes`.

methods.md gives "exponential keep probability, scale 0.3" without saying of what. Here other classes are drawn without
replacement with probabilities ∝ exp(−r / (0.3·C)), r being the class's rank by the likeness of its sentence to the
batch's classes in the untouched model: those easily mixed up come up most often. Nor does it say which of the two
rates, 2e-5 and 5e-6, is whose: here the text tower learns at the first, the image tower at the second. Last norms and
projections stay frozen, since only blocks are named.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.peft import SkipTuningConfig
from core.methods.full_tuning import own_blocks
from core.methods.protocol import Aligned, Batch, ParameterGroup, matching_logits, published_rate
from core.methods.teacher import frozen_text_features
from core.methods.tower_tuning import TowerTuning


class SkipTuning(TowerTuning):
    """Blocks from half depth up, weights and biases."""

    config: SkipTuningConfig

    def __init__(self, config: SkipTuningConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(config, backbone, classes)
        untouched = functional.normalize(frozen_text_features(backbone, classes, [config.template]), dim=-1)
        self._likeness = untouched @ untouched.T

    def attach(self) -> None:
        """Clone the upper half of both towers."""
        for tower in (self.image_tower, self.text_tower):
            own_blocks(tower, range(tower.depth // 2, tower.depth))

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes; while learning, beside some of them.

        A class that was not drawn has no text feature (zeros) and the score −∞, so that it is in no loss.
        """
        if not self.training:
            return super().align(batch)
        kept = self.draw(batch.labels)
        image, some = self._photos(batch.inputs), self._sentences.only(kept).features(self.text_tower)
        count = len(self.classes)
        text = some.new_zeros(count, some.shape[1]).index_copy(0, kept, some)
        scores = matching_logits(image, some, self.backbone.logit_scale)
        logits = scores.new_full((len(image), count), float("-inf")).index_copy(1, kept, scores)
        return Aligned(image, text, logits)

    def draw(self, labels: Tensor) -> Tensor:
        """The classes that a batch is compared with, ascending: its own, and others by torch's generator."""
        own: Tensor = labels.unique()
        count = len(self.classes)
        wanted = min(int(self.config.class_share * count), self.config.most_classes)
        # One class alone would teach nothing.
        more = min(max(wanted, 2), count) - len(own)
        if more <= 0:
            return own
        likeness = self._likeness[own].amax(dim=0)
        likeness[own] = -torch.inf
        rank = likeness.argsort(descending=True).argsort()
        chance = torch.exp(-rank / (self.config.keep_scale * count))
        chance[own] = 0
        return torch.cat([own, torch.multinomial(chance, more)]).sort().values

    def parameter_groups(self) -> list[ParameterGroup]:
        """The text tower at the recipe's rate, the image tower at its share of it."""
        even = published_rate(self.backbone)
        towers = ((self.text_tower, 1.0), (self.image_tower, self.config.image_lr_scale))
        return [
            ParameterGroup(tuple(p for p in tower.parameters() if p.requires_grad), rate, even)
            for tower, rate in towers
        ]
