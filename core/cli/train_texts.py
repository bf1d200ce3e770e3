"""`hikidashi train --task caption|vqa` and `hikidashi evaluate` of such a run: texts about a folder of photos."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.progress import TerminalProgress
from core.problems import Problem
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision
from core.tasks.texts import TextTask
from core.training.events import Warned
from core.training.job import DATA_FILE, JOB_FILE, WISHED_ERROR, TextJob, save_job
from core.training.run import Run

TEXT_TASKS: tuple[TextTask, ...] = ("caption", "vqa")

# Of `train`, what has no meaning where a model writes.
_OF_CLASSES = ("shots", "budget_minutes", "wish")


def add_text_data(parser: argparse.ArgumentParser) -> None:
    """Add what says where texts are."""
    parser.add_argument("--texts", type=Path, metavar="FILE", help="with --task caption or vqa: descriptions or "
                        "questions as `hikidashi texts import` reads them")  # fmt: skip
    parser.add_argument("--hold-back", nargs="+", default=[], metavar="FOLDER", help="with --task caption or vqa: "
                        "photos in sub-folders of these names are only examined on")  # fmt: skip


def train_texts(arguments: argparse.Namespace) -> dict[str, Any]:
    """Carry the command out. Raises Problem as `tune`."""
    from core.tasks.course import tune
    from core.tasks.presets import resolve_text_preset
    from core.tasks.writers import writer_card

    out, told = arguments.out.absolute(), dict[str, Any]()
    if arguments.resume:
        if not (out / JOB_FILE).exists():
            raise Problem("cli.no_run", path=out)
    else:
        if arguments.texts is None or arguments.photos is None:
            raise Problem("cli.say_texts")
        for option in _OF_CLASSES:
            if getattr(arguments, option) is not None:
                raise Problem("cli.not_for_texts", option="--" + option.replace("_", "-"))
        if (out / JOB_FILE).exists():
            raise Problem("cli.run_exists", path=out)
        preset = resolve_text_preset(arguments.preset or "lora")
        card = writer_card(arguments.backbone or "embedded")
        job = TextJob(
            run=str(out),
            preset=preset.name,
            composition=preset.composition,
            hyper=preset.hyper | dict(arguments.hyper),
            model=card.name,
            model_sha256=card.sha256,
            seed=1 if arguments.seed is None else arguments.seed,
            device=arguments.device,
            wished_error=arguments.wished_error or WISHED_ERROR,
        )
        revision, told = _frozen(arguments, arguments.task, job.seed)
        revision.save(out / DATA_FILE)
        save_job(job)
    return answer_of_texts(out, tune(out, TerminalProgress(), resume=arguments.resume)) | told


def evaluate_texts(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure a run on the test photos of another folder and file. Raises Problem as `reexamine`."""
    from core.tasks.reexamine import reexamine

    run = Run(arguments.run_folder.absolute())
    result = run.text_result()
    if result is None:
        raise Problem("cli.no_result", path=run.folder)
    if arguments.texts is None or arguments.photos is None:
        raise Problem("cli.say_texts")
    seed = result.seed if arguments.seed is None else arguments.seed
    revision, told = _frozen(arguments, result.task, seed)
    found = reexamine(run, revision)
    return {
        "run": str(run.folder),
        "photos": found.photos,
        "left_out": found.left_out,
        "metrics": _plain(found.metrics),
        **told,
    }


def _frozen(arguments: argparse.Namespace, task: TextTask, seed: int) -> tuple[TextRevision, dict[str, Any]]:
    """The photos and texts that were named, and the file's names that no one photo goes by. Raises Problem."""
    from core.exchange.text_read import read_texts
    from core.tasks.freeze import freeze_folder

    frozen = freeze_folder(
        arguments.photos,
        read_texts(arguments.texts),
        task,
        seed,
        same_part=arguments.same_part,
        held_back=arguments.hold_back,
    )
    missing, ambiguous = frozen.missing, frozen.ambiguous
    if names := (*missing, *ambiguous):
        data = {"missing": len(missing), "ambiguous": len(ambiguous), "photo": names[0]}
        TerminalProgress()(Warned(code="tasks.texts_left_out", data=data))
    return frozen.revision, {"missing": list(missing), "ambiguous": list(ambiguous)}


def answer_of_texts(run: Path, result: TextResult) -> dict[str, Any]:
    """The result of a run as the command line prints it."""
    told = result.model_dump(mode="json", exclude={"predictions", "validated", "schema_version", "hyper"})
    return {"run": str(run)} | told


def _plain(metrics: dict[Any, Any]) -> dict[str, Any]:
    return {
        group: {name: change.model_dump(mode="json") for name, change in measures.items()}
        for group, measures in metrics.items()
    }
