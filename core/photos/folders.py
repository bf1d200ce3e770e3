"""What the folders of a tree of photos say: the class a photo belongs to, and a split that came with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Part = Literal["train", "val", "test"]

_PART_NAMES: dict[str, Part] = {
    "train": "train", "training": "train", "学習": "train", "学習用": "train", "訓練": "train",
    "val": "val", "valid": "val", "validation": "val", "検証": "val", "検証用": "val",
    "test": "test", "testing": "test", "テスト": "test", "テスト用": "test", "評価": "test", "評価用": "test",
}  # fmt: skip


@dataclass(frozen=True)
class FolderMeaning:
    """What a photo's place says: class folder ("" when it lies in none) and part (None: not said)."""

    label: str
    part: Part | None


@dataclass(frozen=True)
class Layout:
    """The meaning of every photo's place, and photos per class folder in sorted order."""

    meanings: tuple[FolderMeaning, ...]
    labels: dict[str, int]

    @property
    def brings_split(self) -> bool:
        """Whether the tree says which photos are for testing."""
        return any(meaning.part is not None for meaning in self.meanings)


def read_layout(photos: Iterable[str]) -> Layout:
    """Read the tree from paths relative to its root, with forward slashes; meanings come in that order.

    Understood: `class/…`, `train/class/…` beside `test/class/…` (or `val/…`), `class/train/…`, each also
    inside wrapping folders. What lies deeper within a class folder belongs to that class.
    """
    folders = [PurePosixPath(path).parts[:-1] for path in photos]
    wrappers = _wrapping(folders)
    inner = [parts[wrappers:] for parts in folders]
    split = _is_split(inner)
    meanings = tuple(_meaning(parts, split) for parts in inner)
    counted = Counter(meaning.label for meaning in meanings if meaning.label)
    return Layout(meanings, dict(sorted(counted.items())))


def _meaning(parts: Sequence[str], split: bool) -> FolderMeaning:
    places = [i for i, name in enumerate(parts[:2]) if split and name.lower() in _PART_NAMES]
    part = _PART_NAMES[parts[places[0]].lower()] if places else None
    names = [name for i, name in enumerate(parts) if i not in places[:1]]
    return FolderMeaning(names[0] if names else "", part)


def _is_split(folders: list[tuple[str, ...]]) -> bool:
    """A folder called "test" is a split only beside "train": it may also be a class."""
    for depth in (0, 1):
        found = {_PART_NAMES.get(parts[depth].lower()) for parts in folders if len(parts) > depth}
        if "train" in found and found & {"val", "test"}:
            return True
    return False


def _wrapping(folders: list[tuple[str, ...]]) -> int:
    """How many outer folders all photos share, leaving the innermost folder out: it may be the class."""
    if not folders:
        return 0
    shortest = min(len(parts) for parts in folders)
    shared = 0
    while shared < shortest and len({parts[shared] for parts in folders}) == 1:
        shared += 1
    return min(shared, max(shortest - 1, 0))
