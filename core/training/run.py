"""A run's folder as others may read it: the job, the data, the events so far, the state, the result."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
from pydantic import ValidationError

from core.files import write_atomic
from core.project.revision import DataRevision, load_revision
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision, load_text_revision
from core.training.events import Event, StateChanged, decode
from core.training.job import DATA_FILE, JOB_FILE, Job, TextJob, TrainJob, load_job
from core.training.result import RESULT_FILE, TrainResult
from core.training.state import JobState, next_state, state_at_exit

EVENTS_FILE = "events.jsonl"
CONTROL_FILE = "control"
LOCK_FILE = "worker.lock"
_RESUMABLE = frozenset({JobState.INTERRUPTED, JobState.FAILED})


@dataclass(frozen=True)
class Run:
    """One run, addressed by its folder; everything is read from disk, nothing needs the engine."""

    folder: Path

    @cached_property
    def job(self) -> Job:
        """What was asked for. Raises Problem when the job file cannot be read."""
        return load_job(self.folder / JOB_FILE)

    @cached_property
    def revision(self) -> DataRevision:
        """The data it works on. Raises Problem when the file cannot be read."""
        return load_revision(self.folder / DATA_FILE)

    def events(self) -> list[Event]:
        """All events so far, of every worker this run has had, oldest first."""
        try:
            text = (self.folder / EVENTS_FILE).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return [event for line in text.splitlines() if (event := decode(line)) is not None]

    def state(self) -> JobState:
        """The state of the latest worker; interrupted when it is gone without a last word.

        Every worker's first event is StateChanged("running"): so an interrupted or failed run is taken up again.
        """
        events = self.events()
        if not events and not self.started():
            return JobState.QUEUED
        state = JobState.QUEUED
        for event in events:
            # A resumed run: its new worker announces itself behind the old one's last word.
            again = state in _RESUMABLE and isinstance(event, StateChanged)
            state = next_state(JobState.QUEUED if again else state, event)
        return state if state.terminal or self.worker_alive() else state_at_exit(state)

    def result(self) -> TrainResult | None:
        """The result, or None while there is none."""
        try:
            return TrainResult.model_validate_json((self.folder / RESULT_FILE).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    @cached_property
    def text_revision(self) -> TextRevision:
        """The texts it works on, of a run that tunes a model that writes. Raises Problem when they cannot be read."""
        return load_text_revision(self.folder / DATA_FILE)

    def text_result(self) -> TextResult | None:
        """The result of a run that tunes a model that writes, or None while there is none."""
        try:
            return TextResult.model_validate_json((self.folder / RESULT_FILE).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def started(self) -> bool:
        """Whether a worker ever took this run up."""
        return (self.folder / LOCK_FILE).exists()

    def worker(self) -> psutil.Process | None:
        """The worker that holds this run's lock, while it lives."""
        try:
            holder = json.loads((self.folder / LOCK_FILE).read_bytes())
            process = psutil.Process(holder["pid"])
            same = abs(process.create_time() - holder["created"]) < 2.0
            return process if same and process.is_running() else None
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return None

    def worker_alive(self) -> bool:
        """Whether the worker that holds this run's lock still lives."""
        return self.worker() is not None

    def lock(self) -> None:
        """Name this process as the run's worker."""
        created = psutil.Process(os.getpid()).create_time()
        write_atomic(self.folder / LOCK_FILE, json.dumps({"pid": os.getpid(), "created": created}))

    def command(self, word: str) -> None:
        """Leave a command for a worker whose standard input is gone (it looks at every step)."""
        with (self.folder / CONTROL_FILE).open("a", encoding="utf-8") as file:
            file.write(word + "\n")


def runs_in(runs_folder: Path, kind: type[TrainJob | TextJob] = TrainJob) -> list[Run]:
    """The training runs of a kind below a folder, newest first; other folders are passed over."""
    wanted = kind.model_fields["kind"].default
    runs = [Run(path.parent) for path in runs_folder.glob(f"*/{JOB_FILE}")]
    found = (run for run in runs if _kind_of(run) == wanted)
    return sorted(found, key=lambda run: run.folder.name, reverse=True)


def _kind_of(run: Run) -> str | None:
    try:
        text = json.loads((run.folder / JOB_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return text.get("kind") if isinstance(text, dict) else None
