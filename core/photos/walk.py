"""Finding the files of a folder tree: links in circles, folders that may not be read, hidden files."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.photos.formats import is_hidden, looks_like_photo
from core.photos.long_paths import reachable
from core.problems import Problem

_PROJECT_FILE = "project.hikidashi"
_PROJECT_FOLDERS = frozenset(("runs", "cache"))


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file whose name promises a photo, with what the folder says about it."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Unwalkable:
    """A folder or file that could not be looked at."""

    path: Path
    problem: Problem


def walk(root: Path, *, links: bool = True, without: Path | None = None) -> Iterator[FoundFile | Unwalkable]:
    """Every photo file below `root`, in an order that depends on names only; each folder at most once.

    With `links` false nothing that is a link is looked at; the folder `without` is left out.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        try:
            if not _first_visit(folder, seen):
                continue
            with os.scandir(reachable(folder)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = error.strerror or str(error)
            name = Path(folder).name
            problem = Problem("photos.folder_unreadable", name=name, path=folder, reason=reason)
            yield Unwalkable(Path(folder), problem)
            continue
        is_project = any(entry.name == _PROJECT_FILE for entry in entries)
        own = _PROJECT_FOLDERS if is_project else frozenset[str]()
        folders: list[str] = []
        for entry in entries:
            found = _look_at(entry, os.path.join(folder, entry.name), folders, own, links)
            if found is not None:
                yield found
        waiting.extend(path for path in reversed(folders) if without is None or path != str(without))


def _look_at(
    entry: "os.DirEntry[str]", path: str, folders: list[str], skip: frozenset[str], links: bool
) -> FoundFile | Unwalkable | None:
    """The photo in an entry at a path, if any; a folder is put on the list instead."""
    try:
        if is_hidden(entry) or not (links or _is_itself(entry)):
            return None
        if not entry.name.isprintable() and _undecodable(entry.name):
            return _bad_name(entry, path)
        if entry.is_dir():
            if entry.name not in skip:
                folders.append(path)
            return None
        if not looks_like_photo(entry.name):
            return None
        facts = entry.stat()
        return FoundFile(path, facts.st_size, facts.st_mtime_ns)
    except FileNotFoundError:
        return Unwalkable(Path(path), Problem("photos.missing", name=entry.name, path=path))
    except OSError as error:
        reason = error.strerror or str(error)
        problem = Problem("photos.unreadable", name=entry.name, path=path, reason=reason)
        return Unwalkable(Path(path), problem)


def _is_itself(entry: "os.DirEntry[str]") -> bool:
    """Whether it is no link, nor, on Windows, a junction."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return not entry.is_symlink() and tag != getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)


def _undecodable(name: str) -> bool:
    """Names that are not UTF-8, as a Shift-JIS zip unpacked on Linux leaves them."""
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def _bad_name(entry: "os.DirEntry[str]", path: str) -> Unwalkable | None:
    if not entry.is_dir() and not looks_like_photo(entry.name):
        return None
    readable = path.encode("utf-8", "replace").decode()
    return Unwalkable(Path(readable), Problem("photos.bad_name", name=Path(readable).name, path=readable))


def _first_visit(folder: str, seen: set[tuple[int, int]]) -> bool:
    facts = os.stat(reachable(folder))
    identity = (facts.st_dev, facts.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True
