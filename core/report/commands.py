"""`hikidashi report`: the PoC report of a run, or of a project's newest run."""

import argparse
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.problems import Problem
from core.project.store import Project
from core.report.assumptions import read_assumptions
from core.report.gather import basis_of, find_run, gather, remembered
from core.report.tell import tell
from core.report.text_report import tell_texts, text_basis_of
from core.report.write import FORMATS, LANGUAGES, write_report
from core.training.job import TextJob
from core.training.run import Run


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "report",
        help="write the PoC report of a run",
        description="Writes a report of a finished run: one page for the manager (verdict, accuracy with intervals, "
        "cost, months to pay back, cautions) and an appendix for the engineer. The assumptions on cost come from the "
        "project, or from a TOML or JSON file; what it leaves out stays an example.",
        epilog="example: hikidashi report project --out report --language ja en --assumptions cost.toml --json\n"
        "cost.toml: inspections_per_day = 800",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source", metavar="RUN|PROJECT", type=Path, help="folder of a finished run, or of a project"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the report")
    parser.add_argument(
        "--language", choices=LANGUAGES, nargs="+", default=list(LANGUAGES), help="default: both"
    )
    parser.add_argument("--format", choices=FORMATS, nargs="+", default=list(FORMATS), help="default: both")
    parser.add_argument(
        "--assumptions", type=Path, metavar="FILE", help="TOML or JSON (default: the project's)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> dict[str, Any]:
    run, owner = find_run(arguments.source)
    if isinstance(run.job, TextJob):
        return _texts(run, owner, arguments)
    with Project.open(owner) if owner is not None else nullcontext() as project:
        if arguments.assumptions is not None:
            assumed = read_assumptions(arguments.assumptions)
        else:
            assumed = remembered(project)
        report = gather(basis_of(run, project), assumed)
    written = write_report(
        lambda language: tell(report, language),
        arguments.out.absolute(),
        arguments.language,
        arguments.format,
    )
    paid = report.payback
    return {
        "run": str(run.folder),
        "files": [str(entry.path) for entry in written],
        "headline": report.headline,
        "months_to_pay_back": None if paid is None else paid.months,
        "payback": None if paid is None else asdict(paid),
        "assumptions": assumed.model_dump(),
        "risks": [risk.code for risk in report.risks],
    }


def _texts(run: Run, owner: Path | None, arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.assumptions is not None:
        raise Problem("report.texts_no_cost", path=arguments.assumptions)
    with Project.open(owner) if owner is not None else nullcontext() as project:
        basis = text_basis_of(run, project)
    written = write_report(
        lambda language: tell_texts(basis, language),
        arguments.out.absolute(),
        arguments.language,
        arguments.format,
    )
    return {
        "run": str(run.folder),
        "files": [str(entry.path) for entry in written],
        "task": basis.result.task,
    }
