"""`hikidashi pretrain`: train the embedded backbone, or the model that writes beside it, anew."""

import argparse
import sys
from typing import Any

_TASKS = ("classification", "caption", "vqa")


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command; its options live beside the training itself."""
    from core.backbones import pretrain

    parser = subparsers.add_parser(
        "pretrain",
        help="train the embedded backbone anew on the parts world",
        description="Trains the embedded backbone or, with --task caption or vqa, the model that describes photos and "
        "answers questions beside it (one model learns both). Stopped, it goes on where it was.",
        epilog="example: hikidashi pretrain --task caption --out my-writer --steps 1600",
    )
    parser.add_argument("--task", choices=_TASKS, default=_TASKS[0], help="what for (default classification)")
    pretrain.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.task == _TASKS[0]:
        from core.backbones import pretrain

        return pretrain.run(arguments)
    if arguments.teachers is not None:
        print("--teachers are the backbone's; the model that writes has none", file=sys.stderr)
    from core.tasks.pretrain_run import run

    return run(
        arguments.task,
        arguments.out,
        arguments.work,
        seed=arguments.seed,
        steps=arguments.steps,
        minutes=arguments.minutes,
        pictures=arguments.pictures,
    )
