"""How any job is carried out: locked, recorded, watched, and ended with exactly one last word.

Everything a job tells goes into `events.jsonl` of its run and to the caller.
"""

import errno
import logging
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from core.problems import Problem
from core.training.commands import Emit, Halt
from core.training.energy import EnergyMeter
from core.training.events import (
    Event,
    Failed,
    Interrupted,
    Progress,
    Resources,
    StateChanged,
    Step,
    Stopped,
    Terminal,
    encode,
)
from core.training.memory import gpu_memory, is_out_of_memory
from core.training.run import CONTROL_FILE, EVENTS_FILE, LOCK_FILE, Run

_RESOURCES_EVERY_S = 1.0
_PASSING_KEPT_EVERY_S = 1.0
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class EventLog:
    """Passes events on, and keeps them in the run's folder; deaf after a terminal event.

    Of what passes quickly and is told many times a second only so much is kept that a record of many hours can be
    read in no time.
    """

    def __init__(self, run: Path, emit: Emit) -> None:
        self._path = run / EVENTS_FILE
        self._emit = emit
        self._lock = threading.Lock()
        self._kept_next: dict[str, float] = {}
        self.ended: Terminal | None = None

    def __call__(self, event: Event) -> None:
        """Record and pass on one event; safe from any thread."""
        with self._lock:
            if self.ended is not None:
                return
            if isinstance(event, Terminal):
                self.ended = event
            if self._is_to_be_kept(event):
                self._record(encode(event))
            self._emit(event)

    def _is_to_be_kept(self, event: Event) -> bool:
        if not isinstance(event, Step | Progress):
            return True
        now = time.monotonic()
        if now < self._kept_next.get(event.type, 0.0):
            return False
        self._kept_next[event.type] = now + _PASSING_KEPT_EVERY_S
        return True

    def _record(self, line: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            # A full disk must not take the last word away from whoever listens.
            _LOG.warning("event not recorded: %s", error)


def conduct(run: Path, emit: Emit, work: Callable[[Emit], tuple[T, Terminal]]) -> T:
    """Carry out `work` as the run's one worker; it gives its outcome and its last word.

    Raises:
        Problem: `training.already_running` when another worker holds the run. Whatever `work` raises goes
            on to the caller after the run's last word was said.
    """
    handle = Run(run)
    if handle.worker_alive():
        raise Problem("training.already_running", run=run)
    run.mkdir(parents=True, exist_ok=True)
    handle.lock()
    # Words for an earlier worker would stop or pause this one.
    (run / CONTROL_FILE).unlink(missing_ok=True)
    log = EventLog(run, emit)
    log(StateChanged(state="running"))
    watch = _ResourceWatch(log)
    try:
        outcome, last_word = work(log)
    except BaseException as error:
        watch.end()
        log(last_word_for(error))
        raise
    else:
        watch.end()
        log(last_word)
        return outcome
    finally:
        (run / LOCK_FILE).unlink(missing_ok=True)


def last_word_for(error: BaseException) -> Terminal:
    """The terminal event that tells what ended the work."""
    detail = "".join(traceback.format_exception(error))
    match error:
        case Halt(kind="stop"):
            return Stopped()
        case Halt():
            return Interrupted(reason=error.reason)
        case KeyboardInterrupt() | SystemExit():
            return Interrupted(reason="terminated")
        case Problem():
            return Failed(code=error.code, data=_plain(error.data), detail=detail)
        case OSError(errno=errno.ENOSPC):
            return Failed(code="training.disk_full", data={"path": str(error.filename or "")}, detail=detail)
    if is_out_of_memory(error):
        return Failed(code="training.out_of_memory", detail=detail)
    return Failed(code="training.fault", data={"reason": f"{type(error).__name__}: {error}"}, detail=detail)


class _ResourceWatch:
    """Tells once a second what this process uses."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="resources", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Say nothing more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        process, meter = psutil.Process(), EnergyMeter()
        process.cpu_percent()
        while not self._over.wait(_RESOURCES_EVERY_S):
            cpu = process.cpu_percent() / (psutil.cpu_count() or 1)
            self._emit(
                Resources(
                    cpu_percent=cpu,
                    memory_bytes=process.memory_info().rss,
                    gpu_memory_bytes=gpu_memory(),
                    energy_joules=meter.joules(),
                    energy_sensors=meter.sensors,
                )
            )


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v if isinstance(v, bool | int | float | str) else str(v) for k, v in data.items()}
