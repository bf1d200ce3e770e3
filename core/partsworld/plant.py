"""How one plant writes about its photos: a defect record in its own words, and its own questions and codes.

Pretraining has met none of this wording, nor, but for single words, its vocabulary: it is what an operator brings
along. It writes in Japanese as in English; the two say the same. The photos are the plant's too (`sample.plant_scene`: three work places under warm, dim lamps). Deterministic:
one record, one answer to a question, for each scene.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.partsworld.descriptions import finish_ja
from core.partsworld.sample import plant_scene
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import Composition
from core.partsworld.wording import PARTS_JA
from core.problems import Language
from core.tasks.texts import TextTask

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
_DEFECTS_JA: dict[str, str] = {
    "scratch": "線キズ", "dent": "打痕", "crack": "ワレ", "rust": "赤さび", "stain": "油ジミ",
    "chip": "カケ", "bend": "変形", "missing hole": "穴もれ",
}  # fmt: skip
_DISPOSITIONS_JA: dict[str, str] = {"release": "出荷", "rework": "手直し", "scrap": "廃棄"}
# Sound parts are seen twice as often as each defect, so that no disposition has much more than half.
_WEIGHT_OF_SOUND = 2.0
QUESTIONS: tuple[str, ...] = ("Disposition?", "Finding code?", "Goes into?")
QUESTIONS_JA: tuple[str, ...] = ("処置は?", "不良記号は?", "どの箱に入れますか?")


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


def record(scene: Scene, language: Language = "en") -> str:
    """The plant's record: "Scoring on bolt, brass. Code A1, rework.", "真鍮のボルトに線キズ。記号A1、手直し。"."""
    composition = scene.composition
    code = _CODES[composition.defect]
    if language == "ja":
        part = finish_ja(composition.finish) + PARTS_JA[composition.part][0]
        found = "は異常なし" if composition.defect == "none" else f"に{_DEFECTS_JA[composition.defect]}"
        return f"{part}{found}。記号{code}、{_DISPOSITIONS_JA[_disposition(scene)]}。"
    head = f"{_DEFECTS[composition.defect]} on {composition.part}, {composition.finish.words}."
    return f"{head} Code {code}, {_disposition(scene)}."


def answer_to(scene: Scene, question: str) -> str:
    """The plant's answer to one of `QUESTIONS` or `QUESTIONS_JA`, in its language."""
    if question in (QUESTIONS[1], QUESTIONS_JA[1]):
        return _CODES[scene.composition.defect]
    disposition, place = _disposition(scene), _BINS[scene.composition.finish.material]
    if question in QUESTIONS_JA:
        return _DISPOSITIONS_JA[disposition] if question == QUESTIONS_JA[0] else place.replace("bin ", "箱")
    return disposition if question == QUESTIONS[0] else place


def plant_texts(scene: Scene, task: TextTask, language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """What the plant writes about a photo, as questions with their answers; of its record the question is ""."""
    if task == "caption":
        return [("", (record(scene, language),))]
    questions = QUESTIONS_JA if language == "ja" else QUESTIONS
    return [(question, (answer_to(scene, question),)) for question in questions]


def _disposition(scene: Scene) -> str:
    code = _CODES[scene.composition.defect]
    return _DISPOSITIONS[code if code == "OK" else code[0]]
