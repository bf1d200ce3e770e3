"""What the on-site commands print while they work: one JSON line each, named by `event`."""

import json
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TextIO

from core.onsite.result import Outcome
from core.problems import Problem, problem_text
from core.settings import system_language
from core.tasks.texts import Task


@dataclass(frozen=True)
class Ready:
    """From now on photos are judged. `neither`: classes of which nobody said whether they are OK or NG. A package that
    writes has no classes; `questions` are those it is asked."""

    event: ClassVar[str] = "ready"
    package: str
    sha256: str
    source: str
    classes: tuple[str, ...]
    ok: tuple[str, ...]
    ng: tuple[str, ...]
    neither: tuple[str, ...]
    outputs: tuple[str, ...]
    waiting: dict[str, int] = field(default_factory=dict)
    task: Task = "classification"
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """One photo has its answer, and the answer is kept."""

    event: ClassVar[str] = "judged"
    result: Outcome


@dataclass(frozen=True)
class Trouble:
    """Something does not work; it is tried again unless `what` says otherwise. `place`: output, folder or photo."""

    event: ClassVar[str] = "trouble"
    place: str
    problem: Problem


@dataclass(frozen=True)
class Recovered:
    """What did not work works again."""

    event: ClassVar[str] = "recovered"
    place: str


@dataclass(frozen=True)
class Looked:
    """The monitor took a look at the last photos: `level` is starting, well, watch or retrain."""

    event: ClassVar[str] = "monitor"
    level: str
    window: dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """Stopped as asked; what still waits is delivered at the next start."""

    event: ClassVar[str] = "ended"
    judged: int
    waiting: dict[str, int] = field(default_factory=dict)


Happening = Ready | Judged | Trouble | Recovered | Looked | Ended
Tell = Callable[[Happening], None]


def as_facts(happening: Happening) -> dict[str, Any]:
    """What a line says."""
    match happening:
        case Judged(result=result):
            facts = result.as_facts()
        case Trouble(place=place, problem=problem):
            text = str(problem_text(problem.code, problem.data, system_language()))
            facts = {"place": place, "code": problem.code, "message": text}
        case _:
            facts = asdict(happening)
    return {"event": happening.event, "time": datetime.now(UTC).isoformat(), **facts}


class LinePrinter:
    """Prints happenings of all threads, one whole line after the other."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()

    def __call__(self, happening: Happening) -> None:
        """Print one; a reader that is gone is no reason to stop judging."""
        line = json.dumps(as_facts(happening), ensure_ascii=False)
        with self._lock, suppress(BrokenPipeError):
            print(line, file=self._stream, flush=True)
