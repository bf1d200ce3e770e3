"""Prompts before more than one block of a tower: what VPT, MaPLe and PromptSRC share (methods.md §4).

Text: before block 0 the prompts are the context words; before blocks 1…J−1 prompts of their own are put over the
places of the context. Image: prompts stand behind the patches, before `ln_pre`; before blocks 1…J−1 further ones take
their places. Behind the last prompted block they travel on as tokens.
"""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.prompts import INITIAL_STD, INITIAL_WORDS, PromptTexts, word_tokens
from core.methods.protocol import (
    PIXELS,
    Aligned,
    Batch,
    Method,
    Needs,
    ParameterGroup,
    as_array,
    matching_logits,
    published_rate,
)
from core.methods.reading import PromptReader, Reading, stand_ins


class ImagePrompted(Method):
    """Photos pass the image tower with learned prompts; a class is the cosine with its text feature.

    Raises:
        Problem: `backbones.no_image_prompts` where the image tower is no ViT that is read at its class token.
    """

    @abstractmethod
    def image_prompts(self) -> Sequence[Tensor]:
        """The prompts `(n, W)` of each of the first blocks of the image tower."""

    @abstractmethod
    def learned_texts(self) -> Tensor:
        """The text features `(C, D)` of the learned classes, with gradients."""

    @abstractmethod
    def texts_of(self, classes: Sequence[ClassText]) -> Tensor:
        """The text features `(C, D)` of any classes."""

    @property
    def needs(self) -> Needs:
        """Pixels: the prompts act from the first block on."""
        return PIXELS

    def encode(self, inputs: Tensor) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → `(B, D)` under the present prompts."""
        return self.backbone.image.features(inputs, self.image_prompts())

    def align(self, batch: Batch) -> Aligned:
        """The photos under the prompts beside the learned classes."""
        image, text = self.encode(batch.inputs), self.learned_texts()
        return Aligned(image, text, matching_logits(image, text, self.backbone.logit_scale))

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes, for image features that `encode` gives."""
        names = tuple(entry.name for entry in classes)
        return CosineClassifier(names, as_array(self.texts_of(classes)), self.backbone.logit_scale)

    def parameter_groups(self) -> list[ParameterGroup]:
        """All that is learned, at one rate."""
        return [ParameterGroup(tuple(self._learned().values()), sgd_scale=published_rate(self.backbone))]


class BothPrompted(ImagePrompted):
    """Prompts in both towers: `text_prompts` `(J, n, W)`, the first of them the context words.

    Up to four prompts begin with the first words of “a photo of a”; the words behind them stay as they are. More than
    four begin at random, with no words behind them.

    Raises:
        Problem: `backbones.no_prompts`, `backbones.no_image_prompts`, `methods.too_long_description`.
    """

    def __init__(self, backbone: Backbone, classes: Sequence[ClassText], n_ctx: int, depth: int) -> None:
        super().__init__(backbone, classes)
        learned, self.fixed_words = divided_words(n_ctx)
        prompts = random_prompts(min(depth, backbone.text.depth), n_ctx, backbone.text_width)
        if learned:
            prompts[0] = backbone.token_embeddings(word_tokens(backbone, learned))
        self.text_prompts = nn.Parameter(prompts.to(backbone.device))
        self._texts = self._prompted(self.classes)

    def learned_texts(self) -> Tensor:
        """The learned classes under the present text prompts `(C, D)`."""
        return self._text_features(self._texts)

    def texts_of(self, classes: Sequence[ClassText]) -> Tensor:
        """Any classes under the present text prompts `(C, D)`."""
        return self._text_features(self._prompted(classes))

    def reading(self) -> Reading | None:
        """The description behind context and fixed words, under the deeper prompts."""
        ctx, *deep = self.text_prompts.unbind()
        sentence = stand_ins(len(ctx), f"{self.fixed_words} {{}}.")
        return Reading((sentence,), PromptReader(self.backbone, ctx, deep))

    def _prompted(self, classes: Sequence[ClassText]) -> PromptTexts:
        return PromptTexts.of(self.backbone, classes, self.text_prompts.shape[1], self.fixed_words)

    def _text_features(self, texts: PromptTexts) -> Tensor:
        ctx, *deep = self.text_prompts.unbind()
        return texts.features(self.backbone.text, ctx, deep)


def random_prompts(depth: int, n: int, width: int) -> Tensor:
    """`(J, n, W)` from N(0, 0.02²)."""
    return torch.randn(depth, n, width) * INITIAL_STD


def divided_words(n_ctx: int) -> tuple[str, str]:
    """What of “a photo of a” `n_ctx` prompts begin with, and what stays behind them (methods.md §5)."""
    words = INITIAL_WORDS.split()
    if n_ctx > len(words):
        return "", ""
    return " ".join(words[:n_ctx]), " ".join(words[n_ctx:])
