"""What a pretraining step of the text model learns from: pictures, sentences about them, and plain text.

Everything is a function of (seed, step). Every picture is turned or mirrored at random, and tells its facts; of some of
them there is a description in one language and questions in both in turn. A few sentences that no picture helps with
keep the words of the trade alive (`corpus`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.backbones.bank import draw_training_scene
from core.partsworld.descriptions import draw_description
from core.partsworld.questions import Kind, draw_question, kinds_of
from core.partsworld.scene import Scene
from core.problems import Language
from core.tasks.corpus import LANGUAGES, plain_sentences
from core.tasks.facts import facts_of
from core.tasks.lessons import Lesson, Wording, lesson_of
from core.tasks.tokenizer import END, TEXT, TextTokenizer

_SPELLED = 0.08
_LONGEST = 64
# How often each kind is asked: what is hard to see more often than in a person's questions (`partsworld.questions`).
_KINDS: dict[Kind, float] = {
    "yes/no": 0.3, "part": 0.18, "defect": 0.2, "colour": 0.05, "material": 0.07, "background": 0.04,
    "position": 0.08, "count": 0.08,
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step's pictures `(P, S, S, 3)`, their facts `(P, 6)`, and texts about the first `told` of them by task."""

    pictures: NDArray[np.uint8]
    facts: Tensor
    lessons: dict[str, Lesson]
    told: int


class StepSource:
    """Draws steps from a bank of pictures."""

    def __init__(self, seed: int, pictures: NDArray[np.uint8], tokenizer: TextTokenizer) -> None:
        self.seed, self.pictures, self.tokenizer = seed, pictures, tokenizer

    def draw(self, step: int, pictures: int, told: int, questions: int, plain: int) -> Step:
        """A step of that many pictures; a description and some questions of each of the first `told`, and sentences
        of plain text."""
        rng = np.random.default_rng([self.seed, 12, step])
        turned = [self._turned(rng, number) for number in self._numbers(step, pictures)]
        scenes = [scene for _, scene in turned]
        tell: list[Wording] = []
        ask: list[Wording] = []
        for row, scene in enumerate(scenes[:told]):
            turn = int(rng.integers(len(LANGUAGES)))
            tell.append(self._told(rng, scene, LANGUAGES[turn], row))
            for n in range(questions):
                ask.append(self._asked(rng, scene, LANGUAGES[(turn + n) % len(LANGUAGES)], row))
        texts = plain_sentences()
        chosen = [texts[int(rng.integers(len(texts)))] for _ in range(plain)]
        read = [([TEXT], [*self.tokenizer.encode(text)[: _LONGEST - 2], END], 0) for text in chosen]
        lessons = {"tell": lesson_of(tell), "answer": lesson_of(ask), "read": lesson_of(read)}
        return Step(np.stack([picture for picture, _ in turned]), facts_of(scenes), lessons, told)

    def seen(self, step: int, pictures: int) -> tuple[NDArray[np.uint8], Tensor]:
        """A step without texts: that many pictures `(P, S, S, 3)` and their facts `(P, 6)`."""
        rng = np.random.default_rng([self.seed, 14, step])
        turned = [self._turned(rng, number) for number in self._numbers(step, pictures)]
        return np.stack([picture for picture, _ in turned]), facts_of([scene for _, scene in turned])

    def _turned(self, rng: np.random.Generator, number: int) -> tuple[NDArray[np.uint8], Scene]:
        """A picture of the bank as it would look from another side, or in a mirror, and what it shows then."""
        scene, picture = draw_training_scene(self.seed, number), self.pictures[number]
        x, y = scene.pose.x, scene.pose.y
        quarters = int(rng.integers(4))
        for _ in range(quarters):
            x, y = y, -x
        picture = np.rot90(picture, quarters)
        if rng.random() < 0.5:
            x, picture = -x, picture[:, ::-1]
        return picture, replace(scene, pose=replace(scene.pose, x=x, y=y))

    def _numbers(self, step: int, count: int) -> list[int]:
        """The bank in a new order each time it is gone through; steps go on from one order into the next."""
        total = len(self.pictures)
        places = range(step * count, (step + 1) * count)
        orders = {
            turn: np.random.default_rng([self.seed, 13, turn]).permutation(total)
            for turn in {place // total for place in places}
        }
        return [int(orders[place // total][place % total]) for place in places]

    def _told(self, rng: np.random.Generator, scene: Scene, language: Language, row: int) -> Wording:
        tokens = self.tokenizer.encode(draw_description(rng, scene, language).text)
        if rng.random() < _SPELLED:
            tokens = self._spelled(rng, tokens)
        return self.tokenizer.telling(language), [*tokens[: _LONGEST - 2], END], row

    def _asked(self, rng: np.random.Generator, scene: Scene, language: Language, row: int) -> Wording:
        possible = kinds_of(scene)
        weights = np.array([_KINDS[kind] for kind in possible])
        kind = possible[int(rng.choice(len(possible), p=weights / weights.sum()))]
        question = draw_question(rng, scene, language, kind)
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
