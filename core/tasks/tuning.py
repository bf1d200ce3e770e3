"""Tuning inside the embedded text model (`core.tasks.hung`): what is learned stands on the image tower's blocks from the
first tap on (what comes before is run once per photo), on the connector's and on the decoder's. The word table stays
frozen, as in classification: a few texts would move a few of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from core.backbones.blocks import own_copy
from core.methods.tower_tuning import HasBlocks, blocks_of
from core.tasks.decoder import taps_from
from core.tasks.hung import HungTuning, Part
from core.tasks.lessons import Lesson, ReadLessons, graded, wording_of
from core.tasks.model import TextModel
from core.tasks.protocol import TextSet
from core.training.job import HyperValue

_BATCH = 32


class TextTuning(HungTuning):
    """A text model with something learnable hung on its blocks, drawn from `seed` alone. Raises Problem as `HungTuning`."""

    def __init__(self, base: TextModel, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> None:
        super().__init__(composition, hyper, "embedded")
        self.model: TextModel = _own_model(base)
        # Read once, before anything hangs on the tower: what comes before the first block that may learn.
        self.first_block = base.config.taps[0]
        self.hang(seed, base.device)

    def parts(self) -> Sequence[Part]:
        """Image tower, connector and decoder."""
        model = self.model
        return (
            Part("image", model.image, first=self.first_block),
            Part("image", model.connector, whole=True, ends=("joint", "positions")),
            Part("text", model.decoder, ends=("ln_final",)),
        )

    @property
    def writer(self) -> TextModel:
        """The tuned model as it stands."""
        return self.model

    def lessons(self, texts: TextSet) -> ReadLessons:
        """Texts made ready. Raises Problem as `wording_of`."""
        wordings = tuple(wording_of(self.model, example) for example in texts.examples)
        firsts = range(0, len(texts.photos), _BATCH)
        photos = [self.model.pixels(texts.photos[first : first + _BATCH]) for first in firsts]
        read = torch.cat([self.read_beforehand(part) for part in photos])
        return ReadLessons(read.__getitem__, wordings)

    @torch.no_grad()
    def read_beforehand(self, pixels: Tensor) -> Tensor:
        """Normalised pixels → tokens `(B, T, W)` as the first block that may learn takes them."""
        return self.model.image.hidden(pixels, self.first_block)

    def photo_tokens(self, beforehand: Tensor) -> Tensor:
        """The rest of the way, through what is tuned: what the decoder reads `(B, T, D)`."""
        taps = taps_from(self.model.image, beforehand, self.first_block, self.model.config.taps)
        read: Tensor = self.model.connector(taps)
        return read

    def loss(self, batch: tuple[Tensor, Lesson]) -> tuple[Tensor, Tensor]:
        """As `graded`. batch: photos as `read_beforehand` gives them, and texts about them."""
        beforehand, lesson = batch
        hidden = self.model.decoder.hidden(lesson.tokens, self.photo_tokens(beforehand), lesson.rows)
        return graded(self.model.decoder.logits(hidden), lesson.wanted)


def _own_model(base: TextModel) -> TextModel:
    """A model of its own around the same weights, whose parts things can be hung on."""
    parts = {
        "image": base.image.copy(),
        "connector": own_copy(base.connector, blocks=_copies(base.connector)),
        "decoder": own_copy(base.decoder, blocks=_copies(base.decoder)),
    }
    return own_copy(base, **parts).requires_grad_(False)


def _copies(part: HasBlocks) -> nn.ModuleList:
    return nn.ModuleList(block.copy() for block in blocks_of(part))
