"""KgCoOp: a context that keeps near to a sentence written by hand (arXiv 2303.13283; methods.md §3).

    L = CE + w · (1 − mean_c cos(w_c, w̄_c))

w_c are the text features under the context, w̄_c those of the untouched backbone for the sentence. Judging takes the
context alone.
"""

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.prompts import KgCoOpConfig
from core.methods.context import ContextMethod
from core.methods.protocol import Aligned, Batch, Term
from core.methods.teacher import frozen_text_features

KNOWLEDGE = "knowledge"


class KgCoOp(ContextMethod):
    """CoOp with one more term."""

    config: KgCoOpConfig

    def __init__(self, config: KgCoOpConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(config, backbone, classes)
        self._teacher = frozen_text_features(backbone, self.classes, (config.template,))

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The matching loss and the distance from the sentence."""
        distance = distance_from(self._teacher, aligned.text_features)
        return [*super().terms(aligned, batch), Term(KNOWLEDGE, distance, self.config.weight)]


def distance_from(teacher: Tensor, text_features: Tensor) -> Tensor:
    """1 − mean cosine between each class's two text features `(C, D)`, in float32."""
    return 1 - functional.cosine_similarity(text_features.float(), teacher, dim=-1).mean()
