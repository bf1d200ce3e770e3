"""Removing a model in two steps, so that it can be undone: put away, then forgotten.

What is put away lies in `<root>/.removed/` and still takes its space; a window that was killed in between leaves it
there for the next one to forget.
"""

import shutil
from pathlib import Path
from typing import Protocol

from core.problems import Problem

_FOLDER = ".removed"


class Store(Protocol):
    """Where models lie, a folder each: `ModelStore`, and that of models that write."""

    root: Path

    def removable(self, name: str) -> Path:
        """The folder of a model that may be deleted."""
        ...

    def check_free(self, name: str) -> None:
        """Refuse a name that cannot be given to a new model."""
        ...


def put_away(store: Store, name: str) -> int:
    """Take a model off the list; gives the bytes that `forget` will free. Raises as the store's `removable`."""
    folder, place = store.removable(name), store.root / _FOLDER / name
    place.parent.mkdir(exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    return _size(place)


def bring_back(store: Store, name: str) -> None:
    """Undo `put_away`.

    Raises:
        Problem: `backbones.name_taken` where another took its name meanwhile, `backbones.unknown` where it is gone.
    """
    store.check_free(name)
    place = store.root / _FOLDER / name
    if not place.is_dir():
        raise Problem("backbones.unknown", name=name, known="")
    place.rename(store.root / name)


def forget(store: Store) -> None:
    """Delete what was put away, for good."""
    shutil.rmtree(store.root / _FOLDER, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
