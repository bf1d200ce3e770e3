"""How long the window's event loop was held: while it is, nothing is painted and no key is heard."""

import time

import psutil
from PySide6.QtCore import QObject, Qt, QTimer

STALL_MS = 50.0
_EVERY_MS = 4


class StallMeter(QObject):
    """Looks at the clock every few milliseconds; a longer gap is a stall. `longest_work_ms` is processor time of the
    screen's thread alone, which what else the machine does cannot lengthen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gaps_ms: list[float] = []
        self.longest_work_ms = 0.0
        self.peak_bytes = 0
        self._process = psutil.Process()
        self._timer = QTimer(self, interval=_EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin anew."""
        self.gaps_ms.clear()
        self.longest_work_ms, self.peak_bytes = 0.0, 0
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """End; what was measured stays."""
        self._timer.stop()

    @property
    def max_stall_ms(self) -> float:
        """The longest time that the loop was held beyond what was due."""
        return max(self.gaps_ms, default=0.0)

    @property
    def stalled(self) -> int:
        """How often the loop was held for longer than a frame may take."""
        return sum(gap > STALL_MS for gap in self.gaps_ms)

    def _look(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps_ms.append(max(0.0, 1000 * (now - self._last) - _EVERY_MS))
        self.longest_work_ms = max(self.longest_work_ms, 1000 * (worked - self._worked))
        self._last, self._worked = now, worked
        if len(self.gaps_ms) % 16 == 1:
            self.peak_bytes = max(self.peak_bytes, int(self._process.memory_info().rss))
