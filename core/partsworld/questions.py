"""Questions about a photo with short answers that the picture alone gives: yes or no, which, where, how many.

Answers are drawn before questions where they can be: as many yes as no, and what is asked about in a "no" is a thing
that could have been (a defect this part can have, another colour its material comes in), so that neither the wording
nor the words of the question betray the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.partsworld.captions import BACKGROUND_PHRASES, DEFECT_ADJECTIVES, PART_WORDS
from core.partsworld.facts import POSITIONS, Position, count_of, position_of
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import (
    BACKGROUNDS,
    COLOURED_MATERIALS,
    DEFECTS,
    PARTS,
    Composition,
    all_finishes,
    defect_applies,
    finish_applies,
)
from core.partsworld.wording import (
    BACKGROUNDS_JA,
    COLOURS_JA,
    COUNTED_EN,
    COUNTED_JA,
    DEFECTS_JA,
    MATERIALS_JA,
    PARTS_JA,
    POSITIONS_JA,
    YES_NO,
)
from core.problems import Language

Kind = Literal["yes/no", "part", "defect", "colour", "material", "background", "position", "count"]
KINDS: tuple[Kind, ...] = (
    "yes/no", "part", "defect", "colour", "material", "background", "position", "count",
)  # fmt: skip
_WEIGHTS: dict[Kind, float] = {
    "yes/no": 0.32, "part": 0.1, "defect": 0.16, "colour": 0.12, "material": 0.08, "background": 0.08,
    "position": 0.1, "count": 0.12,
}  # fmt: skip
# Of photos of sound parts, every yes/no question may ask whether there is a defect; of the others, as many do as keep
# yes and no in balance where one condition in nine is sound, as in the training pictures.
_ANY_DEFECT_IF_SOUND, _ANY_DEFECT_IF_NOT = 0.6, 0.075

_WHICH_EN: dict[Kind, tuple[str, ...]] = {
    "part": ("What part is this?", "Which part does the photo show?", "What is it?"),
    "defect": ("What defect does it have?", "What is wrong with it?", "Which defect is there?"),
    "colour": ("What colour is it?", "What is its colour?", "Which colour is the part?"),
    "material": ("What is it made of?", "What material is it?", "Which material is the part?"),
    "background": ("What does it lie on?", "What is the background?", "Where was the photo taken?"),
    "position": ("Where in the picture is the part?", "Where is it?", "In which corner does it lie?"),
}
_WHICH_JA: dict[Kind, tuple[str, ...]] = {
    "part": ("これは何の部品ですか?", "何が写っていますか?", "部品の名前は?"),
    "defect": ("どんな不良がありますか?", "不良の種類は?", "どこが悪いですか?"),
    "colour": ("何色ですか?", "部品の色は?", "色は何ですか?"),
    "material": ("何でできていますか?", "材質は?", "材料は何ですか?"),
    "background": ("何の上にありますか?", "背景は?", "どこに置いてありますか?"),
    "position": ("写真のどこにありますか?", "部品の位置は?", "どちらに寄っていますか?"),
}
_MATERIAL_NAMES: dict[str, str] = {"painted": "painted metal", "anodised": "anodised aluminium"}
_BACKGROUND_NAMES: dict[str, str] = {"board": "wood", "mat": "mat", "table": "metal table"}


@dataclass(frozen=True)
class Question:
    """A question, its answer, of what kind it is."""

    text: str
    answer: str
    kind: Kind
    language: Language


def draw_question(
    rng: np.random.Generator, scene: Scene, language: Language, kind: Kind | None = None
) -> Question:
    """A question about that scene; of the kind given, or of one that suits the scene.

    Raises:
        ValueError: the scene has no answer to questions of that kind (see `kinds_of`).
    """
    possible = kinds_of(scene)
    if kind is None:
        weights = np.array([_WEIGHTS[each] for each in possible])
        kind = possible[int(rng.choice(len(possible), p=weights / weights.sum()))]
    elif kind not in possible:
        raise ValueError(f"no {kind} in {scene.composition.key}")
    if kind == "yes/no":
        text, answer = _draw_yes_no(rng, scene, language)
    elif kind == "count":
        text, answer = _ask_count(rng, scene, language)
    else:
        wordings = (_WHICH_JA if language == "ja" else _WHICH_EN)[kind]
        text, answer = _pick(rng, wordings), _answer(scene, kind, language)
    return Question(text, answer, kind, language)


def kinds_of(scene: Scene) -> tuple[Kind, ...]:
    """The kinds of questions that the scene has an answer to."""
    missing: set[Kind] = set()
    if scene.composition.finish.colour is None:
        missing.add("colour")
    if position_of(scene) is None:
        missing.add("position")
    if count_of(scene) is None:
        missing.add("count")
    return tuple(kind for kind in KINDS if kind not in missing)


def _answer(scene: Scene, kind: Kind, language: Language) -> str:
    composition, finish = scene.composition, scene.composition.finish
    ja = language == "ja"
    match kind:
        case "part":
            return PARTS_JA[composition.part][0] if ja else composition.part
        case "defect":
            return DEFECTS_JA[composition.defect] if ja else composition.defect
        case "colour":
            return COLOURS_JA[finish.colour or ""] if ja else finish.colour or ""
        case "material":
            return (
                MATERIALS_JA[finish.material] if ja else _MATERIAL_NAMES.get(finish.material, finish.material)
            )
        case "background":
            background = scene.background
            return BACKGROUNDS_JA[background][0] if ja else _BACKGROUND_NAMES.get(background, background)
    position = position_of(scene) or POSITIONS[0]
    return POSITIONS_JA[position] if ja else position


def _ask_count(rng: np.random.Generator, scene: Scene, language: Language) -> tuple[str, str]:
    count = count_of(scene)
    if count is None:
        raise ValueError(f"nothing to count in {scene.composition.key}")
    if language == "ja":
        wordings = ("{}はいくつありますか?", "{}の数は?", "{}は何個ですか?")
        return _pick(rng, wordings).format(COUNTED_JA[count.of]), str(count.number)
    wordings = ("How many {} does it have?", "How many {} are there?", "What is the number of {}?")
    return _pick(rng, wordings).format(COUNTED_EN[count.of]), str(count.number)


def _draw_yes_no(rng: np.random.Generator, scene: Scene, language: Language) -> tuple[str, str]:
    defect = scene.composition.defect
    sound = defect == "none"
    if rng.random() < (_ANY_DEFECT_IF_SOUND if sound else _ANY_DEFECT_IF_NOT):
        return _ask_any_defect(rng, sound, language)
    about: tuple[Kind, ...] = tuple(k for k in kinds_of(scene) if k not in ("yes/no", "count"))
    about = tuple(kind for kind in about if _other_facts(scene, kind))
    kind = about[int(rng.integers(len(about)))]
    yes = bool(rng.random() < 0.5)
    if kind == "defect" and sound:
        yes = False
    fact = _fact(scene, kind) if yes else _pick(rng, _other_facts(scene, kind))
    return _ask_whether(rng, scene, kind, fact, language), YES_NO[language][0 if yes else 1]


def _ask_any_defect(rng: np.random.Generator, sound: bool, language: Language) -> tuple[str, str]:
    yes, no = YES_NO[language]
    # Asked both ways round, so that "yes" is no word for a defect.
    about_soundness = rng.random() < 0.5
    if language == "ja":
        wordings = ("良品ですか?", "合格ですか?") if about_soundness else ("不良ですか?", "不良がありますか?")
    elif about_soundness:
        wordings = ("Is it in good condition?", "Is the part good?")
    else:
        wordings = ("Is there a defect?", "Is the part defective?")
    return _pick(rng, wordings), yes if about_soundness == sound else no


def _ask_whether(rng: np.random.Generator, scene: Scene, kind: Kind, fact: str, language: Language) -> str:
    ja = language == "ja"
    match kind:
        case "part":
            word = _pick(rng, PARTS_JA[fact] if ja else PART_WORDS[fact])
            return f"これは{word}ですか?" if ja else f"Is this {_a(word)}?"
        case "defect":
            if ja:
                return f"{DEFECTS_JA[fact]}はありますか?"
            return f"Is it {_pick(rng, DEFECT_ADJECTIVES[fact])}?"
        case "colour":
            return f"{COLOURS_JA[fact]}ですか?" if ja else f"Is it {fact}?"
        case "material":
            return f"{MATERIALS_JA[fact]}ですか?" if ja else f"Is it {_made_of(fact)}?"
        case "background":
            if ja:
                return "".join(BACKGROUNDS_JA[fact]) + "にありますか?"
            return f"Is it {_pick(rng, BACKGROUND_PHRASES[fact])}?"
    position: Position = next(each for each in POSITIONS if each == fact)
    if ja:
        return f"写真の{POSITIONS_JA[position]}にありますか?"
    return f"Is it in the {position} of the picture?"


def _fact(scene: Scene, kind: Kind) -> str:
    composition = scene.composition
    facts: dict[Kind, str | None] = {
        "part": composition.part, "defect": composition.defect, "colour": composition.finish.colour,
        "material": composition.finish.material, "background": scene.background, "position": position_of(scene),
    }  # fmt: skip
    return facts[kind] or ""


def _other_facts(scene: Scene, kind: Kind) -> tuple[str, ...]:
    """What might have been instead, as far as the rest of the scene goes."""
    composition: Composition = scene.composition
    part, finish = composition.part, composition.finish
    possible: dict[Kind, tuple[str, ...]] = {
        "part": tuple(p for p in PARTS if finish_applies(p, finish) and defect_applies(p, finish, composition.defect)),
        "defect": tuple(d for d in DEFECTS if d != "none" and defect_applies(part, finish, d)),
        "colour": COLOURED_MATERIALS.get(finish.material, ()),
        "material": tuple(dict.fromkeys(f.material for f in all_finishes() if finish_applies(part, f))),
        "background": BACKGROUNDS,
        "position": POSITIONS,
    }  # fmt: skip
    return tuple(each for each in possible[kind] if each != _fact(scene, kind))


def _made_of(material: str) -> str:
    return material if material in ("painted", "anodised") else f"made of {material}"


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]
