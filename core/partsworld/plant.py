"""How one plant writes about its photos: a defect record in its own words, and its own questions and codes.

Pretraining has met none of this wording, nor, but for single words, its vocabulary: it is what an operator brings
along. The photos are the plant's too (`sample.plant_scene`: three work places under warm, dim lamps). Deterministic:
one record, one answer to a question, for each scene.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.partsworld.sample import plant_scene
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import Composition

_DEFECTS: dict[str, str] = {
    "none": "No findings", "scratch": "Scoring", "dent": "Ding", "crack": "Fracture", "rust": "Corrosion",
    "stain": "Oil mark", "chip": "Nick", "bend": "Distortion", "missing hole": "Undrilled bore",
}  # fmt: skip
_CODES: dict[str, str] = {
    "none": "OK", "scratch": "A1", "stain": "A2", "bend": "A3", "dent": "B1", "chip": "B2", "crack": "C1", "rust": "C2",
    "missing hole": "C3",
}  # fmt: skip
_DISPOSITIONS: dict[str, str] = {"OK": "release", "A": "rework", "B": "scrap", "C": "scrap"}
_BINS: dict[str, str] = {
    "plastic": "bin P", "rubber": "bin R", "painted": "bin S", "anodised": "bin S", "steel": "bin F",
    "cast iron": "bin F", "brass": "bin N", "copper": "bin N", "aluminium": "bin N",
}  # fmt: skip
# Sound parts are seen twice as often as each defect, so that no disposition has much more than half.
_WEIGHT_OF_SOUND = 2.0
QUESTIONS: tuple[str, ...] = ("Disposition?", "Finding code?", "Goes into?")


def plant_scenes(seed: Sequence[int], compositions: Sequence[Composition], count: int) -> tuple[Scene, ...]:
    """That many photos of the plant, defects alike often, compositions at random among those given."""
    rng = np.random.default_rng(list(seed))
    by_defect: dict[str, list[Composition]] = {}
    for composition in compositions:
        by_defect.setdefault(composition.defect, []).append(composition)
    defects = sorted(by_defect)
    weights = np.array([_WEIGHT_OF_SOUND if defect == "none" else 1.0 for defect in defects])
    scenes = []
    for _ in range(count):
        choices = by_defect[defects[int(rng.choice(len(defects), p=weights / weights.sum()))]]
        scenes.append(plant_scene(rng, choices[int(rng.integers(len(choices)))]))
    return tuple(scenes)


def record(scene: Scene) -> str:
    """The plant's record: "Scoring on bolt, brass. Code A1, rework."."""
    composition = scene.composition
    head = f"{_DEFECTS[composition.defect]} on {composition.part}, {composition.finish.words}."
    return f"{head} Code {_CODES[composition.defect]}, {_disposition(scene)}."


def answer_to(scene: Scene, question: str) -> str:
    """The plant's answer to one of `QUESTIONS`."""
    if question == QUESTIONS[0]:
        return _disposition(scene)
    if question == QUESTIONS[1]:
        return _CODES[scene.composition.defect]
    return _BINS[scene.composition.finish.material]


def _disposition(scene: Scene) -> str:
    code = _CODES[scene.composition.defect]
    return _DISPOSITIONS[code if code == "OK" else code[0]]
