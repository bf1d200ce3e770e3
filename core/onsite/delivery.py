"""Handing results on: one thread for each output, so that one that does not answer holds up no other."""

import queue
import random
import threading
import time
from dataclasses import dataclass

from core.onsite.happenings import Recovered, Tell, Trouble
from core.onsite.journal import Journal
from core.onsite.outputs.protocol import Output, Refused, Signal
from core.onsite.result import Verdict
from core.problems import Problem


@dataclass(frozen=True)
class Pace:
    """How long to wait after a failure: twice as long each time, and never in step with other programs."""

    first_s: float = 1.0
    most_s: float = 60.0

    def wait_s(self, failures: int) -> float:
        """Between half and all of first × 2^(failures − 1), at most `most_s`."""
        return min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30)) * random.uniform(0.5, 1)


class Delivery:
    """Brings one output what waits for it, in order, again and again until it has it.

    What waits lies in the journal, so it survives this program; `failures` since the last success is for metrics.
    """

    def __init__(self, output: Output, journal: Journal, tell: Tell, pace: Pace = Pace()) -> None:
        self.output = output
        self.failures = 0
        self._journal, self._tell, self._pace = journal, tell, pace
        self._more, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=output.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something new waits."""
        self._more.set()

    def end(self, patience_s: float) -> None:
        """Deliver what can be delivered at once, then stop; the rest waits for the next start."""
        self._ending.set()
        self._more.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        finally:
            self.output.close()

    def _step(self) -> bool:
        """Deliver one batch; False when it is time to stop."""
        self._more.clear()
        try:
            some = self._journal.next_for(self.output.name, self.output.at_once)
            if not some:
                if self._ending.is_set():
                    return False
                self._more.wait()
                return True
            try:
                self.output.send([entry.result for entry in some])
            except Refused as reason:
                self._journal.refuse(some, str(reason))
                data = {"output": self.output.name, "photo": some[0].result.photo, "reason": reason}
                self._tell(Trouble(self.output.name, Problem("onsite.refused", **data)))
            else:
                self._journal.taken(some)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, what waits is tried again
            return self._failed(_as_problem(error, self.output.name))
        if self.failures:
            self._tell(Recovered(self.output.name))
        self.failures = 0
        return True

    def _failed(self, problem: Problem) -> bool:
        self.failures += 1
        if self.failures == 1:  # told once, not at every attempt
            self._tell(Trouble(self.output.name, problem))
        return not self._ending.wait(self._pace.wait_s(self.failures))


class Signalling:
    """Shows verdicts one after the other, each for `hold_s`; for one that comes too late nothing is shown.

    A late verdict is worse than none: another piece is at the gate by then.
    """

    def __init__(self, signal: Signal, tell: Tell, hold_s: float = 0.2, late_s: float = 5.0) -> None:
        self.signal = signal
        self.failures = 0
        self._tell, self._hold_s, self._late_s = tell, hold_s, late_s
        self._verdicts: queue.SimpleQueue[tuple[float, Verdict] | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=signal.name, daemon=True)
        self._thread.start()

    def show(self, verdict: Verdict) -> None:
        """Show it as soon as those before it have had their time."""
        self._verdicts.put((time.monotonic(), verdict))

    def end(self, patience_s: float) -> None:
        """Stop at once and show nothing any more."""
        self._ending.set()
        self._verdicts.put(None)
        self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            while (entry := self._verdicts.get()) is not None and not self._ending.is_set():
                self._show(*entry)
        finally:
            self.signal.close()

    def _show(self, since: float, verdict: Verdict) -> None:
        late = time.monotonic() - since > self._late_s
        try:
            if late:
                self.signal.clear()
                raise Problem("onsite.signal_late", output=self.signal.name, seconds=self._late_s)
            self.signal.show(verdict)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the next piece has its verdict
            self.failures += 1
            if self.failures == 1:
                self._tell(Trouble(self.signal.name, _as_problem(error, self.signal.name)))
            return
        if self.failures:
            self._tell(Recovered(self.signal.name))
        self.failures = 0
        self._ending.wait(self._hold_s)


def _as_problem(error: Exception, output: str) -> Problem:
    if isinstance(error, Problem):
        return error
    return Problem("onsite.output_failed", output=output, reason=f"{type(error).__name__}: {error}")
