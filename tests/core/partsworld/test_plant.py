"""A plant's own wording: true of its scenes, and none of it met in pretraining's sentences."""

from __future__ import annotations

from collections import Counter

from core.partsworld import held_out_compositions, training_compositions
from core.partsworld.descriptions import descriptions
from core.partsworld.plant import QUESTIONS, QUESTIONS_JA, answer_to, plant_scenes, record


def test_records_and_answers_follow_the_scene() -> None:
    by_defect = {
        scene.composition.defect: scene for scene in plant_scenes((0,), training_compositions(), 400)
    }
    assert len(by_defect) == 9
    scratch = by_defect["scratch"]
    name = f"{scratch.composition.part}, {scratch.composition.finish.words}"
    assert record(scratch) == f"Scoring on {name}. Code A1, rework."
    assert record(by_defect["none"]).startswith("No findings on ")
    assert [answer_to(by_defect["crack"], question) for question in QUESTIONS[:2]] == ["scrap", "C1"]
    assert [answer_to(by_defect["none"], question) for question in QUESTIONS[:2]] == ["release", "OK"]


def test_the_same_seed_gives_the_same_photos_and_no_disposition_rules() -> None:
    scenes = plant_scenes((7, 1), held_out_compositions(), 300)
    assert scenes == plant_scenes((7, 1), held_out_compositions(), 300)
    assert scenes[:5] != plant_scenes((8, 1), held_out_compositions(), 5)
    most = Counter(answer_to(scene, QUESTIONS[0]) for scene in scenes).most_common(1)[0][1]
    assert most / len(scenes) < 0.6


def test_its_words_for_defects_are_its_own() -> None:
    for scene in plant_scenes((0,), training_compositions(), 60):
        head = record(scene).split(" on ")[0]
        assert all(head not in each.text for each in descriptions(scene, "en"))


def test_it_says_the_same_in_japanese() -> None:
    pairs: set[tuple[str, str]] = set()
    for scene in plant_scenes((0,), training_compositions(), 200):
        code = answer_to(scene, QUESTIONS[1])
        assert record(scene, "ja").endswith(f"記号{code}、{answer_to(scene, QUESTIONS_JA[0])}。")
        assert answer_to(scene, QUESTIONS_JA[1]) == code
        pairs.add((answer_to(scene, QUESTIONS[0]), answer_to(scene, QUESTIONS_JA[0])))
        pairs.add((answer_to(scene, QUESTIONS[2]), answer_to(scene, QUESTIONS_JA[2])))
    english, japanese = zip(*pairs, strict=True)
    assert len(pairs) == len(set(english)) == len(set(japanese)), "one word for one word"
