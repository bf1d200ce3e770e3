"""English captions for scenes, in varied wording; a caption may leave attributes unnamed, but never lies.

`Caption` carries beside its text what it claims, so that training can tell which other pictures of a batch the
caption fits too (those are no negatives), and tests can check the claims against the scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.partsworld.scene import Scene
from core.partsworld.vocabulary import BACKGROUNDS, COLOURS, DEFECTS, MATERIALS, PARTS, Composition, Finish

PART_WORDS: dict[str, tuple[str, ...]] = {
    "bolt": ("bolt", "hex bolt"), "nut": ("nut", "hex nut"), "washer": ("washer", "flat washer"),
    "gear": ("gear", "gear wheel"), "bracket": ("bracket", "angle bracket"),
    "bearing": ("bearing", "ball bearing"), "spring": ("spring", "coil spring"), "pin": ("pin", "dowel pin"),
    "plate": ("plate", "mounting plate"), "connector": ("connector", "plug connector"), "cap": ("cap", "lid"),
    "tube": ("tube", "pipe"), "screw": ("screw",), "flange": ("flange", "pipe flange"),
    "pulley": ("pulley", "spoked wheel"), "clip": ("clip", "spring clip"), "hook": ("hook", "eye hook"),
    "chain": ("chain", "piece of chain"), "hinge": ("hinge",), "valve": ("valve", "ball valve"),
    "o-ring": ("o-ring", "seal ring"),
}  # fmt: skip
DEFECT_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "none": ("good", "intact", "flawless"), "scratch": ("scratched",), "dent": ("dented",),
    "crack": ("cracked",), "rust": ("rusty", "rusted"), "stain": ("stained", "dirty"), "chip": ("chipped", "broken"),
    "bend": ("bent", "deformed"), "missing hole": ("undrilled",),
}  # fmt: skip
DEFECT_PHRASES: dict[str, tuple[str, ...]] = {
    "none": ("in good condition", "without defects", "with no damage"),
    "scratch": ("with a scratch", "with scratches", "with scratch marks"),
    "dent": ("with a dent", "with dents"), "crack": ("with a crack", "that is cracked"),
    "rust": ("with rust", "covered in rust"), "stain": ("with a stain", "with an oil stain"),
    "chip": ("with a chipped edge", "with a chip"), "bend": ("that is bent", "with a bend"),
    "missing hole": ("with a missing hole", "missing a hole"),
}  # fmt: skip
BACKGROUND_PHRASES: dict[str, tuple[str, ...]] = {
    "conveyor": ("on a conveyor", "on a conveyor belt"), "tray": ("in a tray", "in a plastic tray"),
    "cloth": ("on a cloth", "on cloth"), "board": ("on a wooden board", "on wood"),
    "mat": ("on a cutting mat", "on a grid mat"), "concrete": ("on concrete", "on a concrete floor"),
    "paper": ("on white paper", "on a sheet of paper"), "table": ("on a metal table", "on a steel table"),
}  # fmt: skip
_OPENINGS = (
    "a photo of a {}",
    "a picture of a {}",
    "a close-up of a {}",
    "an inspection photo of a {}",
    "a {}",
    "{}",
)


@dataclass(frozen=True)
class Caption:
    """A text and what it claims; `None` where it says nothing."""

    text: str
    part: str | None = None
    material: str | None = None
    colour: str | None = None
    defect: str | None = None
    background: str | None = None

    def fits(self, scene: Scene) -> bool:
        """Whether everything the caption claims is so in that scene."""
        told = scene.composition
        finish = told.finish
        claims = (self.part, self.material, self.colour, self.defect, self.background)
        truth = (told.part, finish.material, finish.colour, told.defect, scene.background)
        return all(claim is None or claim == fact for claim, fact in zip(claims, truth, strict=True))


def describe(composition: Composition) -> str:
    """The plain class text of a composition: "scratched brass bolt", "blue plastic gear in good condition"."""
    words = f"{composition.finish.words} {composition.part}"
    if composition.defect == "none":
        return f"{words} in good condition"
    if composition.defect == "missing hole":
        return f"{words} with a missing hole"
    return f"{DEFECT_ADJECTIVES[composition.defect][0]} {words}"


def draw_caption(rng: np.random.Generator, scene: Scene) -> Caption:
    """A caption of that scene in random wording, naming everything or only some attributes."""
    composition = scene.composition
    full = rng.random() < 0.45
    name_part = full or rng.random() < 0.85
    name_finish = full or rng.random() < 0.6
    name_defect = full or rng.random() < 0.6
    name_background = rng.random() < 0.2
    if not (name_part or name_finish or name_defect or name_background):
        name_part = True
    finish_words, material, colour = (
        _draw_finish(rng, composition.finish, full) if name_finish else ("", None, None)
    )
    noun = (
        _pick(rng, PART_WORDS[composition.part])
        if name_part
        else _pick(rng, ("part", "workpiece", "component"))
    )
    before, after = _draw_defect(rng, composition.defect) if name_defect else ("", "")
    tail = _pick(rng, BACKGROUND_PHRASES[scene.background]) if name_background else ""
    words = " ".join(w for w in (before, finish_words, noun, after) if w)
    joint = " " if rng.random() < 0.5 else ", "
    text = _with_article(_pick(rng, _OPENINGS), words) + (joint + tail if tail else "")
    return Caption(
        text=text,
        part=composition.part if name_part else None,
        material=material,
        colour=colour,
        defect=composition.defect if name_defect else None,
        background=scene.background if name_background else None,
    )


def caption_wording() -> list[str]:
    """Every wording a caption or a class text is made of (each piece once, punctuation with it)."""
    words: list[str] = ["an ,", "part workpiece component", *MATERIALS, *COLOURS]
    for table in (PART_WORDS, DEFECT_ADJECTIVES, DEFECT_PHRASES, BACKGROUND_PHRASES):
        words += [wording for wordings in table.values() for wording in wordings]
    return [*words, *(opening.format("") for opening in _OPENINGS)]


def _draw_finish(rng: np.random.Generator, finish: Finish, full: bool) -> tuple[str, str | None, str | None]:
    if finish.colour is None:
        return finish.material, finish.material, None
    draw = 1.0 if full else rng.random()
    if draw < 0.25:
        return finish.colour, None, finish.colour
    if draw < 0.4:
        return finish.material, finish.material, None
    if finish.material in ("painted", "anodised") and rng.random() < 0.3:
        return f"{finish.material} {finish.colour}", finish.material, finish.colour
    return finish.words, finish.material, finish.colour


def _draw_defect(rng: np.random.Generator, defect: str) -> tuple[str, str]:
    if rng.random() < 0.5:
        return _pick(rng, DEFECT_ADJECTIVES[defect]), ""
    return "", _pick(rng, DEFECT_PHRASES[defect])


def _with_article(opening: str, words: str) -> str:
    if words[0] in "aeiou":
        opening = opening.replace("a {}", "an {}")
    return opening.format(words)


def _pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]


_FIELDS: tuple[tuple[str, ...], ...] = (PARTS, MATERIALS, ("bare", *COLOURS), DEFECTS, BACKGROUNDS)
ATTRIBUTE_COUNTS: tuple[int, ...] = tuple(len(f) for f in _FIELDS)


def scene_codes(scene: Scene) -> tuple[int, ...]:
    """(part, material, colour, defect, background) as indices; colour 0 is bare."""
    c = scene.composition
    facts = (c.part, c.finish.material, c.finish.colour or "bare", c.defect, scene.background)
    return tuple(names.index(fact) for names, fact in zip(_FIELDS, facts, strict=True))


def caption_codes(caption: Caption) -> tuple[int, ...]:
    """What a caption claims as indices, -1 where it says nothing."""
    claims = (caption.part, caption.material, caption.colour, caption.defect, caption.background)
    return tuple(-1 if c is None else names.index(c) for names, c in zip(_FIELDS, claims, strict=True))


def claims_hold(claims: np.ndarray, facts: np.ndarray) -> np.ndarray:
    """(T, N) bool: caption t's claims (T, 5) are true of scene n's facts (N, 5)."""
    fit = (claims[:, None, :] < 0) | (claims[:, None, :] == facts[None, :, :])
    return np.asarray(fit.all(axis=2))
