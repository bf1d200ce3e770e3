"""CoCa as a model that writes, by its own decoder (methods.md §13.1). Its texts are English and in small letters.

A description begins at the start token. An answer follows `question: … answer:`; CoCa never saw such a text, so before
it is tuned on questions and answers what it says to one means nothing. Tuned, it writes what it learned, in whatever
language: its byte pairs spell any text, Japanese at two or three tokens a letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from core.backbones.blocks import own_copy
from core.backbones.clip import Backbone
from core.backbones.load import load_backbone
from core.backbones.preprocess import normalise, preprocess_photo
from core.backbones.store import ModelStore
from core.methods.tower_tuning import judging
from core.problems import Language, Problem
from core.tasks.generation import Written, write
from core.tasks.hung import HungTuning, Part
from core.tasks.lessons import Lesson, ReadLessons, Wording, graded
from core.tasks.photo_cache import ReadPhotos
from core.tasks.protocol import TextExample, TextSet, Told
from core.tasks.texts import language_of
from core.tasks.writers import WriterCard
from core.training.job import HyperValue

_BATCH = 16
# Spaces between figures, or on the inner side of a mark; in a Japanese text all that do not part two Latin words.
_APART = re.compile(r"(?<=\d) (?=\d)|(?<=\d) (?=[.,]\s?\d)|(?<=\d [.,]) (?=\d)| (?=[.,!?;:%)])|(?<=\() ")
_IN_JAPANESE = re.compile(r"(?<![A-Za-z]) | (?![A-Za-z])")


def open_coca(card: WriterCard, device: str = "cpu", store: ModelStore | None = None) -> CoCaWriter:
    """A stored CoCa, its hash verified. Raises Problem as `load_backbone` and `Backbone.writing_parts`."""
    return CoCaWriter(load_backbone(card.name, device, store), card)


class CoCaWriter(nn.Module):
    """Describes photos; answers questions once it was tuned on some.

    Raises:
        Problem: `backbones.does_not_write` for a backbone that is no CoCa.
    """

    def __init__(self, backbone: Backbone, card: WriterCard) -> None:
        super().__init__()
        self.card = card
        self.preprocessing = backbone.preprocessing
        self.image, self.decoder, self.pieces = backbone.writing_parts()
        self.requires_grad_(False).eval()

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        device: torch.device = self.decoder.positions.device
        return device

    @property
    def loaded(self) -> None:
        """Its weights are as they were made."""

    def tune(self, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> CoCaTuning:
        """Something learnable hung on a copy of it. Raises Problem as `HungTuning`."""
        return CoCaTuning(self, composition, hyper, seed)

    def pixels(self, photos: Sequence[Image.Image]) -> Tensor:
        """Photos → normalised pixels `(B, 3, H, W)`."""
        pictures = np.stack([preprocess_photo(photo, self.preprocessing) for photo in photos])
        return torch.from_numpy(normalise(pictures, self.preprocessing)).to(self.device)

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        """A description of each photo, in the language that it learned, whatever `language` is."""
        del language
        written = self._write(photos, [self.start(None)] * len(photos))
        return [Told(self.text_of(w.tokens), w.mean_chance, w.complete) for w in written]

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        """The answer to each photo's question. Raises ValueError where the lists differ in length."""
        if len(photos) != len(questions):
            raise ValueError(f"{len(photos)} photos, {len(questions)} questions")
        written = self._write(photos, [self.start(question) for question in questions])
        return [Told(self.text_of(w.tokens), w.chance, w.complete) for w in written]

    def start(self, question: str | None) -> list[int]:
        """The tokens before what is written; of a question that is too long, its end is left out."""
        if question is None:
            return [self.pieces.start]
        asked, answer = self.pieces.encode(f"question: {question.strip()}"), self.pieces.encode("answer:")
        room = self.decoder.context_length // 2 - 1 - len(answer)
        return [self.pieces.start, *asked[:room], *answer]

    def text_of(self, tokens: Sequence[int]) -> str:
        """The text of tokens, as it is read: without the spaces that byte pairs leave behind."""
        joined = _APART.sub("", " ".join(self.pieces.decode(tokens).split()))
        return _IN_JAPANESE.sub("", joined) if language_of(joined) == "ja" else joined

    def wording(self, example: TextExample) -> Wording:
        """An example as tokens.

        Raises:
            Problem: `tasks.text_too_long` where it cannot be written in one go; `tasks.text_empty`.
        """
        rest = self.pieces.encode(example.text.strip())
        if not rest:
            raise Problem("tasks.text_empty", photo=example.photo + 1)
        start = self.start(example.question)
        room = self.decoder.context_length - len(start)
        if len(rest) >= room:
            raise Problem("tasks.text_too_long", text=example.text, tokens=len(rest), most=room - 1)
        return start, [*rest, self.pieces.end], example.photo

    @torch.no_grad()
    def _write(self, photos: Sequence[Image.Image], starts: Sequence[list[int]]) -> list[Written]:
        written: list[Written] = []
        with judging(self):
            for first in range(0, len(starts), _BATCH):
                part = slice(first, first + _BATCH)
                photo = self.image.read(self.image.hidden(self.pixels(photos[part]), 0))
                end, never = self.pieces.end, (self.pieces.start,)
                written += write(self.decoder, photo, starts[part], end=end, never=never)
        return written


class CoCaTuning(HungTuning):
    """A CoCa with something learnable on the blocks of its image tower and of its text and decoder."""

    def __init__(
        self, base: CoCaWriter, composition: str, hyper: Mapping[str, HyperValue], seed: int
    ) -> None:
        super().__init__(composition, hyper, "coca")
        image, decoder = base.image.copy(), base.decoder.copy()
        self.model: CoCaWriter = own_copy(base, image=image, decoder=decoder)
        self.hang(seed, base.device)
        touched = [name.split(".")[2] for name in self.learned_state() if name.startswith("image.blocks.")]
        # Read once, as far as nothing learns in any stage.
        self.first_block = min(map(int, touched), default=len(image.blocks))

    def parts(self) -> Sequence[Part]:
        """Image tower, and of the decoder the text's own blocks, those that join, and those that look at the photo."""
        image, decoder = self.model.image, self.model.decoder
        return (
            Part("image", image),
            Part("text", decoder.text, ends=("ln_final",)),
            Part("text", decoder.joint, ends=("ln_final",)),
            Part("text", decoder.cross),
        )

    @property
    def writer(self) -> CoCaWriter:
        """The tuned model as it stands."""
        return self.model

    def lessons(self, texts: TextSet) -> ReadLessons:
        """Texts made ready. Raises Problem as `CoCaWriter.wording`."""
        wordings = tuple(self.model.wording(example) for example in texts.examples)
        photos = ReadPhotos(texts.photos, self._beforehand)
        return ReadLessons(photos.rows, wordings, self.model.pieces.end)

    def loss(self, batch: tuple[Tensor, Lesson]) -> tuple[Tensor, Tensor]:
        """As `graded`. batch: photos as the first block that may learn takes them, and texts about them."""
        tokens, lesson = batch
        model = self.model
        photo = model.image.read(tokens.to(model.device), self.first_block)
        return graded(
            model.decoder.logits(model.decoder.hidden(lesson.tokens, photo, lesson.rows)), lesson.wanted
        )

    @torch.no_grad()
    def _beforehand(self, photos: Sequence[Image.Image]) -> Tensor:
        return self.model.image.hidden(self.model.pixels(photos), self.first_block)
