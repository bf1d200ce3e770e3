"""`hikidashi worker JOB`: what the window starts; speaks events on standard output."""

import argparse
from pathlib import Path


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "worker",
        help="run a job file",
        description="Runs a job and tells events as JSON lines. Reads pause, resume, stop, detach from standard input.",
        epilog="example: hikidashi worker project/runs/0001/job.json",
    )
    parser.add_argument("job", type=Path, help="job.json in the folder of a run")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from core.training.worker import work

    work(arguments.job)
