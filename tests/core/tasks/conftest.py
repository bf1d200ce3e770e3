"""A text model small enough for tests: its image tower, a decoder of two narrow blocks, random weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from core.tasks.embedded import new_text_model
from core.tasks.model import TextModel
from core.tasks.tokenizer import TextTokenizer

SENTENCES = [
    "A scratched brass bolt on a conveyor.", "There is a good steel plate in a tray.", "Is it red?", "yes", "no",
    "きずのある真鍮のボルトです。", "良品の鋼のプレートがあります。", "赤ですか?", "はい", "いいえ",
] * 4  # fmt: skip


@pytest.fixture(scope="session")
def tokenizer() -> TextTokenizer:
    return TextTokenizer.learn(SENTENCES, 340)


@pytest.fixture
def tiny(tokenizer: TextTokenizer) -> TextModel:
    model = new_text_model(tokenizer, seed=3, width=32, heads=2, layers=2, context_length=48)
    with torch.no_grad():  # as if it had learned: scores far enough apart that rounding decides nothing
        for value in model.decoder.parameters():
            value.mul_(2.0)
    return model.requires_grad_(False).eval()


@pytest.fixture
def photos() -> list[Image.Image]:
    rng = np.random.default_rng(1)
    return [Image.fromarray(rng.integers(0, 256, (112, 112, 3), dtype=np.uint8)) for _ in range(5)]


@pytest.fixture
def pixels() -> torch.Tensor:
    return torch.randn(5, 3, 112, 112, generator=torch.Generator().manual_seed(1))
