"""`hikidashi records`: read what a package wrote on site, decide about it, and hand it on."""

import argparse
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

from core.cli.progress import TerminalProgress
from core.onsite.learnable import write_learnable
from core.onsite.records import Record, RecordBook, Wanted, Which, open_records
from core.package.archive import TextPackage
from core.package.trust import open_any_trusted
from core.problems import Problem
from core.training.events import Warned


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "records",
        help="read and correct what a package wrote on site",
        description="Lists the records of a package that writes, newest first; what the window, a watched folder and the "
        "server wrote on this PC. Records are confirmed or corrected by their id, all that are named or none; those are "
        "what can be learned from: --texts writes them for `hikidashi texts import`, beside copies of their photos that "
        "are kept here.",
        epilog="example: hikidashi records parts.hkd --which unsure --since 2026-11-30 --json; "
        'hikidashi records parts.hkd --correct 3f…-0="A scratched bolt." --who Tanaka',
    )
    parser.add_argument("package", metavar="FILE.hkd", type=Path, help="the package")
    parser.add_argument("--since", type=_day, metavar="DAY", help="from this day on, such as 2026-11-30")
    parser.add_argument("--until", type=_day, metavar="DAY", help="up to this day, which is in it")
    parser.add_argument(
        "--find", default="", metavar="WORDS", help="with these words in photo, question or text"
    )
    parser.add_argument("--which", choices=get_args(Which), default="all",
                        help="unsure: those for a person; open: nobody looked yet (default: all)")  # fmt: skip
    parser.add_argument("--most", type=int, default=100, metavar="N", help="list so many (default: 100)")
    parser.add_argument("--confirm", action="append", default=[], metavar="ID", help="this one is right")
    parser.add_argument("--correct", action="append", default=[], type=_correction, metavar="ID=TEXT",
                        help="this one should have said TEXT")  # fmt: skip
    parser.add_argument("--who", default="", metavar="NAME", help="who decides; needed to confirm or correct")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them, for Excel")
    parser.add_argument("--texts", type=Path, metavar="FILE.jsonl", help="write what can be learned from")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_records)


def _records(arguments: argparse.Namespace) -> dict[str, Any]:
    package = open_any_trusted(arguments.package)
    if not isinstance(package, TextPackage):
        raise Problem("package.of_classes", name=arguments.package.name)
    if (arguments.confirm or arguments.correct) and not arguments.who.strip():
        raise Problem("onsite.nobody_decides")
    book = open_records(package)
    try:
        return _carried_out(book, arguments)
    finally:
        book.close()


def _carried_out(book: RecordBook, arguments: argparse.Namespace) -> dict[str, Any]:
    who = arguments.who.strip()
    texts: dict[str, str | None] = dict.fromkeys(arguments.confirm) | dict(arguments.correct)
    decided = book.decide(texts, who)
    not_kept = [record for record in decided if record.not_kept]
    for record in not_kept:
        TerminalProgress()(Warned(code=record.not_kept, data={"photo": record.photo}))
    wanted = Wanted(
        since=_start_of(arguments.since) if arguments.since else 0.0,
        until=_start_of(arguments.until + timedelta(days=1)) if arguments.until else 1e15,
        words=arguments.find,
        which=arguments.which,
    )
    told: dict[str, Any] = {
        "records": [_told(record) for record in book.find(wanted, max(0, arguments.most))],
        "decided": [record.id for record in decided],
        "not_kept": [record.id for record in not_kept],
        "tally": asdict(book.tally(wanted)),
    }
    if arguments.csv is not None:
        told["csv"] = {"path": str(arguments.csv), "records": book.export_csv(arguments.csv, wanted)}
    if arguments.texts is not None:
        photos = write_learnable(book.learned_from(wanted), arguments.texts)
        told["texts"] = {"path": str(arguments.texts), "photos": photos}
    return told


def _told(record: Record) -> dict[str, Any]:
    """Times as people and programs read them; what nobody decided on has none."""
    at = datetime.fromtimestamp(record.decided_at).astimezone().isoformat() if record.decided else None
    return asdict(record) | {
        "time": datetime.fromtimestamp(record.time).astimezone().isoformat(),
        "decided_at": at,
    }


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _start_of(day: date) -> float:
    return datetime.combine(day, time()).timestamp()


def _correction(text: str) -> tuple[str, str]:
    key, separator, corrected = text.partition("=")
    if not separator or not key.strip() or not corrected.strip():
        raise argparse.ArgumentTypeError("write it as ID=TEXT")
    return key.strip(), corrected
