"""Descriptions and answers scored photo by photo, with intervals, and before against after.

before = score_captions(untouched, references, "ja")
after = score_captions(tuned, references, "ja")
compare(before, after, groups)["new"]["cider"].difference     # does tuning hurt what it knew?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.problems import Language, Problem
from core.tasks.metrics.bleu import bleu_counts, bleu_of
from core.tasks.metrics.cider import Rarity, cider
from core.tasks.metrics.meteor import find_meteor
from core.tasks.metrics.rouge import rouge_l
from core.tasks.metrics.sums import ScoreChange, Sums, compare_sums, interval_of, mean_of
from core.tasks.metrics.vqa import vqa_accuracy
from core.tasks.metrics.words import Words, words_of
from core.training.result import Interval

ALL = "all"


@dataclass(frozen=True, eq=False)
class Scores:
    """Measures of one set of photos by name: `cider` (0-10), `bleu_4`, `rouge_l`, `meteor`, or `vqa_accuracy` (0-1).

    `photos` names the rows of every measure. `words`: how text was cut; `lacks`: what is missing for doing it better.
    """

    photos: tuple[str, ...]
    measures: Mapping[str, Sums]
    words: str = ""
    lacks: tuple[Problem, ...] = ()

    def intervals(self) -> dict[str, Interval]:
        """Every measure with its 95 % interval."""
        return {name: interval_of(sums) for name, sums in self.measures.items()}

    def of(self, chosen: Sequence[bool]) -> "Scores":
        """The same of some photos; rarity of words stays that of all photos."""
        flags = np.asarray(chosen, dtype=bool)
        photos = tuple(photo for photo, keep in zip(self.photos, chosen, strict=True) if keep)
        return Scores(
            photos, {name: sums.of(flags) for name, sums in self.measures.items()}, self.words, self.lacks
        )


def score_captions(
    said: Sequence[str],
    references: Sequence[Sequence[str]],
    language: Language = "en",
    photos: Sequence[str] = (),
    words: Words | None = None,
) -> Scores:
    """Score a description per photo by those that people wrote (one or more per photo).

    Raises:
        ValueError: a photo has no reference, or the lists are not as long as each other.
    """
    if len(said) != len(references) or not all(references):
        raise ValueError("every photo needs one description and at least one reference")
    cut = words or words_of(language)
    ours = [cut.split(text) for text in said]
    theirs = [[cut.split(text) for text in of_photo] for of_photo in references]
    pairs = list(zip(ours, theirs, strict=True))
    rarity, meteor = Rarity(theirs), find_meteor()
    measures = {
        "cider": mean_of([cider(one, others, rarity) for one, others in pairs], of_share=False),
        "bleu_4": Sums(
            np.asarray([bleu_counts(one, others) for one, others in pairs], dtype=np.float64), bleu_of
        ),
        "rouge_l": mean_of([rouge_l(one, others) for one, others in pairs]),
    }
    if meteor is not None:
        measures["meteor"] = mean_of([meteor(one, others) for one, others in pairs])
    lacks = (cut.lacks, None if meteor else Problem("tasks.no_meteor"))
    names = tuple(photos) or tuple(str(place) for place in range(len(said)))
    return Scores(names, measures, cut.name, tuple(problem for problem in lacks if problem))


def score_answers(
    answers: Sequence[str],
    given: Sequence[Sequence[str]],
    language: Language = "en",
    photos: Sequence[str] | None = None,
) -> Scores:
    """Score an answer per question by those that people gave; `photos` names each question's photo.

    Raises:
        ValueError: nobody answered a question, or the lists are not as long as each other.
    """
    scores = [vqa_accuracy(answer, people, language) for answer, people in zip(answers, given, strict=True)]
    names = [str(place) for place in range(len(scores))] if photos is None else list(photos)
    return Scores(tuple(dict.fromkeys(names)), {"vqa_accuracy": mean_of(scores, names)})


def compare(
    before: Scores, after: Scores, groups: Mapping[str, str] | None = None
) -> dict[str, dict[str, ScoreChange]]:
    """Before against after on the same photos: group → measure → change; "all" is every photo together.

    `groups` gives photos a group: compositions seen in training, new ones.

    Raises:
        ValueError: they are not of the same photos.
    """
    if before.photos != after.photos:
        raise ValueError("before and after are not of the same photos")
    found = {ALL: _changes(before, after)}
    for group in dict.fromkeys((groups or {}).values()):
        chosen = [(groups or {}).get(photo) == group for photo in before.photos]
        if any(chosen):
            found[group] = _changes(before.of(chosen), after.of(chosen))
    return found


def _changes(before: Scores, after: Scores) -> dict[str, ScoreChange]:
    return {
        name: compare_sums(sums, after.measures[name])
        for name, sums in before.measures.items()
        if name in after.measures
    }
