"""The figures of one run, laid beside what was wished for. Nothing is claimed that an interval does not carry."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.evaluation.compare import Change, Comparison, compare
from core.project.store import Project
from core.training.result import RESULT_FILE, Interval
from core.training.run import Run, runs_in

Figure = Literal["base", "new", "h", "union_base", "union_new", "union_h"]
Reach = Literal["reached", "missed", "unclear", "unmeasured"]

_WISH = "stage_wish"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(_Frozen):
    """A figure of the result, as a fraction, and the least it is to be."""

    figure: Figure = "base"
    least: float = Field(default=0.9, gt=0, le=1)

    @classmethod
    def of(cls, project: Project) -> Self:
        """What the project remembers."""
        try:
            return cls.model_validate(project.setting(_WISH) or {})
        except ValidationError:
            return cls()

    def keep(self, project: Project) -> None:
        """Remember it in the project."""
        project.remember(_WISH, self.model_dump())


class Gain(_Frozen):
    """Test photos judged right by the untouched model and after training, all classes offered; the difference of the
    shares with its 95 % interval, and what may be claimed of it."""

    photos: int
    before: int
    after: int
    low: float
    high: float
    change: Change

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """From the paired comparison."""
        return cls(
            photos=found.photos,
            before=found.before,
            after=found.after,
            low=found.low,
            high=found.high,
            change=found.change,
        )


class Evidence(_Frozen):
    """What a run showed. `learned` and `held_back` compare with the untouched model; `probe` says that held-back
    photos are the built-in ones; `tried` is how many results there are, this one among them."""

    run: str
    preset: str
    composition: str
    wish: Wish
    tuned: dict[str, Interval]
    zero_shot: dict[str, Interval]
    learned: Gain
    held_back: Gain
    probe: bool
    tried: int

    @property
    def figure(self) -> Interval | None:
        """The wished figure as it was measured."""
        return self.tuned.get(self.wish.figure)

    @property
    def reach(self) -> Reach:
        """Whether the wish is met: said only when the whole interval lies on one side of it."""
        found = self.figure
        if found is None:
            return "unmeasured"
        if found.low >= self.wish.least:
            return "reached"
        return "missed" if found.high < self.wish.least else "unclear"


def evidence_of(run: Run, wish: Wish, tried: int = 1) -> Evidence | None:
    """The figures of a run; None while it has no result. Raises Problem when its data cannot be read."""
    result = run.result()
    if result is None:
        return None
    new = set(run.revision.new)
    learned = [prediction for prediction in result.predictions if prediction.label not in new]
    held_back = [prediction for prediction in result.predictions if prediction.label in new]
    return Evidence(
        run=run.folder.name,
        preset=result.preset,
        composition=result.composition,
        wish=wish,
        tuned=result.intervals.get("tuned", {}),
        zero_shot=result.intervals.get("zero_shot", {}),
        learned=Gain.of(compare(learned)),
        held_back=Gain.of(compare(held_back)),
        probe=any(run.revision.classes[index].source == "probe" for index in new),
        tried=tried,
    )


def latest_evidence(project: Project, wish: Wish, run: Path | None = None) -> Evidence | None:
    """The figures of a run of the project, by default of the newest that has a result."""
    finished = [found for found in runs_in(project.runs_folder) if (found.folder / RESULT_FILE).is_file()]
    if run is not None:
        return evidence_of(Run(run), wish, max(1, len(finished)))
    return evidence_of(finished[0], wish, len(finished)) if finished else None
