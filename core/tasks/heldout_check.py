"""What a text model can do on compositions that pretraining never saw, beside the best constant description and the
most common answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.partsworld.descriptions import descriptions
from core.partsworld.heldout import held_out_compositions
from core.partsworld.questions import Question, draw_question
from core.partsworld.render import render
from core.partsworld.scene import Scene, draw_scene
from core.partsworld.vocabulary import DEFECTS
from core.problems import Language
from core.tasks.corpus import LANGUAGES
from core.tasks.metrics.cider import Rarity, cider
from core.tasks.metrics.scores import score_captions
from core.tasks.metrics.words import words_of
from core.tasks.model import TextModel

_SEED = 20260907
_QUESTIONS = 3
# The best constant is sought among so many descriptions, first on so many photos.
_CANDIDATES, _FIRST_PHOTOS, _FINALISTS = 200, 60, 8


def held_out_scenes(count: int, seed: int = _SEED) -> tuple[Scene, ...]:
    """Photos of compositions that pretraining never saw, each defect as often as another."""
    rng = np.random.default_rng(seed)
    groups = [[c for c in held_out_compositions() if c.defect == defect] for defect in DEFECTS]
    chosen = [groups[n % len(groups)] for n in range(count)]
    return tuple(draw_scene(rng, group[int(rng.integers(len(group)))]) for group in chosen)


def check_text_model(model: TextModel, photos: int = 450) -> dict[str, Any]:
    """Figures of both tasks in both languages: `{"caption": {"en": …}, "vqa": {"en": …}, "photos"}`."""
    scenes = held_out_scenes(photos)
    pixels = model.pixels_of(np.stack([render(scene, model.preprocessing.image_size) for scene in scenes]))
    found: dict[str, Any] = {"photos": photos, "caption": {}, "vqa": {}}
    for language in LANGUAGES:
        said = [told.text for told in model.caption_pixels(pixels, language)]
        found["caption"][language] = _caption_figures(scenes, said, language)
        asked = questions_of(scenes, language)
        rows = [row for row, _ in asked]
        answers = [told.text for told in model.answer_pixels(pixels[rows], [q.text for _, q in asked])]
        found["vqa"][language] = _answer_figures([q for _, q in asked], answers)
    return found


def questions_of(scenes: Sequence[Scene], language: Language) -> list[tuple[int, Question]]:
    """Some questions about each scene, with its number."""
    rng = np.random.default_rng([_SEED, LANGUAGES.index(language)])
    return [
        (row, draw_question(rng, scene, language))
        for row, scene in enumerate(scenes)
        for _ in range(_QUESTIONS)
    ]


def best_constant(references: Sequence[Sequence[str]], language: Language) -> str:
    """The one description that scores best for all photos: sought among the references themselves, which is kinder
    to it than a constant that has to be chosen beforehand."""
    texts = sorted({text for of_photo in references for text in of_photo})
    rng = np.random.default_rng(_SEED)
    order = rng.permutation(len(texts))[:_CANDIDATES]
    candidates = [texts[int(n)] for n in order]

    cut = words_of(language)
    theirs = [[cut.split(text) for text in of_photo] for of_photo in references]
    rarity = Rarity(theirs)

    def score(text: str, photos: int) -> float:
        words = cut.split(text)
        return float(np.mean([cider(words, of_photo, rarity) for of_photo in theirs[:photos]]))

    finalists = sorted(candidates, key=lambda text: -score(text, _FIRST_PHOTOS))[:_FINALISTS]
    return max(finalists, key=lambda text: score(text, len(theirs)))


def _caption_figures(scenes: Sequence[Scene], said: Sequence[str], language: Language) -> dict[str, Any]:
    references = [[d.text for d in descriptions(scene, language)] for scene in scenes]
    constant = best_constant(references, language)
    ours = score_captions(list(said), references, language).intervals()
    theirs = score_captions([constant] * len(said), references, language).intervals()
    return {
        "cider": ours["cider"].model_dump(),
        "bleu_4": ours["bleu_4"].model_dump(),
        "constant_cider": theirs["cider"].model_dump(),
        "constant": constant,
        "times_constant": ours["cider"].mean / max(theirs["cider"].mean, 1e-9),
    }


def _answer_figures(asked: Sequence[Question], answers: Sequence[str]) -> dict[str, Any]:
    right = [question.answer == answer for question, answer in zip(asked, answers, strict=True)]
    majority, _ = Counter(question.answer for question in asked).most_common(1)[0]
    by_kind: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for question, good in zip(asked, right, strict=True):
        by_kind[question.kind].append((question.answer, good))
    kinds = {
        kind: {
            "accuracy": float(np.mean([good for _, good in each])),
            "majority": Counter(answer for answer, _ in each).most_common(1)[0][1] / len(each),
            "questions": len(each),
        }
        for kind, each in sorted(by_kind.items())
    }
    per_kind = sum(kind["majority"] * kind["questions"] for kind in kinds.values()) / len(asked)
    return {
        "accuracy": float(np.mean(right)),
        "majority": float(np.mean([question.answer == majority for question in asked])),
        "majority_answer": majority,
        "majority_per_kind": float(per_kind),
        "questions": len(asked),
        "kinds": kinds,
    }
