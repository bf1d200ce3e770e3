"""Looking through a folder of photos: which can be used, which cannot and why, which are there twice.

Every photo is really decoded once, at a small scale; the same decoding gives its look and fills the thumbnail
store. With a cache, a second scan of an unchanged folder reads metadata only.
"""

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from core.photos.decode import decode_photo, read_photo
from core.photos.folders import Layout, read_layout
from core.photos.long_paths import reachable
from core.photos.look import look_of, taken_at
from core.photos.remarks import remarks_of
from core.photos.scan_cache import FileFacts, ScanCache
from core.photos.thumbnails import ThumbnailStore
from core.photos.walk import FoundFile, Unwalkable, walk
from core.problems import Problem

_CHECK_EDGE = 64  # pixels; a large JPEG is then decoded at an eighth of its size, every byte of it still read
_SAVE_EVERY = 500
_REPORT_EVERY_S = 0.1
_LOST_AFTER = 8  # files in a row that cannot be reached, then the folder itself is looked for
_ESTIMATE_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class ScannedPhoto:
    """A photo that can be used; `look` and `taken` as `core.photos.look` has them, `remarks` with a space between."""

    path: Path
    size: int
    mtime_ns: int
    sha256: str
    look: bytes = b""
    taken: float | None = None
    remarks: str = ""


@dataclass(frozen=True)
class ScanProgress:
    """How far a scan is. `total` is None while files are still being found; no estimate without a basis. With
    `unpacking` a zip is being taken apart, and its files are counted."""

    found: int
    done: int
    total: int | None
    seconds_left: float | None
    unpacking: bool = False


@dataclass(frozen=True)
class ScanResult:
    """What was found. `complete`: everything below `root` was looked at (not single files, not cancelled)."""

    root: Path
    photos: tuple[ScannedPhoto, ...]
    unreadable: tuple[tuple[Path, Problem], ...]
    complete: bool = True

    @cached_property
    def duplicates(self) -> tuple[tuple[Path, ...], ...]:
        """Groups of two or more files with exactly the same content."""
        groups: defaultdict[str, list[Path]] = defaultdict(list)
        for photo in self.photos:
            groups[photo.sha256].append(photo.path)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    @cached_property
    def folders(self) -> Layout:
        """What the sub-folders say about the photos, in the order of `photos`."""
        return read_layout(photo.path.relative_to(self.root).as_posix() for photo in self.photos)


Report = Callable[[ScanProgress], None]
Cancelled = Callable[[], bool]


def scan(
    folder: Path,
    progress: Report | None = None,
    cancelled: Cancelled | None = None,
    *,
    cache: ScanCache | None = None,
    thumbnails: ThumbnailStore | None = None,
) -> ScanResult:
    """Look through a folder and all below it. Nothing in it stops the scan.

    Raises:
        Problem: `photos.folder_missing`, or `photos.folder_unreadable` for the folder itself.
    """
    root = Path(os.path.abspath(folder))
    _check_root(root)
    return _Scanner(root, progress, cancelled, cache, thumbnails).run(walk(root))


def scan_files(
    files: Sequence[Path],
    progress: Report | None = None,
    cancelled: Cancelled | None = None,
    *,
    cache: ScanCache | None = None,
    thumbnails: ThumbnailStore | None = None,
) -> ScanResult:
    """Look at single files, as they are dropped on the window; the root is their common folder."""
    paths = [Path(os.path.abspath(path)) for path in files]
    root = Path(os.path.commonpath([path.parent for path in paths])) if paths else Path.cwd()
    found = _Scanner(root, progress, cancelled, cache, thumbnails).run(_stat_each(paths))
    return replace(found, complete=False)


