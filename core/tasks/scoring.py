"""Test photos of a run that tuned a model that writes, sorted and counted as its page shows them. Without torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.tasks.result import TextPrediction, TextResult
from core.training.result import Validated

# An answer that half of the people gave passes.
RIGHT = 0.5
Which = Literal["all", "wrong", "unsure", "worse", "new"]


@dataclass(frozen=True)
class QuestionTally:
    """One question: how often it was asked, and how often it was answered right before and after."""

    question: str
    asked: int
    before: int
    after: int


def judged(predictions: Sequence[TextPrediction]) -> list[Validated]:
    """Answers with their confidence, right or wrong."""
    return [Validated(probability=p.confidence, right=p.score >= RIGHT) for p in predictions]


def question_tallies(predictions: Sequence[TextPrediction]) -> list[QuestionTally]:
    """Every question, the one with the smallest share of right answers first."""
    by_question: dict[str, list[TextPrediction]] = {}
    for each in predictions:
        by_question.setdefault(each.question, []).append(each)
    tallies = [
        QuestionTally(
            question,
            len(found),
            sum(each.untouched_score >= RIGHT for each in found),
            sum(each.score >= RIGHT for each in found),
        )
        for question, found in by_question.items()
    ]
    return sorted(tallies, key=lambda tally: (tally.after / tally.asked, -tally.asked))


def worst_first(predictions: Sequence[TextPrediction]) -> list[TextPrediction]:
    """By score; of equal scores the one the model was surest of, as a wrong answer with confidence is the gravest."""
    return sorted(predictions, key=lambda p: (p.score, -p.confidence, p.photo))


def chosen(result: TextResult, which: Which, question: str | None, threshold: float) -> list[TextPrediction]:
    """Some of the test photos, the worst first; `question` None: whatever was asked."""
    wanted: dict[Which, Callable[[TextPrediction], bool]] = {
        "all": lambda p: True,
        "wrong": lambda p: p.score < RIGHT,
        "unsure": lambda p: p.confidence < threshold,
        "worse": lambda p: p.score < p.untouched_score,
        "new": lambda p: p.role == "new",
    }
    found = [p for p in result.predictions if wanted[which](p) and question in (None, p.question)]
    return worst_first(found)
