"""`hikidashi duplicates`: photos that are practically the same, parts and lots, and whether the split keeps them whole."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from core.cli.same_part import add_same_part
from core.photos.alike import find_alike
from core.photos.scan import scan
from core.photos.scan_cache import user_scan_cache
from core.problems import Problem
from core.project.folder import revision_from_folder, seen_of
from core.project.leaks import leak_of
from core.project.lots import WAYS, count_lots, lot_of


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "duplicates",
        help="find photos that are practically the same",
        description="Finds exact copies, near duplicates (saved anew, smaller, brighter) and bursts below a folder, and "
        "how many parts or lots each way of telling them makes. With one sub-folder per class it also says whether "
        "the split could keep them whole. Nothing is deleted or moved.",
        epilog="example: hikidashi duplicates my-photos --same-part name --json",
    )
    parser.add_argument("photos", metavar="DIR", type=Path, help="a folder of photos")
    add_same_part(parser)
    parser.add_argument("--seed", type=int, default=1, help="seed of the split")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    found = scan(arguments.photos, cache=user_scan_cache())
    kin = find_alike(seen_of(found.photos))
    kinds = Counter(each.kind for each in kin)
    inner = [photo.path.relative_to(found.root).as_posix() for photo in found.photos]
    groups: dict[int, list[str]] = {}
    for path, each in zip(inner, kin, strict=True):
        groups.setdefault(each.first, []).append(path)
    return {
        "photos": len(kin),
        "exact": kinds["exact"],
        "near": kinds["near"],
        "burst": kinds["burst"],
        "groups": [paths for paths in groups.values() if len(paths) > 1],
        "lots": {way: count_lots([lot_of(path, way) for path in inner]) for way in WAYS if way != "none"},
        "leak": _leak(arguments),
    }


def _leak(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """The leak of the folder's split; None where there is none, or no classes to split."""
    try:
        revision = revision_from_folder(arguments.photos, arguments.seed, same_part=arguments.same_part)
    except Problem:
        return None
    leak = leak_of(revision)
    return None if leak is None else leak.told(revision)
