"""What the vocabulary is learned from, and what the model reads beside photos: sentences in both languages.

Sentences of the parts world, the shop-floor glossary, and everything the program says to people in its help and
messages. So words that operators write are tokens of their own, and have been met at least in text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache

import numpy as np

from core.assets import ASSETS
from core.partsworld.descriptions import descriptions
from core.partsworld.heldout import training_compositions
from core.partsworld.questions import draw_question
from core.partsworld.scene import draw_scene
from core.problems import Language

LANGUAGES: tuple[Language, ...] = ("en", "ja")
_SCENES = 3000
_ENDS = re.compile(r"(?<=[。.!?！？])\s*")
_MARKUP = re.compile(r"[*_`#|>\[\]]|\(.*?\)|\{.*?\}")


def vocabulary_sentences(seed: int) -> Iterator[str]:
    """Sentences to learn the vocabulary from."""
    compositions = training_compositions()
    for n in range(_SCENES):
        rng = np.random.default_rng([seed, 11, n])
        scene = draw_scene(rng, compositions[int(rng.integers(len(compositions)))])
        for language in LANGUAGES:
            yield descriptions(scene, language, 1)[0].text
            question = draw_question(rng, scene, language)
            yield from (question.text, question.answer)
    yield from plain_sentences()


@cache
def plain_sentences() -> tuple[str, ...]:
    """Sentences of the glossary, help and messages, each once, in a fixed order."""
    found: list[str] = []
    for term in tomllib.loads((ASSETS / "glossary.toml").read_text(encoding="utf-8"))["term"]:
        found += [*term["ja"], term["en"]]
    for path in sorted((ASSETS / "help").glob("*/*.md")):
        found += path.read_text(encoding="utf-8").splitlines()
    for path in sorted((ASSETS / "messages").glob("*.toml")):
        for texts in tomllib.loads(path.read_text(encoding="utf-8")).values():
            found += [part for language in LANGUAGES for part in texts[language].values()]
    cut = (piece.strip() for text in found for piece in _ENDS.split(_MARKUP.sub("", text)))
    return tuple(dict.fromkeys(piece for piece in cut if len(piece) > 1))
