"""Is the result equally good for every camera, line and shift? As far as the photos themselves say which is which.

Known are the folders that photos lie in, where they are not just the classes, and in a photo's own data (EXIF) the
camera and the hour. What is alike for all test photos, or said of few of them, makes no groups.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from PIL import Image

from core.evaluation.intervals import wilson
from core.photos.formats import DECODERS
from core.training.result import PhotoPrediction

Field = Literal["folder", "camera", "hours"]

MOST_GROUPS = 12
LEVEL = 0.05
_SAID_OF_AT_LEAST = 0.8
_FOLDERS_LOOKED_AT = 3
_MAKE, _MODEL, _EXIF_BLOCK, _TAKEN = 0x010F, 0x0110, 0x8769, 0x9003
_HOUR = re.compile(r"\d{4}\D\d\d\D\d\d\D(\d\d)\D\d\d")
# Three shifts of eight hours, as most plants with shifts have them.
_SHIFTS = ((6, 14), (14, 22), (22, 6))


@dataclass(frozen=True)
class Group:
    """Test photos of one camera, line or shift: how many are right, with the 95 % interval of the share."""

    name: str
    photos: int
    right: int
    low: float
    high: float


@dataclass(frozen=True)
class Grouping:
    """The groups of one field, the worst first. `differs`: the worst is worse than the others by more than chance
    explains (Fisher's exact test, level divided by the number of groups)."""

    field: Field
    groups: tuple[Group, ...]
    differs: bool


def groupings(predictions: Sequence[PhotoPrediction], root: Path) -> tuple[Grouping, ...]:
    """What the judged photos below `root` say of themselves; photos that are not there say only their folders."""
    fields: list[tuple[Field, list[str]]] = [("folder", names) for names in _folders(predictions)]
    told = [_from_exif(root / prediction.photo) for prediction in predictions]
    fields += [("camera", [camera for camera, _ in told]), ("hours", [hours for _, hours in told])]
    found = (_grouping(field, names, predictions) for field, names in fields)
    return tuple(grouping for grouping in found if grouping is not None)


def fisher(right: int, photos: int, right_others: int, photos_others: int) -> float:
    """One-sided p-value: so few right ones of these photos, were they like the others (hypergeometric)."""
    total, all_right = photos + photos_others, right + right_others
    ways = math.comb(total, photos)
    fewest = max(0, all_right - photos_others)
    return (
        sum(
            math.comb(all_right, k) * math.comb(total - all_right, photos - k)
            for k in range(fewest, right + 1)
        )
        / ways
    )


def _folders(predictions: Sequence[PhotoPrediction]) -> Iterator[list[str]]:
    """The folder names at each place, counted from the photo, that do not just say the class."""
    parents = [PurePosixPath(prediction.photo).parts[:-1] for prediction in predictions]
    labels = [prediction.label for prediction in predictions]
    for place in range(1, _FOLDERS_LOOKED_AT + 1):
        names = [parts[-place] if len(parts) >= place else "" for parts in parents]
        if not _says_the_class(names, labels):
            yield names


def _says_the_class(names: Sequence[str], labels: Sequence[int]) -> bool:
    """Whether knowing the folder halves the errors of guessing the class (Goodman and Kruskal's lambda)."""
    inside: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for name, label in zip(names, labels, strict=True):
        inside[name][label] += 1
    errors = len(labels) - max(Counter(labels).values(), default=0)
    left = sum(counts.total() - max(counts.values()) for counts in inside.values())
    return errors > 0 and left <= errors / 2


def _grouping(field: Field, names: Sequence[str], predictions: Sequence[PhotoPrediction]) -> Grouping | None:
    members: defaultdict[str, list[bool]] = defaultdict(list)
    for name, prediction in zip(names, predictions, strict=True):
        if name:
            members[name].append(prediction.predicted == prediction.label)
    said = sum(len(flags) for flags in members.values())
    if not 2 <= len(members) <= MOST_GROUPS or said < _SAID_OF_AT_LEAST * len(predictions):
        return None
    groups = sorted((_group(name, flags) for name, flags in members.items()), key=_badness)
    worst, right = groups[0], sum(group.right for group in groups)
    p = fisher(worst.right, worst.photos, right - worst.right, said - worst.photos)
    return Grouping(field, tuple(groups), differs=p * len(groups) < LEVEL)


def _group(name: str, flags: Sequence[bool]) -> Group:
    low, high = wilson(sum(flags), len(flags))
    return Group(name, len(flags), sum(flags), low, high)


def _badness(group: Group) -> tuple[float, str]:
    return group.right / group.photos, group.name


def _from_exif(path: Path) -> tuple[str, str]:
    """Camera and shift that a photo tells, "" where it does not; whatever stands there may be spoiled."""
    try:
        with Image.open(path, formats=DECODERS) as image:
            exif = image.getexif()
            taken = exif.get_ifd(_EXIF_BLOCK).get(_TAKEN)
    except Exception:  # noqa: BLE001 - a photo that cannot be opened, or a broken EXIF block, says nothing
        return "", ""
    names = [" ".join(str(exif.get(tag, "")).replace("\0", " ").split()) for tag in (_MAKE, _MODEL)]
    return " ".join(name for name in names if name)[:60], _shift(taken)


def _shift(taken: object) -> str:
    found = _HOUR.match(taken) if isinstance(taken, str) else None
    hour = int(found[1]) if found else 24
    return next((f"{a}:00–{b}:00" for a, b in _SHIFTS if hour < 24 and (hour - a) % 24 < (b - a) % 24), "")
