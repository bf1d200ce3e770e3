"""Searches in small: data with enough classes to hold some back, and a bench on which every score is known."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.methods.configs.automatic import AutomaticConfig
from core.methods.presets import Preset, resolve_preset
from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry
from core.search.clock import Clock
from core.search.folds import Fold
from core.search.measure import LOOKS, Look
from core.search.search import Search
from core.search.space import Candidate
from core.search.study import Study
from core.search.tally import Tally
from core.training.commands import Commands
from core.training.events import Event
from core.training.job import TrainJob
from core.training.sampling import few_shot

# Said to stand on a features file: nothing is there whose time could be measured.
JOB = TrainJob(run="", preset="automatic", composition="automatic", features="none", shots=None)
PHOTOS: dict[Part, int] = {"train": 8, "val": 4, "test": 3}


def revision(learned: int = 6, held_back: int = 4, photos: dict[Part, int] = PHOTOS) -> DataRevision:
    """Photos that exist by name only."""
    roles = ["base"] * learned + ["new"] * held_back
    classes = tuple(
        ClassEntry(name=f"class {n}", description=f"part {n}", role=role)  # type: ignore[arg-type]
        for n, role in enumerate(roles)
    )
    entries = tuple(
        PhotoEntry(path=f"{label}/{part}{n}.png", label=label, part=part)
        for label in range(len(classes))
        for part, count in photos.items()
        for n in range(count)
    )
    return DataRevision(root="/nowhere", classes=classes, photos=entries)


@dataclass
class FakeBench:
    """Every try takes `seconds` and is right on the share of photos that `skill` says of its candidate.

    When so many were gone through, the job is told to `stop_at` or cut off (`cut_off_at`).
    """

    clock: Clock
    skill: Callable[[Candidate], float]
    seconds: float = 2.0
    before: Callable[[Candidate, Fold], None] = lambda _candidate, _fold: None
    stop_at: int = -1
    cut_off_at: int = -1
    commands: Commands = field(default_factory=Commands)
    folder: Path = Path()
    backbone: Any = None
    job: TrainJob = field(default_factory=lambda: JOB)
    events: list[Event] = field(default_factory=list)
    tried: list[tuple[Candidate, str]] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def measure(self, candidate: Candidate, fold: Fold, look: Look) -> Tally:
        self.before(candidate, fold)
        if len(self.tried) == self.stop_at:
            self.commands.give("stop")
        if len(self.tried) == self.cut_off_at:
            self.commands.interrupt("terminated")
        self.commands.heed(self.emit)
        self.tried.append((candidate, fold.key))
        tally = Tally()
        for number in range(1, LOOKS + 1):
            self.clock._before += self.seconds / LOOKS
            tally = self._tally(candidate, fold)
            if number < LOOKS:
                look(number / LOOKS, tally)
        return tally

    def _tally(self, candidate: Candidate, fold: Fold) -> Tally:
        new = set(fold.revision.new)
        counts = [
            sum((photo.label in new) is side for photo in fold.revision.of("test")) for side in (False, True)
        ]
        base, others = (_signs(self.skill(candidate), count) for count in counts)
        if not others:
            return Tally(base=base, seconds=self.seconds)
        return Tally("", others if fold.apart else "", base, others, self.seconds)


class StillClock(Clock):
    """Only the bench makes it go on."""

    def __init__(self, budget_s: float, spent_s: float = 0.0) -> None:
        super().__init__(budget_s, spent_s)
        self._since = None


def presets(*names: str) -> dict[str, Preset]:
    return {name: resolve_preset(name) for name in names}


def search_of(
    study: Study,
    skill: Callable[[Candidate], float],
    *names: str,
    budget_s: float = 50.0,
    wish: str = "union",
    learned: int = 6,
    **bench: Any,
) -> tuple[Search, FakeBench]:
    """A search on known scores, in the time of the bench."""
    clock = StillClock(budget_s, study.spent_s)
    faked = FakeBench(clock, skill, **bench)
    data = revision(learned)
    config = AutomaticConfig(budget_minutes=budget_s / 60, wish=wish)
    asked = presets(*names)
    search = Search(faked, study, clock, config, asked, data, few_shot(data, None, 1))  # type: ignore[arg-type]
    return search, faked


def _signs(share: float, count: int) -> str:
    right = round(share * count)
    return "1" * right + "0" * (count - right)
