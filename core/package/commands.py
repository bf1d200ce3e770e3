"""`hikidashi export`, `verify` and `predict`."""

import argparse
from pathlib import Path
from typing import Any

from core.evaluation.commands import add_wish
from core.package.archive import TextPackage
from core.package.options import ExportOptions
from core.package.signature import read_public
from core.package.trust import open_any_trusted
from core.package.verify import verify_package
from core.photos.walk import FoundFile, walk
from core.problems import Problem, problem_text
from core.settings import system_language


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three commands."""
    _add_export(subparsers)
    _add_verify(subparsers)
    _add_predict(subparsers)


def _add_export(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "export",
        help="write a run to a package and verify it",
        description="Writes what a finished run learned to a package (.hkd). A fresh process reopens it and must "
        "judge as the run does; otherwise no package is left.",
        epilog="example: hikidashi export run1 --out parts.hkd --json",
    )
    parser.add_argument("run_folder", metavar="RUN", type=Path, help="folder of a finished run")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.hkd", help="the package to write")
    parser.add_argument(
        "--onnx",
        action="store_true",
        help="put a model inside that works without this program and its backbone (ONNX)",
    )
    parser.add_argument(
        "--quantise",
        action="store_true",
        help="beside it a smaller, quicker one in 8 bits; what it costs is measured and told (brings --onnx along)",
    )
    parser.add_argument(
        "--new-products",
        action="store_true",
        help="let it read the words of new classes by itself (brings --onnx along)",
    )
    parser.add_argument(
        "--sign", type=Path, metavar="KEY", help="sign it with this secret key (hikidashi keys make)"
    )
    add_wish(parser, "what the run was trained with")
    _add_json(parser)
    parser.set_defaults(run=_export)


def _add_verify(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "verify",
        help="check a package",
        description="Checks that a package is whole and unchanged, that it judges as it did when it was made, and "
        "whether this PC has the backbone it needs. Exit code 2 when something is wrong.",
        epilog="example: hikidashi verify parts.hkd --trust factory.key.pub --json",
    )
    parser.add_argument("package", metavar="FILE.hkd", type=Path, help="the package to check")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        metavar="PUBKEY",
        help="it must be signed with this public key; may be repeated. By default with one of those that "
        "“hikidashi keys trust” made known to this PC, if there are any",
    )
    parser.add_argument(
        "--run",
        type=Path,
        dest="source_run",
        metavar="RUN",
        help="of a package that writes: it must also write what this run wrote about its test photos",
    )
    _add_json(parser)
    parser.set_defaults(run=_verify)


def _add_predict(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "predict",
        help="judge photos with a package",
        description="Judges photos, or all photos below a folder: tells their class, describes them, or answers questions "
        "about them, as the package learned. Photos that cannot be opened are listed with the reason; the others go on.",
        epilog='example: hikidashi predict parts.hkd photos --add-class "赤いキャップ=a red plastic cap" --json   or   '
        'hikidashi predict answers.hkd photos --question "穴はいくつありますか?" --json',
    )
    parser.add_argument("package", metavar="FILE.hkd", type=Path, help="the package")
    parser.add_argument("photos", metavar="PATH", type=Path, nargs="+", help="photos, or folders of photos")
    parser.add_argument(
        "--add-class",
        type=new_class,
        action="append",
        default=[],
        metavar="NAME=DESCRIPTION",
        help="offer one more class, told by its English description; may be repeated",
    )
    add_asking(parser)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    _add_json(parser)
    parser.set_defaults(run=_predict)


def add_asking(parser: argparse.ArgumentParser) -> None:
    """What is asked of a package that writes, and in which language it answers."""
    parser.add_argument(
        "--question",
        action="append",
        default=[],
        metavar="Q",
        help="ask this about each photo, of a package that answers; may be repeated (default: what it learned)",
    )
    parser.add_argument(
        "--language",
        choices=("ja", "en"),
        help="in which language it describes or answers, as far as it can (default: as it learned, or as it is asked)",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")


def _export(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.cli.progress import TerminalProgress
    from core.package.export import export_run

    options = ExportOptions(
        onnx=arguments.onnx,
        quantise=arguments.quantise,
        new_products=arguments.new_products,
        sign=arguments.sign,
    )
    report = export_run(
        arguments.run_folder, arguments.out, TerminalProgress(), options, arguments.wished_error
    )
    return report.as_dict()


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    trusted = None if arguments.trust is None else [read_public(path) for path in arguments.trust]
    report = verify_package(arguments.package, trusted=trusted, run=arguments.source_run)
    return {
        "ok": report.ok,
        "problems": [_told(problem) for problem in report.problems],
        "notes": [_told(note) for note in report.notes],
        "max_difference": report.max_difference,
        "checked": report.checked,
        "backbone": report.backbone,
        "alone_difference": report.alone_difference,
        "alone_checked": report.alone_checked,
        "signer": report.signer,
        "run_difference": report.run_difference,
        "run_texts": report.run_texts,
    }


def _predict(arguments: argparse.Namespace) -> dict[str, Any]:
    photos, unreadable = _photos(arguments.photos)
    if not photos:
        raise Problem("onsite.no_photos", paths=", ".join(str(path) for path in arguments.photos))
    package = open_any_trusted(arguments.package)
    if isinstance(package, TextPackage):
        return _write(package, photos, unreadable, arguments)
    return _judge(photos, unreadable, arguments)


def _judge(
    photos: list[str | Path], unreadable: list[dict[str, Any]], arguments: argparse.Namespace
) -> dict[str, Any]:
    from core.onsite.answers import Prediction
    from core.onsite.predictor import open_predictor

    if arguments.question or arguments.language:
        raise Problem("onsite.classes_no_questions")
    predictor = open_predictor(arguments.package, arguments.device)
    for name, description in arguments.add_class:
        predictor.add_class(name, description)
    predictions: list[dict[str, Any]] = []
    for found in predictor.predict(photos):
        if isinstance(found, Prediction):
            predictions.append(
                {
                    "photo": found.photo,
                    "class": found.class_name,
                    "probability": found.probability,
                    "unsure": found.unsure,
                    "seconds": found.seconds,
                }
            )
        else:
            unreadable.append({"photo": found.photo, **_told(found.problem)})
    return {"predictions": predictions, "not_judged": unreadable, "classes": list(predictor.class_names)}


def _write(
    package: TextPackage,
    photos: list[str | Path],
    unreadable: list[dict[str, Any]],
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    from core.onsite.answers import Writing
    from core.onsite.writing import open_writing_judge

    if arguments.add_class:
        raise Problem("onsite.texts_no_classes")
    judge = open_writing_judge(package, arguments.device, arguments.question, arguments.language)
    predictions: list[dict[str, Any]] = []
    for found in judge.predict(photos):
        if not isinstance(found, Writing):
            unreadable.append({"photo": found.photo, **_told(found.problem)})
            continue
        for part in found.parts:
            told = {"photo": found.photo} | part.model_dump(exclude={"record"}) | {"seconds": found.seconds}
            if judge.task == "caption":
                del told["question"]
            predictions.append(told)
    return {"predictions": predictions, "not_judged": unreadable, "questions": list(judge.questions)}


def _photos(paths: list[Path]) -> tuple[list[str | Path], list[dict[str, Any]]]:
    """The photos named, or found below folders; and what below folders could not be looked at."""
    photos: list[str | Path] = []
    unreadable: list[dict[str, Any]] = []
    for path in paths:
        if not path.is_dir():
            photos.append(path)
            continue
        for found in walk(path):
            if isinstance(found, FoundFile):
                photos.append(found.path)
            else:
                unreadable.append({"photo": str(found.path), **_told(found.problem)})
    return photos, unreadable


def _told(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "message": str(problem_text(problem.code, problem.data, system_language()))}


def new_class(text: str) -> tuple[str, str]:
    """NAME=DESCRIPTION of a command line."""
    name, separator, description = text.partition("=")
    if not separator or not name.strip() or not description.strip():
        raise argparse.ArgumentTypeError("write it as NAME=DESCRIPTION")
    return name.strip(), description.strip()
