"""`hikidashi audit verify | export`: the record of who changed what and when."""

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.files import write_atomic
from core.problems import Problem
from core.project.audit import AuditTrail
from core.project.audit_check import check_trail
from core.project.audit_table import trail_table
from core.project.database import Database
from core.project.store import PROJECT_FILE


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "audit",
        help="check or print the record of who changed what and when",
        description="Every change to labels, classes, marks, exclusions, the split and decisions leaves an entry in the "
        "project, each hashed over the one before.",
        epilog="example: hikidashi audit verify my-project",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    checking = actions.add_parser(
        "verify",
        help="check that the record is whole and that the project agrees with it",
        description="Goes through all entries and compares the project with where they lead; nothing is changed. A "
        "record without a note elsewhere cannot show that its end was cut off together with what it told of, or that "
        "all of it was made anew. So write down last_hash now and then, outside this PC, and give it with --expect "
        "later: if it is found, nothing up to that entry was changed.",
        epilog="example: hikidashi audit verify my-project --expect 3f1c… --json",
    )
    checking.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    checking.add_argument(
        "--expect", default="", metavar="HASH", help="a last_hash written down earlier, or its first 16 signs"
    )
    checking.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    checking.set_defaults(run=_verify)
    printing = actions.add_parser(
        "export",
        help="write the record as a table (CSV)",
        description="A row per change, for Excel or the printer. With no --out it goes to standard output.",
        epilog="example: hikidashi audit export my-project --out record.csv",
    )
    printing.add_argument("project", type=Path, metavar="PROJECT", help="folder of the project")
    printing.add_argument("--out", type=Path, metavar="FILE", help="the CSV file to write")
    printing.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    printing.set_defaults(run=_export)


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    with _opened(arguments.project) as database:
        report = check_trail(AuditTrail(database), arguments.expect)
    missed = bool(arguments.expect) and report.expected is None
    return {
        "entries": report.entries,
        "ok": report.ok and not missed,
        "first_bad": report.first_bad,
        "last_hash": report.last_hash,
        "differences": report.differences,
        "differing": list(report.differing),
        "forgotten": report.forgotten,
        "expected_at": report.expected,
    }


def _export(arguments: argparse.Namespace) -> dict[str, Any] | None:
    with _opened(arguments.project) as database:
        table, last = trail_table(database), AuditTrail(database).last_hash()
    rows = sum(1 for _ in csv.reader(io.StringIO(table, newline=""))) - 1
    if arguments.out is None:
        sys.stdout.write(table)
        return {"rows": rows, "last_hash": last} if arguments.json else None
    try:
        write_atomic(arguments.out, table.encode("utf-8-sig"))
    except OSError as error:
        raise Problem("exchange.not_written", path=arguments.out, reason=error.strerror or error) from error
    return {"path": str(arguments.out), "rows": rows, "last_hash": last}


@contextmanager
def _opened(folder: Path) -> Iterator[Database]:
    """The project file, only to read."""
    path = folder if folder.name == PROJECT_FILE else folder / PROJECT_FILE
    if not path.is_file():
        raise Problem("project.not_a_project", path=folder)
    database = Database(path, read_only=True)
    try:
        yield database
    finally:
        database.close()
