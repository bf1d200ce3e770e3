"""What was found of a what-if, as it lies in a run's folder; needs no engine to be read."""

from pathlib import Path
from typing import Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from core.evaluation.compare import Change
from core.files import write_atomic
from core.training.job import WhatIfQuestion
from core.training.result import Interval

FOLDER = "what-if"
QUESTIONS: tuple[WhatIfQuestion, ...] = get_args(WhatIfQuestion)


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
    """The same training under other data, by how much (`amount`). `base`: test photos of learned classes judged right
    among them; `new`: the same of the classes held back."""

    amount: float
    base: Interval | None
    new: Interval | None


class Fewer(_Frozen):
    """By photos of each class: 0 is the model before training, the last is the run itself, on all that it had."""

    points: tuple[Point, ...]


class Wrong(_Frozen):
    """By the share of training photos with a wrong label: 0 is the run itself."""

    points: tuple[Point, ...]


class Tail(_Frozen):
    """By how many times as many photos the commonest class has as the rarest: 1 is the run itself."""

    points: tuple[Point, ...]


class Balance(_Frozen):
    """All classes offered together: accuracies on photos of learned classes and of those held back, on one scale, and
    along the way from favouring the former to favouring the latter (`curve`), with the `area` under it."""

    curve: tuple[tuple[float, float], ...]
    area: float
    base: Interval
    new: Interval


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


class Elsewhere(_Frozen):
    """Photos of another place: `right` of those of learned classes, beside the run's own test photos (`at_home`).
    Sub-folders of other names are `unknown`."""

    folder: str
    photos: int
    classes: int
    unknown: tuple[str, ...]
    right: Interval
    at_home: Interval | None


Answer = Fewer | Shift | Balance | Wrong | Tail | Elsewhere
_KINDS: dict[WhatIfQuestion, type[Answer]] = {
    "fewer": Fewer,
    "shift": Shift,
    "balance": Balance,
    "wrong": Wrong,
    "tail": Tail,
    "elsewhere": Elsewhere,
}


def read_answers(run: Path) -> dict[WhatIfQuestion, Answer]:
    """All that a run was asked before."""
    found = ((question, kind.read(run)) for question, kind in _KINDS.items())
    return {question: answer for question, answer in found if answer is not None}
