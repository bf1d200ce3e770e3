"""A monitor beside a line: fed with every result that is kept, it tells each look and writes the daily page.

Whatever goes wrong with it is told once; the line goes on.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.onsite.happenings import Looked, Recovered, Tell, Trouble
from core.onsite.monitor.day import Line, day_of, write_day
from core.onsite.monitor.look import Seen
from core.onsite.monitor.monitor import Monitor, Status
from core.onsite.result import Result
from core.problems import Problem


@dataclass(frozen=True)
class DailyPages:
    """Where the daily page goes, and whose day it is."""

    folder: Path
    line: Line


class Overseer:
    """Feeds a monitor; `today` is a test's to set."""

    def __init__(
        self,
        monitor: Monitor,
        tell: Tell,
        pages: DailyPages | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.monitor = monitor
        self._tell, self._pages, self._today = tell, pages, today
        self._day = today()
        self._troubled = False
        self._taking = threading.Lock()

    def take(self, results: Sequence[Result]) -> None:
        """Results that were kept; from any thread."""
        with self._taking:
            self._take(results)

    def _take(self, results: Sequence[Result]) -> None:
        try:
            self._turn_page()
            windows = self.monitor.add([seen_of(result) for result in results])
            if windows:
                level = self.monitor.status().level
                for window in windows:
                    self._tell(Looked(level, window.model_dump(mode="json")))
                self._write(self._day)
        except Problem as problem:
            if not self._troubled:
                self._tell(Trouble(str(self.monitor.book.path), problem))
            self._troubled = True
            return
        if self._troubled:
            self._tell(Recovered(str(self.monitor.book.path)))
        self._troubled = False

    def status(self) -> Status | None:
        """How the line is; None while that cannot be told."""
        try:
            return self.monitor.status()
        except Problem:
            return None

    def end(self) -> None:
        """Write the page of today once more, and let go."""
        try:
            self._turn_page()
            self._write(self._day)
        except Problem as problem:
            self._tell(Trouble(str(self.monitor.book.path), problem))
        self.monitor.close()

    def _turn_page(self) -> None:
        """After midnight the day before has its page written to the end."""
        today = self._today()
        if today != self._day:
            self._write(self._day)
            self._day = today

    def _write(self, day: date) -> None:
        if self._pages is not None:
            found = day_of(self.monitor.book, self.monitor.status(), day)
            write_day(found, self._pages.line, self._pages.folder)


def seen_of(result: Result) -> Seen:
    """What a monitor remembers of a result."""
    return Seen(
        time=result.time.timestamp(),
        photo=result.photo,
        class_name=result.class_name,
        probability=result.probability or 0.0,
        unsure=result.unsure,
        seconds=result.seconds,
        features=result.features,
    )
