"""Photos that this program took one after another of one thing: their file names say so wherever they are copied to.

Other bursts are found by the clock and by what they show (`core.photos.alike`); a product that is turned in the hand,
or a pace slower than theirs, would be missed so.
"""

import re
from datetime import datetime
from pathlib import PurePosixPath

_NAME = re.compile(r"(burst-\d{8}-\d{6}-\d{6})-\d{2}")


def burst_name(began: datetime) -> str:
    """What the names of a burst's photos begin with, by the moment at which it began."""
    return f"burst-{began:%Y%m%d-%H%M%S-%f}"


def photo_name(burst: str, number: int) -> str:
    """The file name of one of its photos, from 1."""
    return f"{burst}-{number:02}.jpg"


def burst_of(path: str) -> str:
    """The burst that a photo belongs to by its name (forward slashes before it); "" for none."""
    found = _NAME.fullmatch(PurePosixPath(path).stem)
    return found[1] if found else ""
