"""Which files of a watched folder are whole: those that have not changed for a while, by this PC's own clock.

The clock of a network share may differ from ours, so a file's time is only ever compared with itself.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.photos.walk import FoundFile


@dataclass
class _Held:
    file: FoundFile
    since: float
    due: float
    looks: int = 0


class Settling:
    """A file is whole when it was the same for `settle_s`; one that then cannot be read has `patience_s` to become so."""

    def __init__(
        self, settle_s: float, patience_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settle_s, self._patience_s, self._clock = settle_s, patience_s, clock
        self._held: dict[str, _Held] = {}

    def look(self, files: Iterable[FoundFile]) -> list[FoundFile]:
        """Take what is in the folder now; gives what is whole and due, the oldest first."""
        now, held = self._clock(), dict[str, _Held]()
        for file in files:
            known = self._held.get(file.path)
            same = known is not None and known.file == file
            held[file.path] = known if known and same else _Held(file, now, now + self._settle_s)
        self._held = held
        due = [entry.file for entry in held.values() if entry.due <= now]
        return sorted(due, key=lambda file: (file.mtime_ns, file.path))

    def wait_on(self, file: FoundFile) -> bool:
        """It could not be read: look again later. False when it has had its time."""
        entry, now = self._held.get(file.path), self._clock()
        if entry is None or now - entry.since >= self._patience_s:
            return False
        entry.looks += 1
        entry.due = min(entry.since + self._patience_s, now + self._settle_s * 2.0**entry.looks)
        return True

    def next_due_s(self) -> float | None:
        """How long until one may be whole; None when none is held."""
        if not self._held:
            return None
        return max(0.0, min(entry.due for entry in self._held.values()) - self._clock())
