"""The option by which every command that splits photos is told which show the same part or lot."""

import argparse

from core.project.lots import WAYS


def add_same_part(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--same-part",
        choices=WAYS,
        default="none",
        help="photos of one part or lot, kept on one side of the split: all in a folder, or those whose file names are "
        "the same in front, as A001_1 and A001_2 (default: none; copies, near duplicates and bursts are always kept "
        "together)",
    )
