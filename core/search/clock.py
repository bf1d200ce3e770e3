"""The time that a search has: what was spent, through kills too, and not counting pauses."""

import time

from core.training.events import Event, StateChanged


class Clock:
    """Runs from when it is made, beginning at what was spent before. Show it the events: it stands still in pauses."""

    def __init__(self, budget_s: float, spent_s: float = 0.0) -> None:
        self.budget_s = budget_s
        self._before = spent_s
        self._since: float | None = time.monotonic()

    @property
    def spent_s(self) -> float:
        """Seconds so far."""
        return self._before + (0.0 if self._since is None else time.monotonic() - self._since)

    @property
    def left_s(self) -> float:
        """Seconds that remain, never below 0."""
        return max(0.0, self.budget_s - self.spent_s)

    def heed(self, event: Event) -> None:
        """Stop for a pause, go on behind it."""
        match event:
            case StateChanged(state="paused"):
                self._before, self._since = self.spent_s, None
            case StateChanged(state="running") if self._since is None:
                self._since = time.monotonic()
