"""Progress of the engine on standard error, for a person at a terminal."""

import sys
from typing import TextIO

from core.problems import problem_text
from core.settings import system_language
from core.training.events import Decided, Epoch, Event, Progress, Ranked, Stage, TextEpoch, Tried, Warned, Way


class TerminalProgress:
    """Call it with each event; it prints what a person wants to follow."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._stage = ""

    def __call__(self, event: Event) -> None:
        """Print one event, or pass over it."""
        match event:
            case Stage():
                self._stage = event.stage
                self._print(f"[{event.index}/{event.of}] {event.stage}")
            case Progress() if event.seconds_left is not None and self._stage != "search":
                self._print(f"    {event.done}/{event.total}, about {event.seconds_left:.0f} s left")
            case Epoch():
                self._print(
                    f"    round {event.epoch}/{event.epochs}  loss {event.loss:.3f}  "
                    f"base {_percent(event.base)} (untouched {_percent(event.zero_shot_base)})  "
                    f"new {_percent(event.new)} (untouched {_percent(event.zero_shot_new)})"
                )
            case TextEpoch():
                self._print(
                    f"    round {event.epoch}/{event.epochs} ({event.stage})  loss {event.loss:.3f}  "
                    f"written word for word {_percent(event.right)}"
                )
            case Tried(state="started"):
                self._print(f"    try {event.number + 1}: {_way(event.way)}")
            case Ranked() if event.ways:
                best = event.ways[0]
                self._print(
                    f"    best of {event.tried}: {_way(best.way)}  {_percent(best.score)} "
                    f"({_percent(best.low)} to {_percent(best.high)}, untouched {_percent(event.untouched)})"
                )
            case Warned() | Decided():
                self._print(f"    {problem_text(event.code, event.data, system_language())}")
            case _:
                pass

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def _way(way: Way) -> str:
    """A way in one line."""
    return " ".join((way.preset, *(f"{key}={value}" for key, value in way.changed.items())))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
