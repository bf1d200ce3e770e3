"""`hikidashi features`: image features in place of photos, to train on another machine; and what such a file tells."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.same_part import add_same_part
from core.cli.train import positive
from core.problems import Problem
from core.settings import system_language

if TYPE_CHECKING:
    from core.features.file import FeaturesFile


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "features",
        help="extract image features in place of photos, or look into such a file",
        description="A features file holds what a backbone sees in photos, their classes and the split: no pixels, "
        "no file names, no EXIF or GPS, no hashes, not their order. `hikidashi train --features` learns from it "
        "on another machine. Someone who has the same photo can still find out whether it is in the file, and a "
        "rough idea of a photo can be guessed from its features.",
        epilog="example: hikidashi features extract --photos my-photos --out parts.features",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_extract(actions)
    _add_inspect(actions)


def _add_extract(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "extract",
        help="write the features of a folder of photos",
        description="Encodes the photos of a folder with one sub-folder per class. The split and the photos to learn "
        "from are drawn as `hikidashi train` draws them from the same seed and shots.",
        epilog="example: hikidashi features extract --photos my-photos --out parts.features --anonymous --json",
    )
    parser.add_argument("--photos", type=Path, required=True, help="folder with one sub-folder per class")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--backbone", default="embedded", help="name in `hikidashi models list`")
    parser.add_argument("--shots", type=positive, help="training photos per class (default: all)")
    add_same_part(parser)
    parser.add_argument("--seed", type=int, default=1, help="seed of the split, the sampling and the views")
    parser.add_argument(
        "--views", type=_views, default=10, help="views of each photo to learn from (default: 10)"
    )
    parser.add_argument(
        "--smallest-crop", type=_share, default=0.5, help="smallest crop of a view (default: 0.5)"
    )
    parser.add_argument("--no-flip", dest="flip", action="store_false", help="no view is mirrored")
    parser.add_argument("--anonymous", action="store_true",
                        help="numbers in place of class names and descriptions; then only methods that read no "
                        "words learn as well as with them")  # fmt: skip
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_extract)


def _add_inspect(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "inspect",
        help="say what a features file holds, what it does not, and what stays possible with it",
        epilog="example: hikidashi features inspect parts.features --json",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a features file")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_inspect)


def _extract(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.device import choose_device
    from core.backbones.load import load_backbone
    from core.cli.progress import TerminalProgress
    from core.features.file import save_features
    from core.project.folder import revision_from_folder
    from core.training.commands import Commands
    from core.training.extract import Extraction, extract

    if arguments.out.exists():
        raise Problem("features.exists", path=arguments.out)
    wish = Extraction(
        views=arguments.views,
        smallest_crop=arguments.smallest_crop,
        flip=arguments.flip,
        shots=arguments.shots,
        seed=arguments.seed,
        named=not arguments.anonymous,
    )
    revision = revision_from_folder(arguments.photos, arguments.seed, same_part=arguments.same_part)
    backbone = load_backbone(arguments.backbone, choose_device(arguments.device).torch_name)
    file = extract(revision, backbone, wish, TerminalProgress(), Commands())
    save_features(arguments.out, file)
    return {"file": str(arguments.out), **_told(file), "size_bytes": arguments.out.stat().st_size}


def _inspect(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.features.file import open_features

    return _told(open_features(arguments.file))


def _told(file: "FeaturesFile") -> dict[str, Any]:
    from core.features.words import tell

    about, told = file.about, tell(file, system_language())
    return {
        "photos": len(file.plain),
        "dim": file.dim,
        "contains": list(told.contains),
        "does_not_contain": list(told.absent),
        "still_possible": list(told.still_possible),
        "learned": len(file.views),
        "views": about.views,
        "classes": [entry.name for entry in about.classes],
        "anonymous": not about.named,
        "backbone": about.backbone,
        "backbone_sha256": about.backbone_sha256,
    }


def _views(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 200:
        raise argparse.ArgumentTypeError("must be 1 to 200")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0.05 <= number <= 1:
        raise argparse.ArgumentTypeError("must be 0.05 to 1")
    return number
