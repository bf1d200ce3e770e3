"""`hikidashi methods`: what can be learned, and under which names."""

import argparse
from typing import Any

from core.methods.catalogue import CATALOGUE, compositions


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "methods",
        help="list the methods and what they can do",
        description="Lists every composition that --preset takes, with what it learns and its source.",
        epilog="example: hikidashi methods --json",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "methods": [
            {
                "name": composition.name,
                "composition": str(composition),
                "tasks": list(entry.tasks),
                "classifies": list(entry.classifies),
                "trains": entry.trains,
                "source": entry.source,
            }
            for composition in compositions()
            for entry in [CATALOGUE[composition.name]]
        ]
    }
