"""What a pretraining step of the text model learns from: pictures, sentences about them, and plain text.

Everything is a function of (seed, step). Of each picture of a step: a description in one language, questions in both in
turn. A few sentences that no picture helps with keep the words of the trade alive (`corpus`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.backbones.bank import draw_training_scene
from core.partsworld.descriptions import draw_description
from core.partsworld.questions import draw_question
from core.partsworld.scene import Scene
from core.problems import Language
from core.tasks.corpus import LANGUAGES, plain_sentences
from core.tasks.lessons import Lesson, Wording, lesson_of
from core.tasks.tokenizer import END, TEXT, TextTokenizer

_SPELLED = 0.08
_LONGEST = 64


@dataclass(frozen=True)
class Step:
    """One step's pictures `(P, S, S, 3)` and its texts by task."""

    pictures: NDArray[np.uint8]
    lessons: dict[str, Lesson]


class StepSource:
    """Draws steps from a bank of pictures."""

    def __init__(self, seed: int, pictures: NDArray[np.uint8], tokenizer: TextTokenizer) -> None:
        self.seed, self.pictures, self.tokenizer = seed, pictures, tokenizer

    def draw(self, step: int, pictures: int, questions: int, plain: int) -> Step:
        """A step of that many pictures, a description and some questions of each, and sentences of plain text."""
        rng = np.random.default_rng([self.seed, 12, step])
        numbers = self._numbers(step, pictures)
        tell: list[Wording] = []
        ask: list[Wording] = []
        for row, number in enumerate(numbers):
            scene = draw_training_scene(self.seed, number)
            turn = int(rng.integers(len(LANGUAGES)))
            tell.append(self._told(rng, scene, LANGUAGES[turn], row))
            for n in range(questions):
                ask.append(self._asked(rng, scene, LANGUAGES[(turn + n) % len(LANGUAGES)], row))
        texts = plain_sentences()
        chosen = [texts[int(rng.integers(len(texts)))] for _ in range(plain)]
        read = [([TEXT], [*self.tokenizer.encode(text)[: _LONGEST - 2], END], 0) for text in chosen]
        return Step(
            np.ascontiguousarray(self.pictures[numbers]),
            {"tell": lesson_of(tell), "answer": lesson_of(ask), "read": lesson_of(read)},
        )

    def _numbers(self, step: int, count: int) -> list[int]:
        """The bank in a new order each time it is gone through; steps go on from one order into the next."""
        total = len(self.pictures)
        places = range(step * count, (step + 1) * count)
        orders = {
            turn: np.random.default_rng([self.seed, 13, turn]).permutation(total)
            for turn in {place // total for place in places}
        }
        return sorted(int(orders[place // total][place % total]) for place in places)

    def _told(self, rng: np.random.Generator, scene: Scene, language: Language, row: int) -> Wording:
        tokens = self.tokenizer.encode(draw_description(rng, scene, language).text)
        if rng.random() < _SPELLED:
            tokens = self._spelled(rng, tokens)
        return self.tokenizer.telling(language), [*tokens[: _LONGEST - 2], END], row

    def _asked(self, rng: np.random.Generator, scene: Scene, language: Language, row: int) -> Wording:
        question = draw_question(rng, scene, language)
        text = question.text
        # As people type: without the mark, without capitals.
        if rng.random() < 0.12:
            text = text.removesuffix("?")
        if rng.random() < 0.12:
            text = text.lower()
        return self.tokenizer.question(text), [*self.tokenizer.encode(question.answer), END], row

    def _spelled(self, rng: np.random.Generator, tokens: list[int]) -> list[int]:
        """One token written by its bytes, so that writing by bytes is learned as well."""
        place = int(rng.integers(len(tokens)))
        word = self.tokenizer.decode([tokens[place]])
        if "\ufffd" in word:
            return tokens
        return [*tokens[:place], *self.tokenizer.spell(word), *tokens[place + 1 :]]
