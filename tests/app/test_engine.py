"""The bridge to the engine: whatever becomes of the process, the window learns the truth exactly once."""

import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app import engine as bridge
from app.engine import EngineProcess
from core.training.events import Failed, Finished, Stage, StateChanged, Step, encode
from core.training.job import TrainJob, save_job
from core.training.run import EVENTS_FILE, Run
from core.training.state import JobState

RUNNING = encode(StateChanged(state="running"))
Start = Callable[[str], "Watched"]


class Watched:
    """An engine bridge and all that it told."""

    def __init__(self, job: Path) -> None:
        self.engine = EngineProcess()
        self.job = job
        self.events: list[object] = []
        self.ended: list[JobState] = []
        self.engine.told.connect(self.events.append)
        self.engine.ended.connect(self.ended.append)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Start:
    """Start a bridge on a worker whose whole body is the given Python."""

    def begin(body: str) -> Watched:
        script = tmp_path / "worker.py"
        script.write_text("import sys, time\n" + textwrap.dedent(body), encoding="utf-8")
        monkeypatch.setattr(bridge, "engine_command", lambda: [sys.executable, str(script)])
        watched = Watched(save_job(_job(tmp_path / "実行 1")))
        watched.engine.start(watched.job)
        return watched

    return begin


def test_events_are_told_in_order_and_other_lines_are_log(start: Start, qtbot: QtBot) -> None:
    step = Step(step=1, epoch=1, loss=0.5, learning_rate=0.1)
    lines = [RUNNING, "Loading 重み…", encode(step), "@hikidashi {spoiled", encode(Finished())]
    watched = start(f"for line in {lines!r}: print(line, flush=True)")
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    assert [type(event) for event in watched.events] == [StateChanged, Step, Finished]
    assert watched.ended == [JobState.FINISHED]
    assert not watched.engine.running


def test_a_line_that_comes_in_pieces_is_one_event(start: Start, qtbot: QtBot) -> None:
    first, second = RUNNING[:20], RUNNING[20:]
    watched = start(
        f"""
        for piece in ({first!r}, {second + chr(10)!r}, {encode(Finished()) + chr(10)!r}):
            sys.stdout.write(piece); sys.stdout.flush(); time.sleep(0.1)
        """
    )
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    assert watched.ended == [JobState.FINISHED]


@pytest.mark.parametrize("end", ["sys.exit(0)", "sys.exit(3)", "import os; os.abort()"])
def test_a_worker_that_says_no_last_word_was_interrupted(start: Start, qtbot: QtBot, end: str) -> None:
    watched = start(f"print({RUNNING!r}, flush=True); {end}")
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    assert watched.ended == [JobState.INTERRUPTED]


def test_an_engine_that_cannot_start_ends_as_failed_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(bridge, "engine_command", lambda: [str(tmp_path / "not there")])
    watched = Watched(save_job(_job(tmp_path / "run")))
    watched.engine.start(watched.job)
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    (failed,) = watched.events
    assert isinstance(failed, Failed) and failed.code == "app.engine_not_started"
    assert watched.ended == [JobState.FAILED]


def test_words_reach_the_worker(start: Start, qtbot: QtBot) -> None:
    watched = start(
        f"""
        print({RUNNING!r}, flush=True)
        for word in sys.stdin:
            print('@hikidashi {{"type": "stage", "stage": "' + word.strip() + '", "index": 1, "of": 1}}', flush=True)
            if word.strip() == "stop":
                break
        """
    )
    qtbot.waitUntil(lambda: bool(watched.events), timeout=10_000)
    watched.engine.pause()
    watched.engine.resume()
    watched.engine.stop()
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    assert [event.stage for event in watched.events if isinstance(event, Stage)] == [
        "pause",
        "resume",
        "stop",
    ]


def test_killing_takes_the_workers_children_with_it_and_tells_nothing(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(bridge, "_KILL_AFTER_S", 0.3)
    pids = tmp_path / "pids"
    watched = start(
        f"""
        import os, pathlib, signal, subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(pids)!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
        print({RUNNING!r}, flush=True)
        time.sleep(60)
        """
    )
    qtbot.waitUntil(lambda: bool(watched.events), timeout=10_000)
    watched.engine.kill()
    assert not watched.engine.running
    alive = [int(pid) for pid in pids.read_text().split()]
    qtbot.waitUntil(lambda: not any(_alive(pid) for pid in alive), timeout=10_000)
    assert not watched.ended


def test_a_detached_worker_goes_on_and_another_window_follows_it(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    lock = "psutil.Process(os.getpid()).create_time()"
    run = Run(tmp_path / "実行 1")
    watched = start(
        f"""
        import json, os, pathlib, psutil
        run = pathlib.Path({str(run.folder)!r})
        (run / "worker.lock").write_text(json.dumps({{"pid": os.getpid(), "created": {lock}}}))
        def tell(line):
            with open(run / {EVENTS_FILE!r}, "a") as file: file.write(line + chr(10))
        tell({RUNNING!r}); print({RUNNING!r}, flush=True)
        assert sys.stdin.readline() == "detach" + chr(10)
        while not (run / "control").exists(): time.sleep(0.05)
        tell({encode(Finished())!r})
        """
    )
    qtbot.waitUntil(lambda: bool(watched.events), timeout=10_000)
    watched.engine.detach()
    assert not watched.engine.running
    later = Watched(watched.job)
    later.engine.follow(run)
    qtbot.waitUntil(lambda: bool(later.events), timeout=10_000)
    assert later.engine.running and not later.ended
    later.engine.stop()
    qtbot.waitUntil(lambda: bool(later.ended), timeout=10_000)
    assert later.ended == [JobState.FINISHED]
    assert (run.folder / "control").read_text().split() == ["stop"]
    assert not watched.ended


def test_a_followed_worker_is_ended_when_the_window_asks_for_it(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    run = Run(tmp_path / "実行 1")
    watched = start(
        f"""
        import json, os, pathlib, psutil
        lock = {{"pid": os.getpid(), "created": psutil.Process().create_time()}}
        run = pathlib.Path({str(run.folder)!r})
        (run / "worker.lock").write_text(json.dumps(lock))
        print({RUNNING!r}, flush=True)
        time.sleep(60)
        """
    )
    qtbot.waitUntil(lambda: bool(watched.events), timeout=10_000)
    watched.engine.detach()
    later = Watched(watched.job)
    # Nothing is recorded yet: that is no fault.
    later.engine.follow(run)
    qtbot.wait(50)
    assert run.worker_alive() and not later.events
    later.engine.kill()
    assert not later.engine.running
    qtbot.waitUntil(lambda: not run.worker_alive(), timeout=10_000)
    assert not later.ended


def test_following_a_run_that_was_resumed_tells_the_latest_state(tmp_path: Path, qtbot: QtBot) -> None:
    run = Run(tmp_path)
    save_job(_job(tmp_path))
    story = [RUNNING, encode(Failed(code="training.out_of_memory")), RUNNING, encode(Finished())]
    (tmp_path / EVENTS_FILE).write_text("\n".join(story) + "\n", encoding="utf-8")
    watched = Watched(tmp_path / "job.json")
    watched.engine.follow(run)
    qtbot.waitUntil(lambda: bool(watched.ended), timeout=10_000)
    assert watched.ended == [JobState.FINISHED]


def _job(folder: Path) -> TrainJob:
    return TrainJob(run=str(folder), preset="coop", composition="coop")


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        time.sleep(0)
        return False
