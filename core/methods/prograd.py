"""ProGrad: a context that learns nothing against the untouched backbone (arXiv 2205.14865; methods.md §11.1).

g is the gradient of the matching loss, k that of KL(zero-shot ‖ learned), of which k̂ is the direction. Where g points
against k̂, that share of it is taken out of each learned tensor before the step: g ← g − λ (g·k̂) k̂.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.prompts import ProGradConfig
from core.methods.context import ContextMethod
from core.methods.protocol import Aligned, Batch, Term, matching_logits
from core.methods.teacher import frozen_text_features

DIRECTION = "zero_shot_direction"
# Below this share of g, k is rounding: from the very words of the sentence, there is nothing to work against yet.
ROUNDING = 1e-5


class ProGrad(ContextMethod):
    """CoOp with gradients that keep to the untouched backbone's side."""

    config: ProGradConfig

    def __init__(self, config: ProGradConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(config, backbone, classes)
        self._teacher = frozen_text_features(backbone, self.classes, (config.template,))
        self._direction: dict[str, Tensor] = {}

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The matching loss; KL(zero-shot ‖ learned) at temperature 1 only gives a direction, so it weighs nothing."""
        zero_shot = matching_logits(batch.inputs, self._teacher, self.backbone.logit_scale)
        learned, wanted = (logits.log_softmax(dim=-1) for logits in (aligned.logits, zero_shot))
        divergence = functional.kl_div(learned, wanted, reduction="batchmean", log_target=True)
        return [*super().terms(aligned, batch), Term(DIRECTION, divergence, 0.0)]

    def backward(self, terms: Sequence[Term], share: float) -> None:
        """Add the share of g to the gradients and that of k to the direction; the forward pass is run once."""
        learned = self._learned()
        (divergence,) = (term.value for term in terms if term.name == DIRECTION)
        found = torch.autograd.grad(divergence * share, list(learned.values()), retain_graph=True)
        for (name, parameter), gradient in zip(learned.items(), found, strict=True):
            # Gradients that were emptied begin a batch, or begin it anew when memory ran out in it.
            begun = parameter.grad is not None
            self._direction[name] = self._direction[name] + gradient if begun else gradient
        super().backward([term for term in terms if term.name != DIRECTION], share)

    def before_step(self) -> None:
        """Take out of each gradient what points against the direction."""
        for name, parameter in self._learned().items():
            assert parameter.grad is not None, "before_step comes after backward"
            direction = self._direction[name]
            if direction.norm() > ROUNDING * parameter.grad.norm():
                unit = direction / direction.norm()
                along = (parameter.grad * unit).sum()
                parameter.grad -= self.config.strength * along.clamp(max=0) * unit
        self._direction.clear()
