"""The worker process: real pipes, real kills, and exactly one last word."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from core.training.artefact import read_artefact
from core.training.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Interrupted,
    Progress,
    StateChanged,
    Stopped,
    Terminal,
    decode,
)
from core.training.job import HyperValue, TrialJob, save_job
from core.training.loop import train
from core.training.run import Run
from core.training.state import JobState
from tests.core.tiny_backbone import NAME, store_tiny_backbone
from tests.core.tiny_run import tiny_run

LONG: dict[str, HyperValue] = {"training.epochs": 40, "training.batch_size": 4, "training.views": 4}
WAIT_S = 120


class Worker:
    """A worker process and the events it has told so far."""

    def __init__(self, run: Path) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "worker", str(run / "job.json")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.events: list[Event] = []
        self._deaf = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()

    def leave(self, *, deaf: bool = False) -> None:
        """Die as a window does: no more words; `deaf`: nobody reads either."""
        assert self.process.stdin is not None
        self._deaf = deaf
        self.process.stdin.close()

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event that is wanted, waiting for it."""
        end, seen = time.monotonic() + WAIT_S, 0
        while time.monotonic() < end:
            with self._news:
                for event in self.events[seen:]:
                    if wanted(event):
                        return event
                seen = len(self.events)
                if not self._reader.is_alive() and seen == len(self.events):
                    break
                self._news.wait(0.5)
        raise AssertionError(f"the worker never told it; last: {self.events[-3:]}")

    def end(self) -> int:
        """Wait for its end and give its exit code."""
        code = self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = decode(line.decode())
            if event is not None:
                with self._news:
                    self.events.append(event)
                    self._news.notify_all()
            if self._deaf:
                self.process.stdout.close()
                return


@contextmanager
def worker(run: Path) -> Iterator[Worker]:
    started = Worker(run)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        for pipe in (started.process.stdin, started.process.stdout):
            if pipe is not None:
                pipe.close()


def _in_epoch(number: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Epoch) and event.epoch >= number


def _last_words(events: list[Event]) -> list[type]:
    return [type(event) for event in events if isinstance(event, Terminal)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_again_and_again_the_result_is_that_of_an_uncut_run(tmp_path: Path) -> None:
    whole = tiny_run(tmp_path / "whole", hyper=LONG)
    killed = tiny_run(tmp_path / "killed", hyper=LONG, backbone=NAME)
    moments: list[Callable[[Event], bool]] = [
        lambda event: isinstance(event, Progress) and 0 < event.done < event.total,
        _in_epoch(random.randint(5, 35)),
    ]
    for moment in moments:
        with worker(killed) as running:
            running.until(moment)
            time.sleep(random.random() * 0.05)
            running.process.kill()
        assert Run(killed).state() is JobState.INTERRUPTED
    with worker(killed) as running:
        running.until(lambda event: isinstance(event, Finished))
        assert running.end() == 0
        first = next(event for event in running.events if isinstance(event, Epoch))
        assert first.epoch > 1, "it went on from a checkpoint"
    assert Run(killed).state() is JobState.FINISHED
    train(whole, lambda _: None)
    wanted, found = read_artefact(whole)[1], read_artefact(killed)[1]
    assert all(torch.equal(wanted[name], found[name]) for name in wanted)
    assert Run(killed).result().predictions == Run(whole).result().predictions  # type: ignore[union-attr]


@pytest.mark.slow
def test_pause_resume_and_a_dead_window(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", hyper=LONG | {"training.epochs": 1000})
    with worker(run) as running:
        assert running.until(lambda _: True) == running.events[0]
        assert isinstance(running.events[0], StateChanged)
        running.until(_in_epoch(1))
        running.say("pause")
        running.until(lambda event: event == StateChanged(state="paused", time=event.time))
        assert Run(run).state() is JobState.PAUSED
        told = sum(isinstance(event, Epoch) for event in running.events)
        time.sleep(0.5)
        assert sum(isinstance(event, Epoch) for event in running.events) == told
        running.say("resume")
        running.until(_in_epoch(told + 3))
        running.leave()
        running.end()
        assert _last_words(running.events) == [Interrupted]
    assert Run(run).state() is JobState.INTERRUPTED


@pytest.mark.slow
def test_detached_it_goes_on_unheard_and_obeys_the_control_file(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", hyper=LONG | {"training.epochs": 1000})
    with worker(run) as running:
        running.until(_in_epoch(2))
        running.say("detach")
        running.leave(deaf=True)
        epochs = sum(isinstance(event, Epoch) for event in Run(run).events())
        end = time.monotonic() + WAIT_S
        while sum(isinstance(event, Epoch) for event in Run(run).events()) < epochs + 5:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert Run(run).worker_alive()
        Run(run).command("stop")
        assert running.end() == 0
    assert _last_words(Run(run).events()) == [Stopped]
    result = Run(run).result()
    assert result is not None
    assert result.stopped_because == "asked"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_asked_to_terminate_it_saves_and_is_resumable(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", hyper=LONG | {"training.epochs": 1000})
    with worker(run) as running:
        running.until(_in_epoch(1))
        running.process.send_signal(signal.SIGTERM)
        running.end()
        assert _last_words(running.events) == [Interrupted]
    assert Run(run).state() is JobState.INTERRUPTED
    assert (run / "checkpoint.safetensors").exists()


@pytest.mark.slow
def test_a_spoiled_job_fails_with_words(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("{", encoding="utf-8")
    with worker(tmp_path) as running:
        assert running.end() == 2
    (only,) = running.events
    assert isinstance(only, Failed)
    assert only.code == "training.job_unreadable"


@pytest.mark.slow
def test_a_run_that_another_worker_holds_is_refused_and_left_alone(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", "zero-shot")
    Run(run).lock()
    with worker(run) as running:
        assert running.end() == 2
    (only,) = running.events
    assert isinstance(only, Failed)
    assert only.code == "training.already_running"
    assert Run(run).events() == []
    assert Run(run).worker_alive()


@pytest.mark.slow
def test_a_trial_tells_seconds_and_memory_of_each_preset(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", backbone=store_tiny_backbone())
    save_job(TrialJob(run=str(run), presets=("zero-shot", "coop-dept"), backbone=NAME, device="cpu"))
    with worker(run) as running:
        finished = running.until(lambda event: isinstance(event, Finished))
        assert running.end() == 0
    assert isinstance(finished, Finished)
    assert finished.result.keys() == {"zero-shot", "coop-dept"}
    assert finished.result["coop-dept"]["seconds"] > finished.result["zero-shot"]["seconds"] > 0
    assert finished.result["zero-shot"]["memory_bytes"] > 1 << 20
