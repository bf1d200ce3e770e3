"""Descriptions say what the scene shows, in words of the closed vocabulary, the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from core.partsworld import all_compositions, draw_scene
from core.partsworld.captions import DEFECT_ADJECTIVES, DEFECT_PHRASES, PART_WORDS
from core.partsworld.descriptions import DESCRIPTIONS_PER_PHOTO, descriptions, draw_description, finish_ja
from core.partsworld.facts import POSITIONS, position_of
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import COLOURS, MATERIALS
from core.partsworld.wording import DEFECTS_JA, PARTS_JA, POSITIONS_JA
from core.problems import Language


def scenes(count: int, seed: int = 0) -> list[Scene]:
    rng = np.random.default_rng(seed)
    compositions = all_compositions()
    return [draw_scene(rng, compositions[int(rng.integers(len(compositions)))]) for _ in range(count)]


def test_english_names_part_finish_and_condition_and_no_other() -> None:
    rng = np.random.default_rng(1)
    for scene in scenes(400):
        told = draw_description(rng, scene, "en")
        composition = scene.composition
        words = f" {told.text.lower()} "
        assert any(f" {word}" in words for word in PART_WORDS[composition.part]), told
        assert composition.finish.words in words, told
        known = (*DEFECT_ADJECTIVES[composition.defect], *DEFECT_PHRASES[composition.defect])
        assert any(phrase in words for phrase in known), told
        thing = words.split(" on ")[0].split(" in a ")[0].split(" in the ")[0]
        assert {c for c in COLOURS if f" {c} " in thing} == {c for c in (composition.finish.colour,) if c}, (
            told
        )
        assert {m for m in MATERIALS if m in thing} == {composition.finish.material}, told


def test_japanese_names_part_finish_and_condition() -> None:
    rng = np.random.default_rng(2)
    for scene in scenes(400):
        told = draw_description(rng, scene, "ja")
        composition = scene.composition
        assert any(word in told.text for word in PARTS_JA[composition.part]), told
        assert finish_ja(composition.finish) in told.text, told
        if composition.defect == "none":
            assert "良品" in told.text or "きずや汚れのない" in told.text
        else:
            assert f"{DEFECTS_JA[composition.defect]}のある" in told.text
        assert told.text.endswith("。")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_place_is_told_only_where_it_is_so(language: Language) -> None:
    names = POSITIONS_JA if language == "ja" else {each: each for each in POSITIONS}
    rng = np.random.default_rng(3)
    told_places = 0
    for scene in scenes(300):
        told = draw_description(rng, scene, language)
        named = {position for position, word in names.items() if word in told.text}
        assert named == ({told.position} if told.position else set()), told
        assert told.position in (None, position_of(scene))
        told_places += bool(told.position)
    assert told_places > 20


def test_a_photo_has_several_wordings_always_the_same_ones() -> None:
    wordings = []
    for scene in scenes(60):
        first = descriptions(scene, "en")
        assert first == descriptions(scene, "en")
        assert len(first) == DESCRIPTIONS_PER_PHOTO
        wordings.append(len({each.text for each in first}))
    assert np.mean(wordings) > 3.5
