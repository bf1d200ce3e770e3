"""The command line: `hikidashi <command>`. Thin: it parses, calls the rooms, prints.

Exit codes: 0 done, 1 a fault, 2 bad input with what to do. With `--json` the last line of standard output
is one JSON object; progress goes to standard error.
"""

import argparse
import importlib
import json
import logging
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import __version__
from core.documents import is_document
from core.problems import Problem, problem_text
from core.settings import system_language

OK, FAULT, BAD_INPUT = 0, 1, 2


@dataclass(frozen=True)
class Command:
    """A command's module, imported only when the command is called, so that help stays quick."""

    module: str
    help: str


COMMANDS = {
    "demo": Command("core.cli.demo", "do the whole job on the sample project, without a screen"),
    "train": Command("core.cli.train", "tune a backbone on a folder of photos, or on a features file"),
    "evaluate": Command("core.cli.train", "measure a run on a folder of photos, or on a features file"),
    "compare": Command("core.evaluation.commands", "compare finished runs, paired over the same photos"),
    "duplicates": Command("core.cli.duplicates", "find photos that are practically the same"),
    "features": Command(
        "core.cli.features", "image features in place of photos, to train on another machine"
    ),
    "labels": Command("core.exchange.commands", "take labels from another program, or give them to one"),
    "texts": Command(
        "core.exchange.text_commands",
        "take descriptions and questions from another program, or give them to one",
    ),
    "audit": Command("core.cli.audit", "check or print the record of who changed what and when"),
    "insight": Command("core.insight.commands", "show what a run kept of the pretrained knowledge"),
    "export": Command("core.package.commands", "write a run to a package and verify it"),
    "verify": Command("core.package.commands", "check a package"),
    "keys": Command(
        "core.package.key_commands", "make a key to sign packages with; say whose are taken here"
    ),
    "report": Command("core.report.commands", "write the PoC report of a run, as PDF and HTML"),
    "predict": Command("core.package.commands", "judge photos with a package"),
    "stage": Command("core.poc.commands", "say where a project stands, and decide about it"),
    "watch": Command("core.onsite.commands", "judge every photo that comes into a folder, or a camera's"),
    "serve": Command("core.onsite.commands", "judge photos that other programs send over HTTP"),
    "records": Command("core.onsite.record_commands", "read and correct what a package wrote on site"),
    "methods": Command("core.methods.commands", "list the methods and what they can do"),
    "models": Command("core.backbones.commands", "list, import, download and check backbones"),
    "doctor": Command("core.cli.doctor", "look whether this PC is ready"),
    "bench": Command("core.bench.commands", "measure what the engine costs"),
    "pretrain": Command("core.cli.pretrain", "train the embedded backbone anew on the parts world"),
    "worker": Command("core.cli.worker", "run a job file (called by the window)"),
}
# Looked up by name: core works without the window.
_WINDOW = "app.main"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and give its exit code; with no words, or with a file of the
    program's own, open the window."""
    words = list(sys.argv[1:] if argv is None else argv)
    _speak_utf8()
    if not words or (words[0] not in COMMANDS and is_document(words[0])):
        return int(importlib.import_module(_WINDOW).main(words))
    arguments = _parser(words[0]).parse_args(words)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    return _call(arguments)


def _call(arguments: argparse.Namespace) -> int:
    as_json = getattr(arguments, "json", False)
    try:
        answer = arguments.run(arguments)
    except Problem as problem:
        return _refuse(problem, as_json)
    except KeyboardInterrupt:
        return FAULT
    except Exception:  # noqa: BLE001 - the last line of defence: a fault is told and has its exit code
        traceback.print_exc()
        return FAULT
    if answer is not None:
        print(json.dumps(answer, ensure_ascii=False) if as_json else _readable(answer))
    return _exit_code(answer or {})


def _exit_code(answer: dict[str, Any]) -> int:
    """`fault` names what is wrong with the program itself, `ok` says whether what came in was good."""
    if answer.get("fault"):
        return FAULT
    return BAD_INPUT if answer.get("ok") is False else OK


def _refuse(problem: Problem, as_json: bool) -> int:
    text = problem_text(problem.code, problem.data, system_language())
    print("\n".join(part for part in (text.what, text.why, text.do) if part), file=sys.stderr)
    if as_json:
        print(json.dumps({"error": {"code": problem.code, "message": str(text)}}, ensure_ascii=False))
    return BAD_INPUT


def _parser(word: str) -> argparse.ArgumentParser:
    """The parser; only the module of the command that was called is imported."""
    epilog = "commands:\n" + "\n".join(f"  {name:<10} {command.help}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="hikidashi",
        description="Tune a vision-language model to your own photos. With no command the window opens.",
        epilog=epilog + "\n\nhikidashi COMMAND --help tells more, with an example.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"hikidashi {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    if word in COMMANDS:
        importlib.import_module(COMMANDS[word].module).add_parsers(subparsers)
    return parser


def _readable(answer: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {_plain(value)}" for key, value in answer.items())


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "".join(f"\n  {_plain(item)}" for item in value) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    return str(value)


def _speak_utf8() -> None:
    """UTF-8 whatever the locale: the window reads these lines, and paths may be Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
