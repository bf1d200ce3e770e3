"""Which words an answer rests on: a planted one is found, and by how much."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from core.insight.words import NOTHING, weigh_learned, weigh_words
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.classifier import CosineClassifier
from tests.core.tiny_backbone import tiny_backbone

CLASSES = (ClassText("きず", "scratched steel bolt"), ClassText("良品", "clean steel bolt"))
VOCABULARY = ("scratched", "clean", "steel", "bolt", NOTHING)
SCALE = 10.0


class _BagOfWords:
    """Its texts are the sums of their words, each in a channel of its own."""

    backbone = SimpleNamespace(logit_scale=SCALE)

    def classifier(self, classes: Sequence[ClassText]) -> CosineClassifier:
        rows = [[float(word in entry.words.split()) for word in VOCABULARY] for entry in classes]
        return CosineClassifier(
            tuple(entry.name for entry in classes), np.array(rows, dtype=np.float32), SCALE
        )


def test_the_word_that_the_photo_shows_is_found() -> None:
    """The photo shows a scratch and nothing else: leaving the word out loses the whole lead, 10/√3; what the texts
    share only dilutes it: without one of them the lead is 10/√2."""
    method: Any = _BagOfWords()
    photo = np.array([[3.0, 0, 0, 0, 0]], dtype=np.float32)
    found = {each.word: each.weight for each in weigh_words(method, CLASSES, photo, 0)}
    assert found["scratched"] == pytest.approx(10 / 3**0.5, abs=1e-5)
    assert found["steel"] == found["bolt"] == pytest.approx(10 / 3**0.5 - 10 / 2**0.5, abs=1e-5)


def test_a_description_of_one_word_is_weighed_against_nothing() -> None:
    method: Any = _BagOfWords()
    photo = np.array([[1.0, 1.0, 0, 0, 0]], dtype=np.float32)
    [only] = weigh_words(method, (ClassText("a", "scratched"), ClassText("b", "clean")), photo, 0)
    assert only.weight == pytest.approx(10 / 2**0.5, abs=1e-5)


def test_what_learned_nothing_gains_nothing_and_what_learned_words_does() -> None:
    backbone = tiny_backbone()
    photo = np.random.default_rng(0).standard_normal((1, backbone.embed_dim)).astype(np.float32)
    plain = build_method("zero-shot", {}, backbone, CLASSES, seed=1)
    untouched = plain.classifier(CLASSES)
    assert weigh_learned(plain, untouched, CLASSES, photo, 0) == 0
    for composition in ("coop", "dept(cocoop)", "lora", "nearest-mean"):
        method = build_method(composition, {}, backbone, CLASSES, seed=1)
        with torch.no_grad():
            for parameter in method.parameters():
                if parameter.requires_grad:
                    parameter.add_(0.3 * torch.randn_like(parameter))
        gained = weigh_learned(method, untouched, CLASSES, photo, 0)
        assert (abs(gained) > 1e-4) == (composition != "nearest-mean"), "it learns nothing of words"
        assert len(weigh_words(method, CLASSES, photo, 1)) == 3
