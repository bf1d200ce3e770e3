"""`hikidashi texts import | export`: descriptions and questions from and for other programs."""

import argparse
from pathlib import Path
from typing import Any, get_args

from core.exchange.text_write import TextFormat
from core.tasks.texts import TextTask


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "texts",
        help="take descriptions and questions from another program, or give them to one",
        description="Reads descriptions and questions about photos into a project, and writes a project's own.",
        epilog="example: hikidashi texts import my-project captions.json",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    taking = actions.add_parser(
        "import",
        help="add a file's texts to a project's photos",
        description="Reads CSV or Excel (columns photo and caption, or photo, question and answer), JSONL, COCO captions, "
        "VQAv2 (questions and annotations in one folder), Karpathy's splits, and a folder with Flickr8k's, Flickr30k's or "
        "COCO's descriptions. Photos are found by the path that the file writes, or by their name. Undo in the window "
        "takes it back.",
        epilog="example: hikidashi texts import my-project v2_OpenEnded_mscoco_val2014_questions.json --json",
    )
    taking.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    taking.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="CSV, Excel, JSON or JSONL file with texts, or the folder of a set",
    )
    taking.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    taking.set_defaults(run=_import)
    giving = actions.add_parser(
        "export",
        help="write a project's texts",
        description="Writes the descriptions (coco, csv, jsonl) or the questions with their answers (vqav2, csv, jsonl).",
        epilog="example: hikidashi texts export my-project --task caption --format coco --out captions.json",
    )
    giving.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    giving.add_argument("--task", choices=get_args(TextTask), default="caption")
    giving.add_argument("--format", choices=get_args(TextFormat), default="csv")
    giving.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    giving.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    giving.set_defaults(run=_export)


def _import(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.exchange.text_read import read_texts
    from core.exchange.texts_project import import_texts
    from core.project.store import Project

    texts = read_texts(arguments.file)
    with Project.open(arguments.project) as project:
        done = import_texts(project, texts)
    return {
        "changed": done.changed,
        "same": done.same,
        "missing": list(done.missing),
        "ambiguous": list(done.ambiguous),
        "left_out": done.left_out,
    }


def _export(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.exchange.texts_project import export_texts
    from core.project.store import Project

    with Project.open(arguments.project) as project:
        photos = export_texts(project, arguments.task, arguments.format, arguments.out)
    return {"path": str(arguments.out), "photos": photos}
