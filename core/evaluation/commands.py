"""`hikidashi compare`: finished runs beside a reference, paired photo by photo; and the wish that others take."""

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Any

_ABOUT = """\
Compares finished runs with the first one on the test photos that they share. For each figure: the shares judged right,
their difference with its interval (paired bootstrap over photos), McNemar's exact p-value, and what may be claimed:
`better` or `worse` only where the interval leaves out zero and the test agrees, else `unclear`. With several runs the
intervals are widened so that all of them together hold the truth in 95 of 100 cases.
"""


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "compare",
        help="compare finished runs, paired over the same photos",
        description=_ABOUT,
        epilog="example: hikidashi compare run-coop run-dept run-lora --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("reference", metavar="RUN", type=Path, help="folder of the run to compare with")
    parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="folders of the other runs")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_compare)


def add_wish(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says what the unsure threshold is chosen for."""
    parser.add_argument(
        "--wished-error",
        type=_wish,
        metavar="1/N",
        help=f"of the photos that pass without a person, at most so many wrong: 1/200 (default: {default})",
    )


def _compare(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.evaluation.runs import compare_runs
    from core.training.run import Run

    return compare_runs([Run(folder.absolute()) for folder in (arguments.reference, *arguments.runs)])


def _wish(text: str) -> float:
    """A wished error rate as 1/200 or 0.005, for argparse."""
    try:
        share = float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("write it as 1/200 or 0.005")
    return share
