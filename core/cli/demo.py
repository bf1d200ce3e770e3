"""`hikidashi demo`: the main job on the sample project, without a screen."""

import argparse
import time
from pathlib import Path
from typing import Any

from core.assets import ASSETS
from core.cli.progress import TerminalProgress
from core.cli.train import answer_of, positive, start_run
from core.methods.presets import resolve_preset
from core.training.job import TrainJob


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "demo",
        help="do the whole job on the sample project",
        description="Labels, training, evaluation, export and verification on the sample project.",
        epilog="example: hikidashi demo --out demo --json",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the project, the run and the package"
    )
    parser.add_argument("--preset", default="coop-dept", help="preset or composition (default: coop-dept)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shots", type=positive, help="training photos per class (default: all)")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.package.export import export_run
    from core.project.sample import create_sample_project
    from core.training.loop import train

    preset = resolve_preset(arguments.preset)
    out = arguments.out.absolute()
    stages: dict[str, float] = {}
    started = time.perf_counter()
    project = create_sample_project(out / "project")
    revision = project.snapshot()
    run = project.new_run_folder()
    stages["labels"] = time.perf_counter() - started
    job = TrainJob(
        run=str(run),
        preset=preset.name,
        composition=preset.composition,
        hyper=preset.hyper,
        seed=arguments.seed,
        shots=arguments.shots,
    )
    start_run(revision, job)
    result = train(run, TerminalProgress())
    stages |= result.stages_s
    started = time.perf_counter()
    report = export_run(run, out / "sample.hkd")
    stages["export"] = time.perf_counter() - started
    return answer_of(run, result) | {
        "package": str(report.package),
        "verified": report.verified,
        "max_difference": report.max_difference,
        "stages_s": stages,
        "sample": str(ASSETS / "sample"),
    }
