"""`hikidashi labels import | export`: labels from and for other programs."""

import argparse
import sys
from pathlib import Path
from typing import Any, get_args

from core.exchange.write import ExportFormat


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "labels",
        help="take labels from another program, or give them to one",
        description="Reads labels that another program wrote into a project, and writes a project's labels.",
        epilog="example: hikidashi labels import my-project labels.csv",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    taking = actions.add_parser(
        "import",
        help="label a project's photos as a file says",
        description="Reads CSV (a column photo, a column class), Excel (.xlsx), COCO JSON or Label Studio JSON. Photos "
        "are found by the path that the file writes, or by their name. A Teachable Machine project (.tm, or the "
        "CLASS-samples.zip of one class) and the folder of a Lobe project are taken in with their photos. Undo in the "
        "window takes the labels back.",
        epilog="example: hikidashi labels import my-project labels.csv --json",
    )
    taking.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    taking.add_argument(
        "file", type=Path, metavar="FILE", help="file with labels, or another program's project"
    )
    taking.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    taking.set_defaults(run=_import)
    giving = actions.add_parser(
        "export",
        help="write a project's labels",
        description="Writes all labels to a CSV or COCO file, or copies the labelled photos to a new folder with one "
        "sub-folder per class.",
        epilog="example: hikidashi labels export my-project --format folders --out sorted-photos",
    )
    giving.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    giving.add_argument("--format", choices=get_args(ExportFormat), default="csv")
    giving.add_argument("--out", type=Path, required=True, metavar="PATH", help="the file or folder to write")
    giving.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    giving.set_defaults(run=_export)


def _import(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.exchange.into_project import import_labels
    from core.exchange.other_projects import is_other_project
    from core.exchange.read import read_labels
    from core.exchange.take_project import take_project
    from core.project.store import Project

    if is_other_project(arguments.file):
        with Project.open(arguments.project) as project:
            taken = take_project(project, arguments.file, _tell)
        return {"photos": taken.photos, "labelled": taken.labelled, "left_out": taken.left_out}
    foreign = read_labels(arguments.file)
    with Project.open(arguments.project) as project:
        done = import_labels(project, foreign)
    return {
        "labelled": done.labelled,
        "same": done.same,
        "missing": list(done.missing),
        "ambiguous": list(done.ambiguous),
        "several": list(done.several),
    }


def _export(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.exchange.write import export_labels
    from core.project.store import Project

    with Project.open(arguments.project) as project:
        done = export_labels(project, arguments.format, arguments.out, _tell)
    return {
        "path": str(done.path),
        "photos": done.photos,
        "skipped": [{"photo": str(path), "reason": reason} for path, reason in done.skipped],
    }


def _tell(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        print(f"    {done}/{total}", file=sys.stderr, flush=True)
