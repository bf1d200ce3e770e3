"""The shipped text model: small, whole, and as good on compositions it never saw as the project asks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from core.files import sha256_file
from core.partsworld import render
from core.tasks.embedded import load_text_model
from core.tasks.heldout_check import check_text_model, held_out_scenes
from core.tasks.model import TextModel
from core.tasks.place import TEXT_MODEL_FOLDER, WEIGHTS_NAME

MOST_BYTES = 25_000_000


@pytest.fixture(scope="module")
def shipped() -> TextModel:
    return load_text_model()


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in TEXT_MODEL_FOLDER.iterdir()) < MOST_BYTES


def test_it_describes_and_answers_in_both_languages(shipped: TextModel) -> None:
    scenes = held_out_scenes(9)
    photos = [Image.fromarray(render(scene, 200)) for scene in scenes]
    for language in ("en", "ja"):
        for told in shipped.caption(photos, language):  # type: ignore[arg-type]
            assert told.complete and 0 < told.confidence <= 1
            assert told.text.isascii() == (language == "en")
            assert told.text.endswith("." if language == "en" else "。")
    answers = shipped.answer(photos, ["Is it red?"] * 9)
    assert {told.text for told in answers} <= {"yes", "no"}
    assert {told.text for told in shipped.answer(photos, ["赤ですか？"] * 9)} <= {"はい", "いいえ"}
    assert shipped.answer([], []) == [] and shipped.caption([]) == []
    with pytest.raises(ValueError, match="9 photos, 2 questions"):
        shipped.answer(photos, ["Is it red?"] * 2)


def test_a_photo_gets_the_same_text_alone_and_among_others(shipped: TextModel) -> None:
    photos = [Image.fromarray(render(scene, 112)) for scene in held_out_scenes(6)]
    together = [told.text for told in shipped.caption(photos)]
    assert together == [shipped.caption([photo])[0].text for photo in photos]


def test_the_card_tells_what_was_measured_with_these_weights() -> None:
    figures = json.loads((TEXT_MODEL_FOLDER / "card.json").read_text(encoding="utf-8"))
    assert figures["weights_bytes"] == (TEXT_MODEL_FOLDER / WEIGHTS_NAME).stat().st_size
    assert load_text_model().card.sha256 == sha256_file(TEXT_MODEL_FOLDER / WEIGHTS_NAME)
    card = (TEXT_MODEL_FOLDER / "card.md").read_text(encoding="utf-8")
    for language in ("en", "ja"):
        assert f"{figures['held_out']['caption'][language]['cider']['mean']:.2f}" in card
        assert f"{figures['held_out']['vqa'][language]['accuracy']:.3f}" in card


@pytest.mark.slow
def test_it_is_better_than_a_constant_on_compositions_it_never_saw(shipped: TextModel) -> None:
    figures = check_text_model(shipped, photos=90)
    for language in ("en", "ja"):
        caption, vqa = figures["caption"][language], figures["vqa"][language]
        assert caption["cider"]["mean"] >= 4 * caption["constant_cider"]["mean"]
        assert vqa["accuracy"] >= vqa["majority"] + 0.3
        assert vqa["kinds"]["part"]["accuracy"] >= 0.6


def test_it_looks_at_the_photo(shipped: TextModel) -> None:
    """Colours are told from the picture: the same part in red and in blue."""
    asked = ["What colour is it?"] * 2
    plain = np.zeros((2, 112, 112, 3), np.uint8)
    scenes = [scene for scene in held_out_scenes(60) if scene.composition.finish.colour in ("red", "blue")]
    right = 0
    for scene in scenes:
        (told,) = shipped.answer_pixels(shipped.pixels_of(render(scene, 112)[None]), asked[:1])
        right += told.text == scene.composition.finish.colour
    assert right / len(scenes) > 0.7
    assert torch.isfinite(shipped.photo_tokens(shipped.pixels_of(plain))).all()
