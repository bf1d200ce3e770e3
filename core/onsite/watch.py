"""Watching a folder: every photo that comes is judged once, when it is whole."""

import math
import os
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from core.onsite.answers import Shot
from core.onsite.happenings import Recovered, Tell, Trouble
from core.onsite.journal import Done
from core.onsite.line import Line
from core.onsite.mover import Mover
from core.onsite.result import Outcome
from core.onsite.settling import Settling
from core.photos.walk import FoundFile, walk
from core.problems import Problem

_AT_ONCE = 16
_LOOK_AGAIN_S = 5.0  # network shares tell nothing of what others write there
_BETWEEN_LOOKS_S = 0.2
_DAY_S = 86_400.0
# So long a photo that is gone from the folder may come back without being judged again.
_REMEMBERED_DAYS = 30
# What a photo looks like while its second half is still on its way.
_PERHAPS_UNFINISHED = frozenset(
    f"photos.{name}" for name in ("empty", "truncated", "damaged", "not_a_picture", "unreadable")
)


@dataclass(frozen=True)
class Watched:
    """A folder, where its photos are moved to if anywhere, and when a photo counts as whole.

    Files larger than `most_bytes` are not opened. Raises Problem `onsite.folder_missing`, `onsite.move_into_watched`.
    """

    folder: Path
    move_to: Path | None = None
    settle_s: float = 1.0
    patience_s: float = 30.0
    most_bytes: int = 64 << 20  # 64 MB

    def __post_init__(self) -> None:
        folder = self.folder.resolve()
        if not folder.is_dir():
            raise Problem("onsite.folder_missing", path=self.folder)
        into = self.move_to.resolve() if self.move_to else None
        if into and (into == folder or into in folder.parents):
            raise Problem("onsite.move_into_watched", path=self.move_to)


class Watch:
    """Looks through the folder whenever the system tells of a change, and every few seconds.

    The system's messages only wake it: what counts is what lies in the folder, so none can be lost, however many
    photos come at once.
    """

    def __init__(self, watched: Watched, line: Line, tell: Tell, mover: Mover | None = None) -> None:
        self._root = watched.folder.resolve()
        self._watched, self._line, self._tell, self._mover = watched, line, tell, mover
        self._settling = Settling(watched.settle_s, watched.patience_s)
        self._unreadable: set[str] = set()
        self._tidied = -math.inf
        self._stuck = False

    def run(self, stop: threading.Event) -> None:
        """Judge what is there and what comes, until told to stop."""
        self._finish_moves()
        changed = threading.Event()
        with _told_of_changes(self._root, changed):
            while not stop.is_set():
                changed.clear()
                self._look(stop)
                self._rest(stop, changed)

    def _look(self, stop: threading.Event) -> None:
        """Judge what is whole. When the answers cannot be kept the photos stay to be judged, after a rest."""
        try:
            self._tidy()
            whole = self._settling.look(self._found())
            for start in range(0, len(whole), _AT_ONCE):
                if stop.is_set():
                    return
                self._judge(whole[start : start + _AT_ONCE])
        except Problem as problem:
            if not self._stuck:
                self._tell(Trouble(str(self._line.journal.path), problem))
            self._stuck = True
            stop.wait(_LOOK_AGAIN_S)
            return
        if self._stuck:
            self._tell(Recovered(str(self._line.journal.path)))
        self._stuck = False

    def _rest(self, stop: threading.Event, changed: threading.Event) -> None:
        """Until something changed, may be whole, or a few seconds have passed."""
        stop.wait(_BETWEEN_LOOKS_S)
        due = self._settling.next_due_s()
        until = time.monotonic() + (_LOOK_AGAIN_S if due is None else min(due, _LOOK_AGAIN_S))
        while not changed.is_set() and time.monotonic() < until:
            if stop.wait(_BETWEEN_LOOKS_S):
                return

    def _found(self) -> Iterator[FoundFile]:
        """The photos that are there and not done yet; folders that cannot be read are told once."""
        into = self._mover.into if self._mover else None
        unreadable = set[str]()
        for entry in walk(self._root, links=False, without=into):
            if isinstance(entry, FoundFile):
                file = entry if os.name != "nt" else _as_it_is(entry)
                if not self._line.journal.is_done(self._name(file.path), file.size, file.mtime_ns):
                    yield file
            elif entry.problem.code != "photos.missing":  # gone between two glances
                unreadable.add(str(entry.path))
                if str(entry.path) not in self._unreadable:
                    self._tell(Trouble(str(entry.path), entry.problem))
        for place in self._unreadable - unreadable:
            self._tell(Recovered(place))
        self._unreadable = unreadable

    def _judge(self, files: Sequence[FoundFile]) -> None:
        shots = [
            Shot(file.path, partial(read_file, Path(file.path), self._watched.most_bytes)) for file in files
        ]
        kept: list[tuple[FoundFile, Outcome]] = []
        for file, result in zip(files, self._line.judge(shots), strict=True):
            unfinished = result.problem in _PERHAPS_UNFINISHED and self._settling.wait_on(file)
            if not unfinished and _is_still(file):
                kept.append((file, result))
        results, done = self._with_targets(kept)
        if results:
            self._line.keep(results, done)
        self._move([entry for entry in done if entry.target])

    def _with_targets(self, kept: Sequence[tuple[FoundFile, Outcome]]) -> tuple[list[Outcome], list[Done]]:
        taken: set[Path] = set()
        results, done = list[Outcome](), list[Done]()
        for file, result in kept:
            target = str(self._mover.target(result, taken)) if self._mover else ""
            results.append(result.model_copy(update={"moved_to": target}))
            done.append(Done(self._name(file.path), file.size, file.mtime_ns, target))
        return results, done

    def _finish_moves(self) -> None:
        """What a kill left between judging and moving."""
        unmoved = self._line.journal.unmoved()
        there = [entry for entry in unmoved if (self._root / entry.path).exists()]
        self._line.journal.forget([entry.path for entry in unmoved if entry not in there])
        if self._mover is None:
            for entry in there:
                self._line.journal.stays(entry.path)
        else:
            self._move(there)

    def _tidy(self) -> None:
        """Once a day forget photos that have long been gone, so that the journal does not grow for ever.

        Not while the folder is empty: a network drive that is away may look so.
        """
        if (
            time.monotonic() - self._tidied < _DAY_S
            or not os.path.isdir(self._root)
            or not os.listdir(self._root)
        ):
            return
        self._tidied = time.monotonic()
        old = self._line.journal.older_than(time.time() - _REMEMBERED_DAYS * _DAY_S)
        self._line.journal.forget([path for path in old if not os.path.lexists(self._root / path)])

    def _move(self, entries: Sequence[Done]) -> None:
        moved: list[str] = []
        for entry in entries:
            assert self._mover is not None, "only a mover gives targets"
            photo = self._root / entry.path
            try:
                self._mover.move(photo, Path(entry.target))
            except Problem as problem:
                self._line.journal.stays(entry.path)
                self._tell(Trouble(str(photo), problem))
            else:
                moved.append(entry.path)
        self._line.journal.forget(moved)

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self._root)


