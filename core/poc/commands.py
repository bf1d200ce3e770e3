"""`hikidashi stage`: where a project stands on its way to the shop floor, and decisions about it."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from core.files import sha256_file
from core.poc.evidence import Figure, Wish
from core.poc.handover import Handover, found_report, package_label
from core.poc.review import Review, decide, review
from core.problems import Problem, problem_text
from core.project.decisions import Verdict
from core.project.store import Project
from core.settings import system_language
from core.training.job import JOB_FILE


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "stage",
        help="say where a project stands, or decide about it",
        description="A project goes through three stages: 1 small and safe (words or a prefix), 2 stronger, only if "
        "needed, 3 hand-over. Without --decide it says where the project stands and what the figures recommend; a "
        "recommendation is drawn from intervals, and you may decide otherwise: both are kept, for good.",
        epilog="example: hikidashi stage my-project --decide go --by Tanaka --reason 'the line tried it for a week'",
    )
    parser.add_argument("project", metavar="PROJECT", type=Path, help="folder of a project")
    parser.add_argument(
        "--run", dest="of_run", metavar="RUN", help="the run to look at (default: the newest with a result)"
    )
    parser.add_argument("--wish", type=_wish, metavar="FIGURE=LEAST",
                        help=f"what is wished for, e.g. base=0.95; figures: {', '.join(get_args(Figure))}")  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--decide", choices=get_args(Verdict), help="go on, not yet, or stop here")
    what.add_argument(
        "--take-back", action="store_true", help="take the latest decision back, by a new entry"
    )
    parser.add_argument("--to", type=int, choices=(2, 3), help="where a go leads (default: as recommended)")
    parser.add_argument("--by", default="", metavar="NAME", help="who decides")
    parser.add_argument("--reason", default="", metavar="WORDS", help="why, in your own words")
    parser.add_argument("--package", type=Path, metavar="FILE", help="hand-over: the package; it is verified")
    parser.add_argument("--report", type=Path, metavar="FILE", help="hand-over: the report")
    parser.add_argument("--onsite-pc", metavar="NAME", help="hand-over: the PC on site")
    parser.add_argument("--owner", metavar="NAME", help="hand-over: who answers for it from now on")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_stage)


def _stage(arguments: argparse.Namespace) -> dict[str, Any]:
    with Project.open(arguments.project) as project:
        if arguments.wish is not None:
            arguments.wish.keep(project)
        _note_handover(project, arguments)
        found = review(project, _run_of(project, arguments.of_run))
        if arguments.decide:
            decide(
                project, found, arguments.decide, who=arguments.by, reason=arguments.reason, to=arguments.to
            )
        elif arguments.take_back:
            project.decisions.take_back(who=arguments.by, reason=arguments.reason)
        if arguments.decide or arguments.take_back:
            found = review(project, _run_of(project, arguments.of_run))
        return _told(project, found) if arguments.json else _in_short(project, found)


def _note_handover(project: Project, arguments: argparse.Namespace) -> None:
    known = Handover.of(project)
    given: dict[str, str] = {}
    if arguments.package is not None:
        given["package"] = _verified_package(arguments.package)
    if arguments.report is not None:
        given["report"] = found_report(arguments.report)
    given |= {
        name: getattr(arguments, name)
        for name in ("onsite_pc", "owner")
        if getattr(arguments, name) is not None
    }
    if given:
        known.model_copy(update=given).keep(project)


def _verified_package(path: Path) -> str:
    """A package as the checklist names it: file name and hash, once it has been checked.

    Raises:
        Problem: `stage.package_not_verified`.
    """
    from core.package.verify import verify_package

    found = verify_package(path)
    if not found.ok:
        reason = "; ".join(str(problem) for problem in found.problems) or path.name
        raise Problem("stage.package_not_verified", path=path, reason=reason)
    return package_label(path.name, sha256_file(path))


def _run_of(project: Project, name: str | None) -> Path | None:
    """A run by its name in the project, or by its path."""
    if name is None:
        return None
    for folder in (project.runs_folder / name, Path(name).absolute()):
        if (folder / JOB_FILE).is_file():
            return folder
    raise Problem("cli.no_run", path=name)


def _told(project: Project, found: Review) -> dict[str, Any]:
    words = problem_text(found.advice.code, found.advice.data, system_language())
    evidence = found.evidence
    told = None if evidence is None else evidence.model_dump(mode="json") | {"reach": evidence.reach}
    return {
        "project": project.name,
        "stage": found.standing.stage,
        "status": found.standing.status,
        "wish": found.wish.model_dump(),
        "recommended": found.advice.as_dict() | {"message": str(words)},
        "evidence": told,
        "handover": found.handover.model_dump() | {"missing": list(found.handover.missing)},
        "decisions": [asdict(entry) for entry in found.decisions],
    }


def _in_short(project: Project, found: Review) -> dict[str, Any]:
    """What a person reads at a terminal."""
    words = problem_text(found.advice.code, found.advice.data, system_language())
    short: dict[str, Any] = {
        "project": project.name,
        "stage": f"{found.standing.stage} ({found.standing.status})",
    }
    short["wish"] = f"{found.wish.figure} {found.wish.least:g}"
    if found.evidence is not None:
        short["run"] = f"{found.evidence.run} ({found.evidence.preset})"
        short |= {
            name: f"{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f}, {figure.n} photos)"
            for name, figure in found.evidence.tuned.items()
        }
    short["recommended"] = f"{found.advice.verdict or '-'}. {words}"
    if found.standing.stage == 3:
        short["still wanted"] = list(found.handover.missing)
    short["decisions"] = [
        f"{entry.time} stage {entry.stage}: {entry.verdict}, {entry.who}: {entry.reason}"
        for entry in found.decisions
    ]
    return short


def _wish(text: str) -> Wish:
    figure, separator, least = text.partition("=")
    try:
        if not separator:
            raise ValueError(text)
        return Wish.model_validate({"figure": figure, "least": float(least)})
    except ValueError as error:
        known = ", ".join(get_args(Figure))
        raise argparse.ArgumentTypeError(f"write it as FIGURE=LEAST, 0 to 1; figures: {known}") from error
