"""Another program's labels given to the project's photos."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Generic, Protocol, TypeVar

from core.exchange.labels import ForeignLabels
from core.project.store import Project


@dataclass(frozen=True)
class Imported:
    """What became of a label file.

    labelled: photos that got a label, or another one; `same`: those that had it already.
    missing: names in the file that are no photo of the project; `ambiguous`: names of several of its photos;
    `several`: photos that the file puts into more than one class.
    """

    labelled: int
    same: int
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    several: tuple[str, ...]


def import_labels(project: Project, foreign: ForeignLabels) -> Imported:
    """Label the project's photos as a file says; one step, so undo takes all of it back.

    A photo is found by as much of its path as the file writes; where that is nowhere, by its name alone if only
    one photo has it. Upper and lower case and Unicode's two ways to write a letter make no difference.
    """
    places = Places(project.photos())
    found: dict[int, str] = {}
    missing: list[str] = []
    ambiguous: list[str] = []
    for reference, name in foreign.labels.items():
        photos = places.of(reference)
        if len(photos) == 1:
            found[photos[0].id] = name
        else:
            (ambiguous if photos else missing).append(reference)
    changed = project.label_by_names(found, foreign.classes, foreign.descriptions)
    return Imported(changed, len(found) - changed, tuple(missing), tuple(ambiguous), foreign.several)


class _Lies(Protocol):
    """Something that lies somewhere."""

    @property
    def path(self) -> PurePath:
        """Where."""
        ...


P = TypeVar("P", bound=_Lies)


class Places(Generic[P]):
    """Photos by their name, then by how much of their path agrees."""

    def __init__(self, photos: Sequence[P]) -> None:
        self._by_name = defaultdict[str, list[tuple[list[str], P]]](list)
        for photo in photos:
            parts = plain_path(photo.path.as_posix()).split("/")
            self._by_name[parts[-1]].append((parts, photo))

    def of(self, reference: str) -> list[P]:
        """The photos that agree with the longest end of a path."""
        wanted = [part for part in plain_path(reference).split("/") if part not in ("", ".", "..")]
        if not wanted:
            return []
        candidates = self._by_name.get(wanted[-1], [])
        agreeing = [_agreement(wanted, parts) for parts, _ in candidates]
        best = max(agreeing, default=0)
        return [photo for (_, photo), agreed in zip(candidates, agreeing, strict=True) if agreed == best]


def _agreement(wanted: Sequence[str], parts: Sequence[str]) -> int:
    agreed = 0
    for ours, theirs in zip(reversed(parts), reversed(wanted), strict=False):
        if ours != theirs:
            break
        agreed += 1
    return agreed


def plain_path(path: str) -> str:
    """A path, or a name, as it is compared: upper and lower case and Unicode's two ways to write a letter are one."""
    return unicodedata.normalize("NFC", path).casefold()
