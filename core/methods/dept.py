"""DePT: a head with feature channels of its own beside any method (arXiv 2309.07439; methods.md §7).

The inner method goes on matching photos with texts. Beside it, image and text features pass a channel-wise
affine each and one shared linear head that tells the learned classes apart. What is peculiar to the learned
classes can settle in the head's channels, and leaves the matching channels to what holds for others too.

    L = (1−λ)·CE(matching) + λ·CE(head over [s̃_y; ẽ], [y; y]) + the inner method's other terms
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, LinearHead
from core.methods.configs.wrappers import DePTConfig
from core.methods.fusion import fused_classifier, fused_terms, head_loss, mean_norms
from core.methods.protocol import Aligned, Batch, Method, ParameterGroup, Term, Wrapper, as_array


class ChannelAffine(nn.Module):
    """γ ⊙ x + β on unnormalised features `(…, D)`; starts as the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))
        self.beta = nn.Parameter(torch.zeros(width))
        self.started_at = 1.0

    def forward(self, features: Tensor) -> Tensor:
        """Scale and shift each channel."""
        return self.gamma * features + self.beta

    def start_at(self, scale: float) -> None:
        """Start with γ = `scale` in every channel."""
        nn.init.constant_(self.gamma, scale)
        self.started_at = scale


class DePT(Wrapper):
    """Any method with a decoupled head for the classes it learns."""

    def __init__(self, config: DePTConfig, inner: Method) -> None:
        super().__init__(inner)
        self.config = config
        width = inner.backbone.embed_dim
        self.image_channels = ChannelAffine(width)
        self.text_channels = ChannelAffine(width)
        self.head = nn.Linear(width, len(inner.classes))
        inner.accompany(self._own())

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The matching term weighs 1−λ, the head λ; other terms of the inner method stay as they are."""
        rows = torch.cat([
            self.text_channels(aligned.text_of(batch.labels).float()),
            self.image_channels(aligned.image_features.float()),
        ])  # fmt: skip
        head = head_loss(self.head, rows, batch.labels.repeat(2))
        return fused_terms(self.inner.terms(aligned, batch), head, self.config.balance)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """The inner method's classifier, with the head for those of the classes that were learned."""
        head = LinearHead(
            gamma=as_array(self.image_channels.gamma),
            beta=as_array(self.image_channels.beta),
            weight=as_array(self.head.weight),
            bias=as_array(self.head.bias),
        )
        return fused_classifier(self.inner, classes, head, self.config.balance)

    def start(self, lessons: Batch) -> None:
        """With `feature_norm`, let the scales start where features have that norm on average.

        Published rates suppose CLIP's features, whose norm is about 10; the head diverges on larger ones.
        """
        self.inner.start(lessons)
        if not self.config.feature_norm:
            return
        affines = (self.image_channels, self.text_channels)
        for channels, norm in zip(affines, mean_norms(self.inner, lessons), strict=True):
            channels.start_at(self.config.feature_norm / norm)

    def parameter_groups(self) -> list[ParameterGroup]:
        """The inner method's groups, and the new layers at their own, faster rate.

        Scales learn at the rate that they would have on features brought to the wished norm beforehand.
        """
        affines = (self.image_channels, self.text_channels)
        rate = self.config.lr_scale
        head = (*self.head.parameters(), *(channels.beta for channels in affines))
        scales = [ParameterGroup((c.gamma,), rate * c.started_at, sgd_scale=c.started_at) for c in affines]
        return [*self.inner.parameter_groups(), ParameterGroup(head, rate), *scales]
