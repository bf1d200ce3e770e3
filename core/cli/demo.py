"""`hikidashi demo`: the main job on the sample project, without a screen."""

import argparse
import time
from pathlib import Path
from typing import Any

from core.assets import ASSETS
from core.backbones.store import EMBEDDED
from core.cli.progress import TerminalProgress
from core.cli.train import answer_of, positive, start_run
from core.cli.train_texts import TEXT_TASKS, answer_of_texts
from core.methods.presets import resolve_preset
from core.training.job import DATA_FILE, TextJob, TrainJob, save_job


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "demo",
        help="do the whole job on the sample project",
        description="Labels or texts, training, evaluation, export and verification on the sample project.",
        epilog="examples: hikidashi demo --out demo --json\n          hikidashi demo --task vqa --out demo-vqa --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the project, the run and the package"
    )
    parser.add_argument(
        "--task",
        choices=("classification", *TEXT_TASKS),
        default="classification",
        help="tell kinds apart, describe photos, or answer questions about them (default: classification)",
    )
    parser.add_argument(
        "--language", choices=("ja", "en"), default="ja", help="of the sample's texts (default: ja)"
    )
    parser.add_argument(
        "--preset", help="preset or composition (default: coop-dept; with --task caption or vqa: lora)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--shots", type=positive, help="training photos per class (default: all; not of texts)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    return _classes(arguments) if arguments.task == "classification" else _texts(arguments)


def _texts(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.project.sample import create_text_sample_project
    from core.tasks.course import tune
    from core.tasks.freeze import freeze_texts
    from core.tasks.presets import resolve_text_preset
    from core.tasks.writers import writer_card

    preset, card = resolve_text_preset(arguments.preset or "lora"), writer_card(EMBEDDED)
    out = arguments.out.absolute()
    started = time.perf_counter()
    project = create_text_sample_project(out / "sample", arguments.task, language=arguments.language)
    revision, run = freeze_texts(project), project.new_run_folder()
    labels_s = time.perf_counter() - started
    revision.save(run / DATA_FILE)
    save_job(
        TextJob(
            run=str(run),
            preset=preset.name,
            composition=preset.composition,
            hyper=preset.hyper,
            model=card.name,
            model_sha256=card.sha256,
            seed=arguments.seed,
        )
    )
    result = tune(run, TerminalProgress())
    stages = {"labels": labels_s} | result.stages_s
    return answer_of_texts(run, result) | _exported(run, out, stages)


def _classes(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.project.sample import create_sample_project
    from core.training.loop import train

    preset = resolve_preset(arguments.preset or "coop-dept")
    out = arguments.out.absolute()
    stages: dict[str, float] = {}
    started = time.perf_counter()
    project = create_sample_project(out / "sample")
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
    return answer_of(run, result) | _exported(run, out, stages | result.stages_s)


def _exported(run: Path, out: Path, stages: dict[str, float]) -> dict[str, Any]:
    """The package, exported and verified."""
    from core.package.export import export_run

    started = time.perf_counter()
    report = export_run(run, out / "sample.hkd")
    return {
        "package": str(report.package),
        "verified": report.verified,
        "max_difference": report.max_difference,
        "stages_s": stages | {"export": time.perf_counter() - started},
        "sample": str(ASSETS / "sample"),
    }
