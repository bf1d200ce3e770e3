"""The process that the window starts: one job, events on standard output, words on standard input.

It ends with exactly one terminal event. When its parent dies (standard input ends without `detach`) it saves
and ends as interrupted; a kill leaves the last checkpoint.
"""

import faulthandler
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from core.problems import Problem
from core.training.commands import Commands, Emit, Halt
from core.training.conduct import conduct, last_word_for
from core.training.events import Event, Finished, Terminal, encode
from core.training.job import (
    AssistJob,
    DownloadModelJob,
    ExportJob,
    FeaturesJob,
    ImportModelsJob,
    InsightJob,
    Job,
    PredictJob,
    TextJob,
    TextTrialJob,
    TrainJob,
    TrialJob,
    TryOutJob,
    WhatIfJob,
    load_job,
)
from core.training.run import CONTROL_FILE, Run

OK, FAULT, BAD_INPUT = 0, 1, 2
_STDIN, _STDOUT = 0, 1


def work(job_path: Path) -> NoReturn:
    """Carry out a job file and exit: 0 done or stopped as asked, 2 for what the operator can mend, else 1."""
    faulthandler.enable()
    run = job_path.absolute().parent
    commands = Commands(run / CONTROL_FILE)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: commands.interrupt("terminated"))
    threading.Thread(target=_listen, args=(commands,), name="stdin", daemon=True).start()
    sys.exit(_carry_out(job_path, run, _StandardOutput(), commands))


def _carry_out(job_path: Path, run: Path, emit: Emit, commands: Commands) -> int:
    try:
        job = load_job(job_path)
        conduct(run, emit, lambda log: _work(job, run, log, commands))
    except Halt as halt:
        return OK if halt.kind == "stop" else FAULT
    # Whatever went wrong before the run had its log, or without it, is still told.
    except Exception as error:  # noqa: BLE001
        emit(last_word_for(error))
        return BAD_INPUT if isinstance(error, Problem) else FAULT
    return OK


def _work(job: Job, run: Path, emit: Emit, commands: Commands) -> tuple[object, Terminal]:
    """Imports only what the job needs, after the worker has announced itself: torch alone takes seconds."""
    match job:
        case TrainJob():
            from core.training.loop import carry_out

            return carry_out(Run(run), emit, commands, resume=True)
        case TrialJob():
            from core.training.trial import run_trial

            return None, Finished(result=run_trial(Run(run), emit, commands))
        case TextJob() | TextTrialJob() | TryOutJob():
            return _work_on_texts(job, run, emit, commands)
        case ExportJob():
            from core.package.export import run_export

            return None, Finished(result=run_export(job, emit))
        case InsightJob():
            from core.insight.run import run_insight

            return None, Finished(result=run_insight(job, emit, commands))
        case FeaturesJob():
            from core.training.extract import run_extraction

            return None, Finished(result=run_extraction(job, emit, commands))
        case WhatIfJob():
            from core.whatif.ask import run_what_if

            return None, Finished(result=run_what_if(job, emit, commands))
        case AssistJob():
            from core.assist.service import run_assist

            return None, Finished(result=run_assist(job, emit, commands))
        case ImportModelsJob():
            from core.training.models import run_import

            return None, Finished(result=run_import(job, emit, commands))
        case DownloadModelJob():
            from core.training.models import run_download

            return None, Finished(result=run_download(job, emit, commands))
        case PredictJob():
            from core.onsite.service import run_predict

            run_predict(job, emit, commands)
            return None, Finished()


def _work_on_texts(
    job: TextJob | TextTrialJob | TryOutJob, run: Path, emit: Emit, commands: Commands
) -> tuple[object, Terminal]:
    """The same for models that write."""
    match job:
        case TextJob():
            from core.tasks.course import carry_out

            return carry_out(Run(run), emit, commands, resume=True)
        case TextTrialJob():
            from core.tasks.trial import run_text_trial

            return None, Finished(result=run_text_trial(Run(run), emit, commands))
        case TryOutJob():
            from core.tasks.try_out import run_try_out

            run_try_out(job, emit, commands)
            return None, Finished()


class _StandardOutput:
    """Event lines for the parent; silent after a terminal event, and when nobody reads any more (a detached
    worker goes on)."""

    def __init__(self) -> None:
        self._open = True
        self._ended = False

    def __call__(self, event: Event) -> None:
        """Write one line at once."""
        if self._ended or not self._open:
            return
        self._ended = isinstance(event, Terminal)
        try:
            sys.stdout.write(encode(event) + "\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            self._open = False
            # What a library may still print, and Python's flush at exit, must not fail either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def _listen(commands: Commands) -> None:
    """Read words and requests until standard input ends.

    Unbuffered: a thread that waits inside Python's own buffered reader makes the interpreter abort at exit.
    """
    rest = b""
    try:
        while piece := os.read(_STDIN, 1 << 16):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                _take(line.decode(errors="replace").strip(), commands)
    except OSError:
        pass
    commands.parent_gone()


def _take(line: str, commands: Commands) -> None:
    if not line.startswith("{"):
        commands.give(line)
        return
    try:
        commands.request(json.loads(line))
    except ValueError:
        sys.stderr.write(f"not understood: {line}\n")
