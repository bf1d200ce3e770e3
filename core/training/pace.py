"""How far a stage is, told as it goes."""

import time

from core.training.commands import Emit
from core.training.events import Progress

_EVERY_S = 0.2
_ESTIMATED_AFTER_S = 1.0


class Pace:
    """Call it with how many of `total` are done: it tells a few times a second, and at the end."""

    def __init__(self, total: int, emit: Emit) -> None:
        self._total = total
        self._emit = emit
        self._began = time.monotonic()
        self._due = 0.0

    def __call__(self, done: int) -> None:
        """So many are done."""
        now = time.monotonic()
        if now < self._due and done < self._total:
            return
        self._due = now + _EVERY_S
        taken = now - self._began
        left = taken / done * (self._total - done) if taken > _ESTIMATED_AFTER_S else None
        self._emit(Progress(done=done, total=self._total, seconds_left=left))
