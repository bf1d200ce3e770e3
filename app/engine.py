"""The bridge to the engine: one worker process, typed events out of it, words into it.

Python's own process class, not Qt's: QProcess kills its child when it goes, and a worker may outlive the window.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Post, post
from core.training.events import Event, Failed, decode
from core.training.run import EVENTS_FILE, Run
from core.training.state import JobState, next_state, state_at_exit

FOLLOW_MS = 300
LOG_FILE = "worker.log"
_KILL_AFTER_S = 5.0
_GONE_MS = 15_000  # by then a worker that was told to end is gone, and its pipes are hung up
_LOG = logging.getLogger(__name__)


def engine_command() -> list[str]:
    """How the engine is called: the command line beside the window's program when frozen, else this Python.

    The window's own program would do on Linux; on Windows a program without a console may have no standard output.
    """
    if _frozen():
        return [str(Path(sys.executable).with_name("hikidashi.exe" if os.name == "nt" else "hikidashi"))]
    return [sys.executable, "-m", "core.cli"]


class EngineProcess(QObject):
    """One worker at a time: started here, or followed when it outlived an earlier window.

    `told` passes on each event; `ended` the final JobState, exactly once for each start or follow.
    """

    told = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: subprocess.Popen[bytes] | None = None
        self._state = JobState.QUEUED
        self._run: Run | None = None
        self._read = 0
        self._rest = b""
        self._timer = QTimer(self, interval=FOLLOW_MS)
        self._timer.timeout.connect(self._read_on)

    @property
    def running(self) -> bool:
        """Whether a worker is at work for this window."""
        return self._process is not None or self._timer.isActive()

    @property
    def state(self) -> JobState:
        """The state of the present or last job."""
        return self._state

    def start(self, job_path: Path) -> None:
        """Start a worker on a job file. One that cannot start ends as failed, like any other."""
        self._begin()
        try:
            process = _spawn(job_path)
        except OSError as error:
            _LOG.exception("the engine did not start")
            reason = str(error)
            QTimer.singleShot(0, self, lambda: self._fail_to_start(reason))
            return
        self._process = process
        number = post().open(self, self._hear)
        threading.Thread(target=_read, args=(process, number, post()), name="engine", daemon=True).start()

    def follow(self, run: Run) -> None:
        """Follow a worker that outlived its window, by its record; all its events are told from the first."""
        self._begin()
        self._run, self._read, self._rest = run, 0, b""
        self._timer.start()
        QTimer.singleShot(0, self, self._read_on)

    def pause(self) -> None:
        """Ask the worker to pause."""
        self._say("pause")

    def resume(self) -> None:
        """Ask the worker to go on."""
        self._say("resume")

    def stop(self) -> None:
        """Ask the worker to stop and keep the best so far."""
        self._say("stop")

    def request(self, request: dict[str, object]) -> None:
        """Give a predict worker a request."""
        self._say(json.dumps(request))

    def detach(self) -> None:
        """Let the worker go on without this window: nothing more is told."""
        if self._process is not None:
            self._say("detach")
        self._process = None
        self._timer.stop()

    def kill(self) -> None:
        """End the worker and all its children: ask, wait, then by force. Nothing more is told."""
        process: subprocess.Popen[bytes] | psutil.Process | None = self._process
        if self._timer.isActive() and self._run is not None:
            process = self._run.worker()
        self._process = None
        self._timer.stop()
        if process is None:
            return
        _ask_to_end(process)
        threading.Thread(target=_kill_late, args=(process,), name="engine-end", daemon=False).start()

    def let_go(self) -> None:
        """End the worker and hear no more of it; this object goes once the worker has."""
        self.told.disconnect()
        self.ended.disconnect()
        self.kill()
        QTimer.singleShot(_GONE_MS, self, self.deleteLater)

    # What comes back

    def _begin(self) -> None:
        if self.running:
            raise RuntimeError("this bridge already has a worker")
        self._state, self._run = JobState.QUEUED, None

    def _hear(self, process: subprocess.Popen[bytes], line: bytes | None) -> None:
        if line is None:
            self._take_exit(process)
        else:
            self._take_line(process, line)

    def _take_line(self, process: object, line: bytes) -> None:
        if process is not self._process:
            return
        text = line.decode("utf-8", "replace").rstrip()
        event = decode(text)
        if event is None:
            _LOG.info("engine: %s", text)
        else:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self._state = next_state(self._state, event)
        self.told.emit(event)

    def _take_exit(self, process: subprocess.Popen[bytes]) -> None:
        _hang_up(process)
        if process is self._process:
            self._process = None
            self._state = state_at_exit(self._state)
            self.ended.emit(self._state)

    def _fail_to_start(self, reason: str) -> None:
        self._tell(Failed(code="app.engine_not_started", data={"reason": reason}))
        self.ended.emit(self._state)

    def _read_on(self) -> None:
        """Tell what the followed worker has recorded since the last look."""
        run = self._run
        if run is None:
            return
        alive = run.worker_alive()
        piece = _read_from(run.folder / EVENTS_FILE, self._read)
        self._read += len(piece)
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if (event := decode(line.decode("utf-8", "replace"))) is not None:
                # The record may hold the last word of an earlier worker, before the one followed here.
                self._state = next_state(JobState.QUEUED if self._state.terminal else self._state, event)
                self.told.emit(event)
        if not alive and self._timer.isActive():
            self._timer.stop()
            self._state = run.state()
            self.ended.emit(self._state)

    def _say(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                _LOG.info("the engine no longer listens")
        elif self._run is not None:
            self._run.command(line)


def _read(process: subprocess.Popen[bytes], number: int, office: Post) -> None:
    """On a thread of its own: pass lines on, then None once the worker is gone."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            office.send(number, process, line)
    process.wait()
    office.send(number, process, None, last=True)


def _spawn(job_path: Path) -> subprocess.Popen[bytes]:
    with (job_path.parent / LOG_FILE).open("ab") as log:
        return subprocess.Popen(
            [*engine_command(), "worker", str(job_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=None if _frozen() else Path(__file__).parents[1],
            env=os.environ | {"PYTHONUTF8": "1"},
            # A session of its own: closing a terminal, or Ctrl+C in it, reaches the window, not the worker.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    """Close the worker's standard input; one that still listens takes it as the end of its window."""
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            _LOG.debug("the engine was gone before its last word reached it")


def _ask_to_end(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    """A worker of ours by its standard input; one that outlived its window no longer listens there."""
    if isinstance(process, subprocess.Popen):
        _hang_up(process)
        return
    try:
        process.terminate()
    except psutil.Error:
        _LOG.info("the engine was gone already")


def _kill_late(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    try:
        process.wait(_KILL_AFTER_S)
    except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
        _kill_tree(process.pid)
        process.wait()


def _read_from(path: Path, start: int) -> bytes:
    """What a file holds from a place on; nothing while it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read()
    except FileNotFoundError:
        return b""


def _kill_tree(pid: int) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], check=False, capture_output=True)
        return
    try:
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def _frozen() -> bool:
    return bool(getattr(sys, "frozen", False))
