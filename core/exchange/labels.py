"""What another program's labels say, whatever its format: a photo's name there and the class it has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.problems import Problem

# A label file of a hundred thousand photos has some tens of megabytes.
MOST_BYTES = 300_000_000


@dataclass(frozen=True)
class ForeignLabels:
    """Labels as a file has them.

    labels: the photo as the file writes it (a path or a name, forward slashes) → its class's name.
    classes: the names in the file's order.
    descriptions: English words for a class, where the file has some.
    several: photos that the file puts into more than one class; they are in no `labels`.
    """

    labels: Mapping[str, str]
    classes: tuple[str, ...]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    several: tuple[str, ...] = ()


def gather(
    pairs: Iterable[tuple[str, str]],
    classes: Iterable[str] = (),
    descriptions: Mapping[str, str] | None = None,
) -> ForeignLabels:
    """Pairs of photo and class, in the file's order, as labels; classes without a photo may be listed first."""
    found = defaultdict[str, dict[str, None]](dict)
    order = dict.fromkeys(name for name in map(str.strip, classes) if name)
    plain = ((photo.strip().replace("\\", "/"), name.strip()) for photo, name in pairs)
    for photo, name in plain:
        if photo and name:
            found[photo][name] = None
            order.setdefault(name)
    labels = {photo: next(iter(names)) for photo, names in found.items() if len(names) == 1}
    several = tuple(photo for photo, names in found.items() if len(names) > 1)
    return ForeignLabels(labels, tuple(order), descriptions or {}, several)


def read_bounded(path: Path) -> bytes:
    """A label file's content.

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Problem("exchange.too_large", path=path, megabytes=MOST_BYTES // 1_000_000)
        return path.read_bytes()
    except OSError as error:
        raise Problem("exchange.unreadable", path=path, reason=error.strerror or error) from error
