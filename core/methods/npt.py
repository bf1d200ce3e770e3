"""NPT: texts and images of any method drawn towards one simplex (arXiv 2306.15955; methods.md §8).

A reconstruction: the paper's abstract names the two regularisers, its equations could not be read.

    L = the inner method's loss + λ1·L_LC(texts) + λ2·L_MI(images, texts)

Texts that depend on the photo are centred, and held to the simplex, photo by photo: so one photo is as good as a
batch (CoCoOp is published with batches of one), and a batch that runs in parts has the loss of the whole.

Images are centred by one point that stays where it was before training: the mean over class means of the inner
method's features. A mean of the batch would vanish with a batch of one. The point need not follow features that
learn: where images have reached their corners, the class means average to it, since the corners cancel.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from core.methods.configs.wrappers import NPTConfig
from core.methods.lessons import in_parts, looking
from core.methods.neural_collapse import (
    centred_images,
    centred_texts,
    image_centre,
    isomorphism,
    language_collapse,
    largest_simplex,
    simplex_cosines,
)
from core.methods.protocol import Aligned, Batch, Method, Term, Wrapper
from core.problems import Problem

COLLAPSE = "collapse"
ISOMORPHISM = "isomorphism"
AT_ONCE = 32


class NPT(Wrapper):
    """Any method whose features also learn to collapse; with one class there is nothing to tell apart, and it is
    the inner method.

    Raises:
        Problem: `methods.too_many_classes`, where no simplex has so many corners in the backbone's channels.
    """

    centre: Tensor

    def __init__(self, config: NPTConfig, inner: Method) -> None:
        super().__init__(inner)
        self.config = config
        classes, backbone = len(inner.classes), inner.backbone
        if classes > largest_simplex(backbone.embed_dim):
            raise Problem(
                "methods.too_many_classes", classes=classes, most=largest_simplex(backbone.embed_dim)
            )
        self._cosines = simplex_cosines(classes).to(backbone.device) if classes > 1 else None
        self.register_buffer("centre", torch.zeros(backbone.embed_dim))

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The inner method's, and both regularisers where they have a weight, in float32 whatever the towers ran in."""
        found = self.inner.terms(aligned, batch)
        if self._cosines is None or not (self.config.collapse or self.config.isomorphism):
            return found
        with torch.autocast(batch.labels.device.type, enabled=False):
            return [*found, *self._regularisers(aligned, batch, self._cosines)]

    def _regularisers(self, aligned: Aligned, batch: Batch, cosines: Tensor) -> Iterator[Term]:
        texts = centred_texts(aligned.text_features)
        if self.config.collapse:
            yield Term(COLLAPSE, language_collapse(texts, cosines), self.config.collapse)
        if self.config.isomorphism:
            images = centred_images(aligned.image_features, self.centre)
            value = isomorphism(images, texts, batch.labels, cosines)
            yield Term(ISOMORPHISM, value, self.config.isomorphism)

    def start(self, lessons: Batch) -> None:
        """Take the centre of the images."""
        self.inner.start(lessons)
        with looking(self.inner):
            features = torch.cat([self.inner.encode(part.inputs) for part in in_parts(lessons, AT_ONCE)])
        self.centre.copy_(image_centre(features, lessons.labels, len(self.classes)))
