"""`hikidashi train` and `hikidashi evaluate`: tune on a folder of photos, measure on a folder of photos."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.cli.progress import TerminalProgress
from core.cli.same_part import add_same_part
from core.cli.train_texts import TEXT_TASKS, add_text_data, evaluate_texts, train_texts
from core.evaluation.abstention import curve_of
from core.evaluation.commands import add_wish
from core.methods.configs.automatic import WISHES
from core.methods.presets import Preset, resolve_preset
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.job import DATA_FILE, JOB_FILE, WISHED_ERROR, HyperValue, TextJob, TrainJob, save_job
from core.training.result import TrainResult
from core.training.run import Run

_PRESET = "coop-dept"


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    _add_train(subparsers)
    _add_evaluate(subparsers)


def start_run(revision: DataRevision, job: TrainJob) -> None:
    """Lay out a run's folder: the job and the data it works on.

    Raises:
        Problem: `cli.run_exists` when the folder already holds a run.
    """
    folder = Path(job.run)
    if (folder / JOB_FILE).exists():
        raise Problem("cli.run_exists", path=folder)
    revision.save(folder / DATA_FILE)
    save_job(job)


def answer_of(run: Path, result: TrainResult) -> dict[str, Any]:
    """The result of a run as the command line prints it."""
    return {
        "run": str(run),
        "metrics": {name: metrics.model_dump() for name, metrics in result.metrics.items()},
        "steps": result.steps,
        "stopped_because": result.stopped_because,
        "epochs": result.epochs,
        "kept_epoch": result.kept_epoch,
        "new_judged_by": result.new_judged_by,
        "decisions": [choice.model_dump() for choice in result.decisions],
        "intervals": {
            name: {key: interval.model_dump() for key, interval in figures.items()}
            for name, figures in result.intervals.items()
        },
        "stages_s": result.stages_s,
        "calibration": result.calibration.model_dump() if result.calibration else None,
        "unsure": result.unsure.model_dump() if result.unsure else None,
        "abstention": [stand.as_dict() for stand in curve_of(result.predictions)],
    }


def _add_train(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "train",
        help="tune a backbone on a folder of photos",
        description="Tunes a backbone on a folder with one sub-folder per class. The first half of the classes "
        "(base) is learned, the rest (new) is held back to measure what happens to products never seen.\n"
        "With --task caption or vqa a model that writes is tuned on descriptions, or on questions and answers.",
        epilog="examples: hikidashi train --photos my-photos --preset coop-dept --shots 16 --seed 1 --out run1\n"
        "          hikidashi train --task vqa --photos my-photos --texts questions.csv --preset lora --out run2",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_data(parser, "a file of `hikidashi features extract`, in place of photos; its split, views, shots and seed "
              "hold where nothing else is given")  # fmt: skip
    parser.add_argument("--task", choices=("classification", *TEXT_TASKS), default="classification",
                        help="tell classes apart (default), describe photos, or answer questions about them")  # fmt: skip
    add_text_data(parser)
    parser.add_argument(
        "--preset",
        help="preset or composition, e.g. coop-dept (default) or dept(coop); for texts lora (default), "
        "prefix, adapter, full, pt-peft-lora, …",
    )
    parser.add_argument("--shots", type=positive, help="training photos per class (default: all)")
    add_same_part(parser)
    parser.add_argument(
        "--seed", type=int, help="seed of the split, the sampling and the training (default: 1)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run; must not hold a run yet")
    parser.add_argument("--backbone", help="name in `hikidashi models list` (default: embedded, or the one that made "
                        "the features); for texts a model that writes")  # fmt: skip
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--set", dest="hyper", type=_setting, action="append", default=[], metavar="KEY=VALUE",
                        help="change a hyper-parameter of the preset; may be repeated")  # fmt: skip
    add_search(parser)
    add_wish(parser, f"1/{round(1 / WISHED_ERROR)}")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in --out")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_train)


def add_search(parser: argparse.ArgumentParser) -> None:
    """Add what can be said to `--preset automatic`."""
    parser.add_argument("--budget-minutes", type=float, help="with --preset automatic: time that it may take, search "
                        "and training together (default: 10)")  # fmt: skip
    parser.add_argument("--wish", choices=WISHES, help="with --preset automatic: union (default) for learned and new "
                        "classes offered together, keep-new for the learned ones with new ones judged no worse than "
                        "untouched, apart for both among themselves")  # fmt: skip


def searching(preset: Preset, arguments: argparse.Namespace) -> Preset:
    """The preset with what was said of the search.

    Raises:
        Problem: `cli.not_automatic` for any other preset, or as `Composition.configure`.
    """
    said = {"automatic.budget_minutes": arguments.budget_minutes, "automatic.wish": arguments.wish}
    asked: dict[str, HyperValue] = {key: value for key, value in said.items() if value is not None}
    if asked and preset.parsed.learns != "by_search":
        raise Problem("cli.not_automatic", preset=preset.name)
    preset.parsed.configure(preset.hyper | asked)
    return replace(preset, hyper=preset.hyper | asked)


def _add_data(parser: argparse.ArgumentParser, features_help: str) -> None:
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--photos", type=Path, help="folder with one sub-folder per class")
    data.add_argument("--features", type=Path, metavar="FILE", help=features_help)


def _add_evaluate(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a run on a folder of photos",
        description="Measures a finished run on the test photos of a folder with one sub-folder per class, or of a "
        "features file; with --texts a run about texts. Photos that the run learned or chose from are no test photos, "
        "whatever the split.",
        epilog="example: hikidashi evaluate run1 --photos my-photos --json",
    )
    parser.add_argument("run_folder", metavar="RUN", type=Path, help="folder of a finished run")
    _add_data(parser, "a file of `hikidashi features extract`, in place of photos")
    add_text_data(parser)
    parser.add_argument("--seed", type=int, help="seed of the split of photos (default: the run's own)")
    add_wish(parser, "the run's own")
    add_same_part(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_evaluate)


def _train(arguments: argparse.Namespace) -> dict[str, Any]:
    begun = arguments.resume and (arguments.out / JOB_FILE).exists()
    if _about_texts(arguments.out) if begun else arguments.task != "classification":
        return train_texts(arguments)
    from core.training.loop import train

    out = arguments.out.absolute()
    if arguments.resume:
        if not (out / JOB_FILE).exists():
            raise Problem("cli.no_run", path=out)
    else:
        start_run(*(_on_photos if arguments.features is None else _on_features)(out, arguments))
    return answer_of(out, train(out, TerminalProgress(), resume=arguments.resume))


def _about_texts(folder: Path) -> bool:
    """Whether the run in a folder, if there is one, tunes a model that writes."""
    return (folder / JOB_FILE).exists() and isinstance(Run(folder.absolute()).job, TextJob)


def _on_photos(out: Path, arguments: argparse.Namespace) -> tuple[DataRevision, TrainJob]:
    from core.project.folder import revision_from_folder

    preset = searching(resolve_preset(arguments.preset or _PRESET), arguments)
    seed = 1 if arguments.seed is None else arguments.seed
    job = TrainJob(
        run=str(out),
        preset=preset.name,
        composition=preset.composition,
        hyper=preset.hyper | dict(arguments.hyper),
        backbone=arguments.backbone or "embedded",
        seed=seed,
        shots=arguments.shots,
        device=arguments.device,
        wished_error=arguments.wished_error or WISHED_ERROR,
    )
    return revision_from_folder(arguments.photos, seed, same_part=arguments.same_part), job


def _on_features(out: Path, arguments: argparse.Namespace) -> tuple[DataRevision, TrainJob]:
    from core.features.file import open_features
    from core.features.shown import backbone_for, shown_as_in
    from core.files import sha256_file

    path = arguments.features.absolute()
    file, preset = open_features(path), searching(resolve_preset(arguments.preset or _PRESET), arguments)
    drawn = [shots for shots in (arguments.shots, file.about.shots) if shots is not None]
    job = TrainJob(
        run=str(out),
        preset=preset.name,
        composition=preset.composition,
        hyper=shown_as_in(file, preset) | dict(arguments.hyper),
        backbone=arguments.backbone or backbone_for(file),
        seed=file.about.seed if arguments.seed is None else arguments.seed,
        shots=min(drawn, default=None),
        device=arguments.device,
        features=str(path),
        features_sha256=sha256_file(path),
        wished_error=arguments.wished_error or WISHED_ERROR,
    )
    return file.revision, job


def _evaluate(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.texts is not None or _about_texts(arguments.run_folder):
        return evaluate_texts(arguments)
    from core.evaluation.run import evaluate
    from core.features.file import open_features
    from core.project.folder import revision_from_folder
    from core.project.leaks import without_learned
    from core.training.run import Run

    run = Run(arguments.run_folder.absolute())
    if run.result() is None:
        raise Problem("cli.no_result", path=run.folder)
    if arguments.features is not None:
        return evaluate(run, open_features(arguments.features), arguments.wished_error)
    seed = getattr(run.job, "seed", 1) if arguments.seed is None else arguments.seed
    data = revision_from_folder(arguments.photos, seed, same_part=arguments.same_part)
    return evaluate(run, without_learned(data, run.revision), arguments.wished_error)


def positive(text: str) -> int:
    """A whole number of 1 or more, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _setting(text: str) -> tuple[str, HyperValue]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError("write it as KEY=VALUE")
    if value.lower() in ("true", "false"):
        return key, value.lower() == "true"
    for kind in (int, float):
        try:
            return key, kind(value)
        except ValueError:
            continue
    return key, value
