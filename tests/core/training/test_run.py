"""A run's folder tells the truth about its state, whatever happened to its worker."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.problems import Problem
from core.training.events import Event, Failed, Finished, Interrupted, StateChanged, encode
from core.training.job import TrainJob, TrialJob, load_job, save_job
from core.training.run import EVENTS_FILE, LOCK_FILE, Run, runs_in
from core.training.state import JobState


def write_events(folder: Path, *events: Event, tail: str = "") -> Run:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(encode(event) + "\n" for event in events)
    (folder / EVENTS_FILE).write_text(lines + tail, encoding="utf-8")
    return Run(folder)


def dead_lock(folder: Path) -> None:
    """A lock whose process is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (folder / LOCK_FILE).write_text(json.dumps({"pid": process.pid, "created": time.time()}))


def test_a_run_nobody_took_up_is_queued(tmp_path: Path) -> None:
    assert Run(tmp_path).state() is JobState.QUEUED


def test_a_worker_that_lives_is_running(tmp_path: Path) -> None:
    run = write_events(tmp_path, StateChanged(state="running"))
    run.lock()
    assert run.worker_alive()
    assert run.state() is JobState.RUNNING


def test_a_worker_that_is_gone_was_interrupted(tmp_path: Path) -> None:
    run = write_events(tmp_path, StateChanged(state="running"))
    dead_lock(tmp_path)
    assert run.state() is JobState.INTERRUPTED


def test_killed_before_its_first_event(tmp_path: Path) -> None:
    dead_lock(tmp_path)
    assert Run(tmp_path).state() is JobState.INTERRUPTED


def test_another_process_with_the_same_number_is_not_the_worker(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))
    assert not Run(tmp_path).worker_alive()


@pytest.mark.parametrize("last", [Interrupted(), Failed(code="training.disk_full")])
def test_a_resumed_run_has_the_state_of_its_latest_worker(tmp_path: Path, last: Event) -> None:
    running = StateChanged(state="running")
    assert write_events(tmp_path, running, last, running, Finished()).state() is JobState.FINISHED


def test_a_finished_run_stays_finished(tmp_path: Path) -> None:
    running = StateChanged(state="running")
    assert write_events(tmp_path, running, Finished(), running).state() is JobState.FINISHED


def test_a_line_cut_off_by_a_kill_spoils_nothing(tmp_path: Path) -> None:
    run = write_events(tmp_path, StateChanged(state="running"), tail='@hikidashi {"type": "ste')
    assert [event.type for event in run.events()] == ["state"]


def test_a_spoiled_lock_is_no_worker(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"pid": "x", "created": 1}', "\x00"):
        (tmp_path / LOCK_FILE).write_text(text)
        assert not Run(tmp_path).worker_alive()


def test_training_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for name in ("0001", "0003", "0002"):
        save_job(TrainJob(run=str(tmp_path / name), preset="coop", composition="coop"))
    save_job(TrialJob(run=str(tmp_path / "trial"), presets=("coop",)))
    (tmp_path / "spoiled").mkdir()
    (tmp_path / "spoiled" / "job.json").write_text("{")
    assert [run.folder.name for run in runs_in(tmp_path)] == ["0003", "0002", "0001"]


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    job = TrainJob(
        run=str(tmp_path), preset="coop", composition="coop", hyper={"n_ctx": 4, "learning_rate": 0.002}
    )
    assert load_job(save_job(job)) == job


def test_an_unreadable_job_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text('{"kind": "train", "run": 3}')
    with pytest.raises(Problem) as caught:
        load_job(tmp_path / "job.json")
    assert caught.value.code == "training.job_unreadable"
