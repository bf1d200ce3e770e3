"""What the operator asks of a running job: pause, resume, stop, detach, requests; or that it be cut off."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from core.training.events import Event, StateChanged

Emit = Callable[[Event], None]
_CONTROL_EVERY_S = 0.2


class Halt(Exception):
    """Raised where the work can be left: `stop` keeps the best so far, `interrupt` is to be resumed."""

    def __init__(self, kind: Literal["stop", "interrupt"], reason: str = "") -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason


class Commands:
    """Safe to be told from any thread; the job looks at it with `heed` at every step.

    `control` is the file in which a window leaves words for a worker whose standard input is gone.
    """

    def __init__(self, control: Path | None = None) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._halt: Halt | None = None
        self._detached = False
        self._requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._control = control
        self._control_read = 0
        self._control_looked = 0.0

    def give(self, word: str) -> None:
        """Take one word: pause, resume, stop or detach; others are passed over."""
        with self._changed:
            match word:
                case "pause":
                    self._paused = True
                case "resume":
                    self._paused = False
                case "stop":
                    self._halt = self._halt or Halt("stop")
                case "detach":
                    self._detached = True
            self._changed.notify_all()

    def answered(self) -> None:
        """A stop was heeded by ending a part of the job: what follows goes on, and may be stopped anew."""
        with self._changed:
            if self._halt is not None and self._halt.kind == "stop":
                self._halt = None

    def interrupt(self, reason: str) -> None:
        """Cut the job off at its next step; it saves where it is and can be resumed."""
        with self._changed:
            self._halt = Halt("interrupt", reason)
            self._changed.notify_all()

    def parent_gone(self) -> None:
        """Standard input ended: without `detach` before it, the window died."""
        if not self._detached:
            self.interrupt("parent_gone")

    def request(self, content: dict[str, Any]) -> None:
        """Put a request of a predict job behind those that wait."""
        self._requests.put(content)

    def next_request(self, timeout: float = 0.2) -> dict[str, Any] | None:
        """The next request, or None when none came in time. Raises Halt as `heed` does."""
        self._raise_halt()
        try:
            return self._requests.get(timeout=timeout)
        except queue.Empty:
            self._raise_halt()
            return None

    def heed(self, emit: Emit) -> None:
        """Wait while paused, telling so; raise Halt when the job is to end here."""
        self._read_control()
        self._raise_halt()
        if not self._paused:
            return
        emit(StateChanged(state="paused"))
        while self._paused and self._halt is None:
            with self._changed:
                self._changed.wait(_CONTROL_EVERY_S)
            self._read_control()
        self._raise_halt()
        emit(StateChanged(state="running"))

    def _raise_halt(self) -> None:
        if self._halt is not None:
            raise self._halt

    def _read_control(self) -> None:
        now = time.monotonic()
        if self._control is None or now - self._control_looked < _CONTROL_EVERY_S:
            return
        self._control_looked = now
        try:
            with self._control.open("rb") as file:
                file.seek(self._control_read)
                content = file.read()
        except FileNotFoundError:
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._control_read += len(whole)
        for word in whole.decode(errors="replace").split():
            self.give(word)
