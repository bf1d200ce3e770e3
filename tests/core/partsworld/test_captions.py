"""Captions never lie, and say what they claim."""

from __future__ import annotations

import numpy as np

from core.partsworld import Composition, Finish, all_compositions, describe, draw_caption, draw_scene
from core.partsworld.captions import PART_WORDS, caption_codes, claims_hold, scene_codes
from core.partsworld.vocabulary import COLOURS, MATERIALS


def test_a_caption_is_true_of_its_scene() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        scene = draw_scene(rng, all_compositions()[int(rng.integers(len(all_compositions())))])
        caption = draw_caption(rng, scene)
        assert caption.fits(scene), caption


def test_what_the_text_names_is_what_the_caption_claims() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        scene = draw_scene(rng, all_compositions()[int(rng.integers(len(all_compositions())))])
        caption = draw_caption(rng, scene)
        background_free = caption.text.split(" on ")[0].split(" in a ")[0]
        named_colours = {c for c in COLOURS if f" {c} " in f" {background_free.replace(',', ' ')} "}
        assert named_colours == ({caption.colour} if caption.colour else set()), caption
        named_materials = {m for m in MATERIALS if m in background_free}
        assert named_materials == ({caption.material} if caption.material else set()), caption
        names_part = any(word in background_free for word in PART_WORDS[scene.composition.part])
        assert names_part == (caption.part is not None), caption


def test_a_caption_with_another_claim_does_not_fit() -> None:
    rng = np.random.default_rng(2)
    red = Composition("gear", Finish("plastic", "red"), "chip")
    blue = Composition("gear", Finish("plastic", "blue"), "chip")
    for _ in range(100):
        caption = draw_caption(rng, draw_scene(rng, red, "tray"))
        assert caption.fits(draw_scene(rng, blue, "tray")) == (caption.colour is None)


def test_codes_agree_with_fits() -> None:
    rng = np.random.default_rng(3)
    scenes = [draw_scene(rng, all_compositions()[int(rng.integers(400))]) for _ in range(60)]
    captions = [draw_caption(rng, scene) for scene in scenes]
    told = claims_hold(
        np.array([caption_codes(c) for c in captions]), np.array([scene_codes(s) for s in scenes])
    )
    assert told.tolist() == [[c.fits(s) for s in scenes] for c in captions]
    assert told.diagonal().all()
    assert told.sum() > len(scenes), "partial captions fit other scenes too: this draw should hold some"


def test_class_texts_are_all_different() -> None:
    assert len({describe(c) for c in all_compositions()}) == len(all_compositions())
