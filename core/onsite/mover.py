"""Moving judged photos to a folder per class: never out of that folder, never over another file."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from core.files import atomic_writer, write_atomic
from core.onsite.result import Outcome, Result
from core.photos.formats import photo_name
from core.problems import Problem
from core.project.class_file import class_folders, plain_name

UNSURE = "_unsure"
UNREADABLE = "_unreadable"
WRITTEN = "_written"  # a text has no class


class Mover:
    """Moves below `into`, which holds the folders of the classes.

    Raises:
        Problem: `onsite.no_place_to_move`: the folder cannot be made.
    """

    def __init__(self, into: Path, class_names: Iterable[str]) -> None:
        try:
            into.mkdir(parents=True, exist_ok=True)
            self.into = into.resolve(strict=True)
        except OSError as error:
            raise Problem("onsite.no_place_to_move", into=into, reason=error.strerror or error) from error
        self._folders = class_folders(class_names, reserved=(UNSURE, UNREADABLE, WRITTEN))

    def target(self, result: Outcome, taken: set[Path]) -> Path:
        """Where a photo is to go: under its own name, or with its id where that name is taken."""
        photo = Path(result.photo)
        plain = self.into / self._folder(result) / photo.name
        if plain in taken or os.path.lexists(plain):
            plain = plain.with_name(f"{photo.stem}-{result.id[:8]}{photo.suffix}")
        taken.add(plain)
        return plain

    def keep(self, content: bytes, result: Outcome) -> Path:
        """Put a photo that another program sent there, under the name that it was sent with and its id: whatever others are
        called, it is the only one. Gives where it is now; raises as `move`."""
        name = Path(photo_name(plain_name(result.photo), content))
        target = self.into / self._folder(result) / f"{name.stem}-{result.id}{name.suffix}"
        self.save(content, target)
        return target

    def move(self, photo: Path, target: Path) -> None:
        """Move a photo; done again after a kill, it finishes what was begun.

        Raises:
            Problem: `onsite.not_moved`: something else lies there, or the disk refuses.
        """
        try:
            self._make_room(target)
            if os.path.lexists(target):
                if not os.path.samestat(os.lstat(photo), os.lstat(target)):
                    raise FileExistsError(17, os.strerror(17))
                photo.unlink()  # the link was made, then came the kill
            else:
                _move(photo, target)
        except OSError as error:
            raise Problem(
                "onsite.not_moved", photo=photo, into=target, reason=error.strerror or error
            ) from error

    def save(self, content: bytes, target: Path) -> None:
        """Put a photo there that is no file yet; raises as `move`."""
        try:
            self._make_room(target)
            write_atomic(target, content)
        except OSError as error:
            raise Problem(
                "onsite.not_moved", photo=target.name, into=target, reason=error.strerror or error
            ) from error

    def _folder(self, result: Outcome) -> str:
        if result.problem:
            return UNREADABLE
        if result.unsure:
            return UNSURE
        return self._folders[result.class_name] if isinstance(result, Result) else WRITTEN

    def _make_room(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent.resolve() != self.into / target.parent.name:
            raise OSError(f"{target.parent} leads elsewhere")


def _move(photo: Path, target: Path) -> None:
    if os.name == "nt":
        os.rename(photo, target)  # refuses to overwrite there
        return
    try:
        os.link(photo, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # another disk, or a file system without links
        _copy(photo, target)
    photo.unlink()


def _copy(photo: Path, target: Path) -> None:
    descriptor = os.open(photo, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as source, atomic_writer(target) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    shutil.copystat(photo, target, follow_symlinks=False)
