"""CoOp: context words learned beside each class description (arXiv 2109.01134; methods.md §2.1).

One context serves every class, so it also serves classes that were never learned. A class-specific context belongs to
the learned classes alone: all others are judged by the untouched backbone's text features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.methods.class_text import ClassText
from core.methods.configs.prompts import CoOpConfig
from core.methods.context import ContextMethod, Texts
from core.methods.prompts import PromptTexts
from core.methods.reading import Reading, sentences_read
from core.methods.teacher import frozen_text_features
from core.methods.whole_prompts import WholeTexts


class CoOp(ContextMethod):
    """A learned context `(M, W)` for all classes, or `(C, M, W)`, one for each.

    Raises:
        Problem: as `ContextMethod`.
    """

    config: CoOpConfig

    @property
    def judges_new(self) -> bool:
        """Not with a class-specific context."""
        return not self.config.class_specific

    def reading(self) -> Reading | None:
        """None where words of the context stand behind the description: its length would move them."""
        if self.config.class_specific:
            return sentences_read(self.backbone, (self.config.template,))
        return super().reading() if self.config.position == "end" else None

    def _initial_context(self) -> Tensor:
        if not self.config.class_specific:
            return super()._initial_context()
        return torch.stack([super(CoOp, self)._initial_context() for _ in self.classes])

    def _prompts(self, classes: Sequence[ClassText]) -> Texts:
        # Only a context of all classes that stands before everything else is the same beginning for all.
        if self.config.position == "end" and not self.config.class_specific:
            return PromptTexts.of(self.backbone, classes, self.config.n_ctx)
        return WholeTexts.of(self.backbone, classes, self.config.n_ctx, self.config.position)

    def _text_of(self, classes: Sequence[ClassText]) -> Tensor:
        if self.judges_new:
            return super()._text_of(classes)
        row_of = {entry.name: row for row, entry in enumerate(self.classes)}
        learned = [place for place, entry in enumerate(classes) if entry.name in row_of]
        others = [place for place, entry in enumerate(classes) if entry.name not in row_of]
        text = torch.empty(len(classes), self.backbone.embed_dim, device=self.backbone.device)
        if learned:
            texts = self._prompts([classes[place] for place in learned])
            ctx = self.ctx[[row_of[classes[place].name] for place in learned]]
            text[learned] = texts.features(self.backbone.text, ctx)
        if others:
            chosen = [classes[place] for place in others]
            text[others] = frozen_text_features(self.backbone, chosen, (self.config.template,))
        return text
