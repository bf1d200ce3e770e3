"""What was found of a what-if, as it lies in a run's folder; needs no engine to be read."""

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from core.evaluation.compare import Change
from core.files import write_atomic
from core.training.result import Interval

FOLDER = "what-if"
Question = Literal["fewer", "shift"]
QUESTIONS: tuple[Question, ...] = get_args(Question)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def _file(cls, run: Path) -> Path:
        return run / FOLDER / f"{cls.__name__.lower()}.json"

    def save(self, run: Path) -> Path:
        """Write it into a run's folder and give its path."""
        path = self._file(run)
        write_atomic(path, self.model_dump_json(indent=1))
        return path

    @classmethod
    def read(cls, run: Path) -> Self | None:
        """The one in a run's folder, None where there is none that this program reads."""
        try:
            return cls.model_validate_json(cls._file(run).read_bytes())
        except (OSError, ValidationError):
            return None


class Point(_Frozen):
    """The same training on at most `shots` photos of each class, 0: before training. `base`: test photos of learned
    classes judged right among them; `new`: the same of the classes held back."""

    shots: int
    base: Interval | None
    new: Interval | None


class Fewer(_Frozen):
    """With fewer photos, down to one of each class; the last point is the run itself, on all that it had."""

    points: tuple[Point, ...]


class Weather(_Frozen):
    """One kind of change at a strength from 1 to 5: test photos of learned classes judged right, and whether that may
    be called a change against the photos as they are, on the same photos."""

    kind: str
    strength: int
    right: Interval
    change: Change


class Shift(_Frozen):
    """Photos as they are, and under other conditions; `photos` were judged."""

    photos: int
    plain: Interval
    conditions: tuple[Weather, ...]