class _Scanner:
    """One scan under way."""

    def __init__(
        self,
        root: Path,
        progress: Report | None,
        cancelled: Cancelled | None,
        cache: ScanCache | None,
        thumbnails: ThumbnailStore | None,
    ) -> None:
        self._root = root
        self._progress = progress or (lambda _: None)
        self._cancelled = cancelled or (lambda: False)
        self._cache = cache
        self._thumbnails = thumbnails
        self._reported = 0.0
        self._stopped = False  # while files were still being found

    def run(self, entries: Iterable[FoundFile | Unwalkable]) -> ScanResult:
        files, unreadable = self._find(entries)
        known = self._cache.load(self._root) if self._cache else {}
        facts = {file.path: known[file.path] for file in files if _is_unchanged(file, known)}
        self._verify([file for file in files if file.path not in facts], facts, len(files))
        photos = [
            ScannedPhoto(
                Path(file.path), file.size, file.mtime_ns, fact.sha256, fact.look, fact.taken, fact.remarks
            )
            for file in files
            if (fact := facts.get(file.path)) is not None and fact.problem is None
        ]
        bad = [(Path(path), fact.problem) for path, fact in sorted(facts.items()) if fact.problem is not None]
        complete = len(facts) == len(files) and not self._stopped
        return ScanResult(self._root, tuple(photos), (*unreadable, *bad), complete)

    def _find(
        self, entries: Iterable[FoundFile | Unwalkable]
    ) -> tuple[list[FoundFile], list[tuple[Path, Problem]]]:
        files: list[FoundFile] = []
        unreadable: list[tuple[Path, Problem]] = []
        for entry in entries:
            if isinstance(entry, Unwalkable):
                unreadable.append((entry.path, entry.problem))
            else:
                files.append(entry)
            self._report(ScanProgress(len(files), 0, None, None))
            if self._cancelled():
                self._stopped = True
                break
        return files, unreadable

    def _verify(self, files: list[FoundFile], facts: dict[str, FileFacts], total: int) -> None:
        """Decode what is not known yet and add its facts, a few files ahead at most."""
        workers = min(os.cpu_count() or 1, 8)
        started = time.monotonic()
        unsaved: list[tuple[str, FileFacts]] = []
        unreached = 0  # of the last files
        with ThreadPoolExecutor(workers, thread_name_prefix="scan") as pool:
            for done, (file, fact) in enumerate(self._in_order(pool, files, 2 * workers), start=1):
                facts[file.path] = fact
                unsaved.append((file.path, fact))
                unreached = unreached + 1 if _is_passing(fact.problem) else 0
                if unreached >= _LOST_AFTER and not os.path.isdir(reachable(self._root)):
                    # The drive went: to wait for each of the others to fail could take hours.
                    facts |= {rest.path: _missing(rest) for rest in files if rest.path not in facts}
                    break
                if len(unsaved) >= _SAVE_EVERY:
                    self._save(unsaved)
                left = _seconds_left(time.monotonic() - started, done, len(files))
                self._report(ScanProgress(total, len(facts), total, left))
        self._save(unsaved)
        self._report(ScanProgress(total, len(facts), total, 0.0), at_once=True)

    def _in_order(
        self, pool: ThreadPoolExecutor, files: list[FoundFile], ahead: int
    ) -> Iterator[tuple[FoundFile, FileFacts]]:
        rest = iter(files)
        waiting: list[tuple[FoundFile, Future[FileFacts]]] = []
        while not self._cancelled():
            for file in islice(rest, ahead - len(waiting)):
                waiting.append((file, pool.submit(self._examine, file)))
            if not waiting:
                return
            file, future = waiting.pop(0)
            yield file, future.result()
        for _, future in waiting:
            future.cancel()

    def _examine(self, file: FoundFile) -> FileFacts:
        path = Path(file.path)
        edge = self._thumbnails.edge if self._thumbnails else _CHECK_EDGE
        try:
            data = read_photo(path)
            image = decode_photo(data, path, at_least=edge)
            if self._thumbnails:
                self._thumbnails.put(path, image)
        except Problem as caught:
            # Told anew: the one that was raised holds on to its frames, and these to the bytes of the file.
            problem = Problem(caught.code, **caught.data)
            return FileFacts(file.size, file.mtime_ns, problem=problem)
        sha256, remarks = hashlib.sha256(data).hexdigest(), " ".join(remarks_of(data))
        return FileFacts(file.size, file.mtime_ns, sha256, None, look_of(image), taken_at(data), remarks)

    def _save(self, unsaved: list[tuple[str, FileFacts]]) -> None:
        if self._cache:
            # A file that could not be reached may be there the next time; only its content is remembered.
            self._cache.save(pair for pair in unsaved if not _is_passing(pair[1].problem))
        unsaved.clear()

    def _report(self, progress: ScanProgress, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now - self._reported >= _REPORT_EVERY_S:
            self._reported = now
            self._progress(progress)


def _check_root(root: Path) -> None:
    if not os.path.isdir(reachable(root)):
        raise Problem("photos.folder_missing", name=root.name, path=root)
    try:
        with os.scandir(reachable(root)):
            return
    except OSError as error:
        reason = error.strerror or str(error)
        raise Problem("photos.folder_unreadable", name=root.name, path=root, reason=reason) from error


def _stat_each(paths: Iterable[Path]) -> Iterator[FoundFile | Unwalkable]:
    for path in paths:
        try:
            facts = os.stat(reachable(path))
        except OSError:
            yield Unwalkable(path, Problem("photos.missing", name=path.name, path=path))
        else:
            yield FoundFile(str(path), facts.st_size, facts.st_mtime_ns)


def _missing(file: FoundFile) -> FileFacts:
    problem = Problem("photos.missing", name=os.path.basename(file.path), path=file.path)
    return FileFacts(file.size, file.mtime_ns, problem=problem)


def _is_unchanged(file: FoundFile, known: dict[str, FileFacts]) -> bool:
    fact = known.get(file.path)
    return fact is not None and (fact.size, fact.mtime_ns) == (file.size, file.mtime_ns)


def _is_passing(problem: Problem | None) -> bool:
    """Problems of the place, not of the content, and those that an added decoder would solve."""
    return problem is not None and problem.code in (
        "photos.missing", "photos.unreadable", "photos.format_missing",
    )  # fmt: skip


def _seconds_left(elapsed: float, done: int, total: int) -> float | None:
    if elapsed < _ESTIMATE_AFTER_S or not done:
        return None
    return elapsed / done * (total - done)
