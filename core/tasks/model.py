"""The facade of models that write: descriptions of photos, and answers to questions about them.

`TextModel` is the embedded one: a small image tower, a connector and a small decoder. Everything is
offline; on disk it is safetensors and JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from core.backbones.image_tower import ImageTower
from core.backbones.preprocess import Preprocessing, normalise, preprocess_photo
from core.methods.tower_tuning import judging
from core.problems import Language
from core.tasks.decoder import Connector, DecoderConfig, TextDecoder, tap_tokens
from core.tasks.generation import Written, write
from core.tasks.protocol import Told, Tuning
from core.tasks.texts import TextTask
from core.tasks.tokenizer import TextTokenizer
from core.tasks.writers import WriterCard
from core.training.job import HyperValue

_BATCH = 32
_LANGUAGES: tuple[Language, ...] = ("ja", "en")
_TASKS: tuple[TextTask, ...] = ("caption", "vqa")


class TextModel(nn.Module):
    """A model that describes photos and answers questions about them. One that was not stored has a card without a name.

    Photos are Pillow pictures of any size, or pixels as the image tower takes them.
    """

    def __init__(
        self, image: ImageTower, preprocessing: Preprocessing, tokenizer: TextTokenizer, config: DecoderConfig
    ) -> None:
        super().__init__()
        self.image = image
        self.card = WriterCard("", "embedded", "", 0, "", _LANGUAGES, _TASKS)
        self.preprocessing = preprocessing
        self.tokenizer = tokenizer
        self.config = config
        self.connector = Connector(config)
        self.decoder = TextDecoder(config)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.decoder.words.device

    @property
    def loaded(self) -> None:
        """Its weights are as they were made."""

    def tune(self, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> Tuning:
        """Something learnable hung on a copy of it. Raises Problem as `TextTuning`."""
        from core.tasks.tuning import TextTuning  # it is made of this module's model

        return TextTuning(self, composition, hyper, seed)

    def pixels(self, photos: Sequence[Image.Image]) -> Tensor:
        """Photos → normalised pixels `(B, 3, H, W)`."""
        return self.pixels_of(np.stack([preprocess_photo(photo, self.preprocessing) for photo in photos]))

    def pixels_of(self, pictures: NDArray[np.uint8]) -> Tensor:
        """Pictures at input size `(B, H, W, 3)` → normalised pixels `(B, 3, H, W)`."""
        return torch.from_numpy(normalise(pictures, self.preprocessing)).to(self.device)

    def photo_tokens(self, pixels: Tensor) -> Tensor:
        """Normalised pixels → what the decoder reads of the photos `(B, T, D)`."""
        read: Tensor = self.connector(tap_tokens(self.image, pixels, self.config.taps))
        return read

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        """A description of each photo."""
        return self.caption_pixels(self.pixels(photos), language) if photos else []

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        """The answer to each photo's question, in the question's language. Raises ValueError as `answer_pixels`."""
        return self.answer_pixels(self.pixels(photos), questions) if photos else []

    def caption_pixels(self, pixels: Tensor, language: Language = "en") -> list[Told]:
        """As `caption`, for normalised pixels `(B, 3, H, W)`."""
        starts = [self.tokenizer.telling(language)] * len(pixels)
        return [
            Told(self.tokenizer.decode(w.tokens), w.mean_chance, w.complete)
            for w in self._write(pixels, starts)
        ]

    def answer_pixels(self, pixels: Tensor, questions: Sequence[str]) -> list[Told]:
        """As `answer`, for normalised pixels `(B, 3, H, W)`. Raises ValueError where a photo has no question."""
        if len(pixels) != len(questions):
            raise ValueError(f"{len(pixels)} photos, {len(questions)} questions")
        starts = [self.question_start(question) for question in questions]
        return [
            Told(self.tokenizer.decode(w.tokens).strip(), w.chance, w.complete)
            for w in self._write(pixels, starts)
        ]

    def question_start(self, question: str) -> list[int]:
        """The tokens before an answer; of a question that is too long, its end is left out."""
        return self.tokenizer.question_within(question, self.config.context_length)

    @torch.no_grad()
    def _write(self, pixels: Tensor, starts: Sequence[list[int]]) -> list[Written]:
        written: list[Written] = []
        with judging(self):
            for first in range(0, len(starts), _BATCH):
                part = slice(first, first + _BATCH)
                written += write(self.decoder, self.photo_tokens(pixels[part]), starts[part])
        return written
