"""`hikidashi pretrain`: train the embedded backbone anew."""

import argparse
from typing import Any


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command; its options live beside the training itself."""
    from core.backbones import pretrain

    parser = subparsers.add_parser(
        "pretrain",
        help="train the embedded backbone anew on the parts world",
        epilog="example: hikidashi pretrain --out my-backbone --minutes 60",
    )
    pretrain.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones import pretrain

    return pretrain.run(arguments)
