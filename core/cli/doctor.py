"""`hikidashi doctor`: the same checks that stand before training, for this PC."""

import argparse
from pathlib import Path
from typing import Any

import psutil

from core.cli.same_part import add_same_part
from core.doctor import Check, data_checks, machine_checks
from core.problems import problem_text
from core.settings import locations, system_language


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="look whether this PC is ready",
        description="Device, memory, disk and, with --photos, the photos: what stands in the way of training.",
        epilog="example: hikidashi doctor --photos my-photos --json",
    )
    parser.add_argument("--photos", type=Path, help="also look at this folder, one sub-folder per class")
    add_same_part(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    import torch

    from core.backbones.device import choose_device

    device = choose_device("auto")
    checks = machine_checks(locations().data)
    if arguments.photos is not None:
        from core.project.folder import revision_from_folder

        checks += data_checks(revision_from_folder(arguments.photos, 1, same_part=arguments.same_part))
    return {
        "device": device.name,
        "memory_bytes": psutil.virtual_memory().available,
        "torch": torch.__version__,
        "problems": [_entry(check) for check in checks if check.level != "ok"],
        "checks": [_entry(check) for check in checks],
    }


def _entry(check: Check) -> dict[str, Any]:
    text = problem_text(check.code, check.data, system_language())
    return {"code": check.code, "level": check.level, "message": str(text), "remedy": check.remedy}
