"""Taking photos into a project: folders, loose files and zips of photos, in one go."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.photos.alike import Cancelled
from core.photos.scan import ScanProgress, ScanResult, scan, scan_files
from core.photos.scan_cache import user_scan_cache
from core.photos.unpack import is_zip, unpack
from core.problems import Problem
from core.project.store import Project

Tell = Callable[[ScanProgress], None]


def take_in(
    project: Project,
    paths: Sequence[Path],
    tell: Tell = lambda _: None,
    cancelled: Cancelled = lambda: False,
) -> ScanResult:
    """Look through folders and zips one by one and loose files together; what was found is kept as it is found.

    Zips are unpacked into the project, so that their photos stay there when the zip goes. One of several that cannot
    be looked through is listed, and the others are taken.

    Raises:
        Problem: as `scan` or `unpack` of the only one; `project.keeps_no_photos`.
    """
    files = [path for path in paths if not path.is_dir() and not is_zip(path)]
    trees = [path for path in paths if path not in files]
    results: list[ScanResult] = []
    for path in trees:
        try:
            results.append(_look_through(project, path, tell, cancelled))
        except Problem as problem:
            if len(paths) == 1:
                raise
            results.append(ScanResult(path.parent, (), ((path, problem),), complete=False))
    if files:
        cache, store = user_scan_cache(), project.thumbnails
        results.append(scan_files(files, tell, cancelled, cache=cache, thumbnails=store))
    for result in results:
        if not cancelled():
            project.add_photos(result, cancelled)
    return results[0] if len(results) == 1 else _together(results)


def _look_through(project: Project, path: Path, tell: Tell, cancelled: Cancelled) -> ScanResult:
    """A folder, or a zip as the folder that it holds."""
    cache, store = user_scan_cache(), project.thumbnails
    if path.is_dir():
        return scan(path, tell, cancelled, cache=cache, thumbnails=store)

    def told(done: int, total: int, left: float | None) -> None:
        tell(ScanProgress(total, done, total, left, unpacking=True))

    unpacked = unpack(path, project.unpacked_folder, told, cancelled)
    if not unpacked.complete:
        return ScanResult(unpacked.folder, (), (), complete=False)
    unpacked.folder.mkdir(parents=True, exist_ok=True)  # a zip of nothing that could be taken
    found = scan(unpacked.folder, tell, cancelled, cache=cache, thumbnails=store)
    return replace(found, unreadable=(*unpacked.unreadable, *found.unreadable))


def _together(results: list[ScanResult]) -> ScanResult:
    photos = tuple(photo for result in results for photo in result.photos)
    unreadable = tuple(entry for result in results for entry in result.unreadable)
    return ScanResult(results[0].root, photos, unreadable, complete=False)
