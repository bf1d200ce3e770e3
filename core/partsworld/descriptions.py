"""Descriptions of a photo, as a person writes them into a defect record: several per photo, in varied wording.

Other than captions (`captions.py`), which may leave anything unnamed, a description always names the part, its
finish and its condition; where it lies is added now and then. Descriptions n of a scene are a function of the scene,
the language and n alone.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from core.partsworld.captions import BACKGROUND_PHRASES, DEFECT_ADJECTIVES, DEFECT_PHRASES, PART_WORDS
from core.partsworld.facts import Position, position_of
from core.partsworld.scene import Scene
from core.partsworld.vocabulary import Finish
from core.partsworld.wording import (
    BACKGROUNDS_JA,
    COLOUR_ADJECTIVES_JA,
    DEFECTS_JA,
    MATERIALS_JA,
    PARTS_JA,
    POSITIONS_JA,
)
from core.problems import Language

DESCRIPTIONS_PER_PHOTO = 5
_WITH_BACKGROUND, _WITH_POSITION = 0.6, 0.3
_TEMPLATES_EN = (
    "{A} {thing} {place}.",
    "The photo shows {a} {thing} {place}.",
    "There is {a} {thing} {place}.",
    "An inspection photo of {a} {thing} {place}.",
)
# Beside each, the particle that a place takes in it.
_TEMPLATES_JA = (
    ("{place}{thing}です。", "の"),
    ("{place}{thing}の写真です。", "の"),
    ("{place}{thing}があります。", "に"),
    ("{place}{thing}が写っています。", "に"),
)


@dataclass(frozen=True)
class Description:
    """A sentence about a scene, and what it says beyond part, finish and defect; None where it says nothing of it."""

    text: str
    language: Language
    background: str | None = None
    position: Position | None = None


def descriptions(
    scene: Scene, language: Language, count: int = DESCRIPTIONS_PER_PHOTO
) -> tuple[Description, ...]:
    """The first `count` descriptions of that scene; wordings may repeat."""
    seed = [scene.detail_seed, zlib.crc32(f"{scene.composition.key}|{language}".encode())]
    return tuple(draw_description(np.random.default_rng([*seed, n]), scene, language) for n in range(count))


def draw_description(rng: np.random.Generator, scene: Scene, language: Language) -> Description:
    """One description of that scene in random wording."""
    background = scene.background if rng.random() < _WITH_BACKGROUND else None
    position = position_of(scene) if rng.random() < _WITH_POSITION else None
    draw = _draw_ja if language == "ja" else _draw_en
    return Description(draw(rng, scene, background, position), language, background, position)


def _draw_en(
    rng: np.random.Generator, scene: Scene, background: str | None, position: Position | None
) -> str:
    composition = scene.composition
    before, after = "", ""
    if rng.random() < 0.5:
        before = _pick(rng, DEFECT_ADJECTIVES[composition.defect])
    else:
        after = _pick(rng, DEFECT_PHRASES[composition.defect])
    thing = _joined(before, composition.finish.words, _pick(rng, PART_WORDS[composition.part]), after)
    place = _joined(
        "" if background is None else _pick(rng, BACKGROUND_PHRASES[background]),
        "" if position is None else f"in the {position} of the picture",
    )
    article = "an" if thing[0] in "aeiou" else "a"
    text = _pick(rng, _TEMPLATES_EN).format(a=article, A=article.capitalize(), thing=thing, place=place)
    return text.replace(" .", ".")


def _draw_ja(
    rng: np.random.Generator, scene: Scene, background: str | None, position: Position | None
) -> str:
    composition = scene.composition
    part = finish_ja(composition.finish) + _pick(rng, PARTS_JA[composition.part])
    places = []
    if position is not None:
        places.append(f"写真の{POSITIONS_JA[position]}")
    if background is not None:
        places.append("".join(BACKGROUNDS_JA[background]))
    if composition.defect == "none":
        thing = _pick(rng, (f"良品の{part}", f"きずや汚れのない{part}"))
    else:
        thing = f"{DEFECTS_JA[composition.defect]}のある{part}"
    template, particle = _TEMPLATES_JA[int(rng.integers(len(_TEMPLATES_JA)))]
    return template.format(place="、".join(places) + (particle if places else ""), thing=thing)


def finish_ja(finish: Finish) -> str:
    """The finish before a noun: 真鍮の, 赤い樹脂の, 青い塗装の."""
    if finish.colour is None:
        return f"{MATERIALS_JA[finish.material]}の"
    material = "塗装" if finish.material == "painted" else MATERIALS_JA[finish.material]
    return f"{COLOUR_ADJECTIVES_JA[finish.colour]}{material}の"


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]
