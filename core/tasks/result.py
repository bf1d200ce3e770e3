"""What tuning on texts found, as it lies in a run's `result.json`."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.evaluation.compare import Change
from core.files import write_atomic
from core.problems import Language
from core.project.revision import Role
from core.tasks.texts import TextTask
from core.training.result import RESULT_FILE, Choice, Interval, UnsureThreshold, Validated

TEXT_RESULT_SCHEMA = 1
# Test photos of what was learned; of kinds held back; and pictures of the parts world that neither pretraining nor
# tuning saw, with the embedded model's own texts: what it knew before.
Group = Literal["base", "new", "known"]
MEASURES: dict[TextTask, str] = {"caption": "cider", "vqa": "vqa_accuracy"}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasureChange(_Frozen):
    """A measure of the untouched model and of the tuned one on the same photos, with the paired difference."""

    before: Interval
    after: Interval
    difference: Interval
    change: Change


class TextPrediction(_Frozen):
    """What was written about one test photo, or answered to one of its questions, tuned and untouched.

    `written` is what people wrote. `score` is the text's own: CIDEr of a description, VQA accuracy of an answer.
    """

    photo: str
    role: Role
    question: str = ""
    written: tuple[str, ...]
    said: str
    confidence: float
    score: float
    complete: bool = True
    untouched_said: str
    untouched_confidence: float
    untouched_score: float


class TextResult(_Frozen):
    """The outcome of tuning on texts. `metrics` by group and measure (`cider`, `bleu_4`, `rouge_l`, `meteor`, or
    `vqa_accuracy`); a group without photos is left out. `unsure` and `validated` are of answers: a description is
    always read by a person. `words`: how text was cut for measuring; `right`: the share of checking texts written word
    for word, None where there were none; `learned_texts`: so many texts were learned from.
    """

    schema_version: int = TEXT_RESULT_SCHEMA
    task: TextTask
    language: Language
    composition: str
    preset: str
    model: str
    model_sha256: str
    revision: str
    seed: int
    metrics: dict[Group, dict[str, MeasureChange]]
    predictions: tuple[TextPrediction, ...]
    unsure: UnsureThreshold | None = None
    validated: tuple[Validated, ...] = ()
    words: str = ""
    right: float | None = None
    learned_texts: int
    questions: tuple[str, ...] = ()
    steps: int
    epochs: int
    kept_epoch: int
    stopped_because: str
    stages_s: dict[str, float]
    device: str
    trained_parameters: int
    hyper: dict[str, Any] = Field(default_factory=dict)
    decisions: tuple[Choice, ...] = ()

    @property
    def measure(self) -> str:
        """The measure that decides: CIDEr of descriptions (0-10), accuracy of answers (0-1)."""
        return MEASURES[self.task]

    def save(self, run: Path) -> None:
        """Write `result.json` into the run folder, atomically."""
        write_atomic(run / RESULT_FILE, self.model_dump_json(indent=1))
