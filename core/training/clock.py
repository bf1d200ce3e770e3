"""The time that training takes, without pauses, and when it is time to save."""

import time
from collections.abc import Callable

from core.training.commands import Commands, Emit

CHECKPOINT_EVERY_S = 20.0
# Saving takes at most about this part of the time, however large what is learned.
_SAVING_SHARE = 1 / 10


class TrainingClock:
    """Runs from its making on; `before` are the seconds that earlier processes spent."""

    def __init__(self) -> None:
        self.before = 0.0
        self._began = time.perf_counter()

    @property
    def spent(self) -> float:
        """Seconds of training in this process."""
        return time.perf_counter() - self._began

    @property
    def seconds(self) -> float:
        """Seconds of training in all."""
        return self.before + self.spent

    def start(self) -> None:
        """Training begins now, not when it was prepared."""
        self._began = time.perf_counter()

    def heed(self, commands: Commands, emit: Emit) -> None:
        """Heed commands. A pause is no time of training: what is left would seem to grow with it."""
        began = time.perf_counter()
        try:
            commands.heed(emit)
        finally:
            self._began += time.perf_counter() - began


class SavingPace:
    """Says when to save again: after a while, and the later the longer saving takes."""

    def __init__(self) -> None:
        self._saved = time.monotonic()
        self._took_s = 0.0

    def due(self, every_s: float) -> bool:
        """Whether so many seconds are over since the last time, and saving would not take too large a part."""
        return time.monotonic() - self._saved >= max(every_s, self._took_s / _SAVING_SHARE)

    def save(self, write: Callable[[], object]) -> None:
        """Save now."""
        began = time.monotonic()
        write()
        self._saved = time.monotonic()
        self._took_s = self._saved - began