def read_file(path: Path, most_bytes: int) -> bytes:
    """The content of a plain file that is no link and not too large.

    Raises:
        Problem: `photos.missing`, `photos.unreadable`, `photos.empty`, `photos.too_large`, `photos.not_a_picture`.
    """
    facts: dict[str, object] = {"name": path.name, "path": path}
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Problem("photos.not_a_picture", **facts)
            content = file.read(most_bytes + 1)
    except FileNotFoundError as error:
        raise Problem("photos.missing", **facts) from error
    except OSError as error:
        raise Problem("photos.unreadable", **facts, reason=error.strerror or error) from error
    if not content:
        raise Problem("photos.empty", **facts)
    if len(content) > most_bytes:
        raise Problem("photos.too_large", **facts, size=f"> {most_bytes / 2**20:.0f} MB")
    return content


def _is_still(file: FoundFile) -> bool:
    """Whether it is what it was when it counted as whole; what changed meanwhile is looked at again."""
    return _as_it_is(file) == file


def _as_it_is(file: FoundFile) -> FoundFile:
    """The file by its own facts: a listing on Windows tells those of before, while someone writes."""
    try:
        facts = os.lstat(file.path)
    except OSError:
        return FoundFile(file.path, -1, 0)
    return FoundFile(file.path, facts.st_size, facts.st_mtime_ns)


@contextmanager
def _told_of_changes(root: Path, changed: threading.Event) -> Iterator[None]:
    """Sets `changed` when something is written below the folder, as far as the system tells."""

    class Wake(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type in ("created", "modified", "moved", "closed"):
                changed.set()

    observer = Observer()
    try:
        observer.schedule(Wake(), str(root), recursive=True)
        observer.start()
    except OSError:  # out of watches: looking every few seconds does as well
        yield
        return
    try:
        yield
    finally:
        observer.stop()
        observer.join()
