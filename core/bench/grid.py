"""A project of very many photos for the window to scroll through. What is measured is measured in the window, which is
asked for by name: core works without it."""

import hashlib
import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from core.bench.ingest import Tell, write_photos
from core.photos.scan import ScannedPhoto, ScanResult
from core.problems import Problem
from core.project.store import Project

_WINDOW = "app.bench.window"
_SIZE = (1280, 960)
_DIFFERENT = 64
_HOME = "HIKIDASHI_HOME"


def measure_grid(count: int, tell: Tell) -> dict[str, Any]:
    """The label page with so many photos, each a file of its own name, none of which was looked at before."""
    window = the_window()
    with a_home() as work:
        tell(f"a project of {count} photos")
        project = project_of_many(work, count)
        tell("scrolling")
        found: dict[str, Any] = window.measure_scrolling(project)
    return found


def measure_window_intake(photos: Path) -> dict[str, Any]:
    """Whether the window stalls while it takes a folder in."""
    window = the_window()
    with a_home() as work:
        Project.create(work / "project", "bench").close()
        found: dict[str, Any] = window.measure_intake(work / "project", photos)
    return found


def project_of_many(work: Path, count: int) -> Path:
    """A closed project. Its photos are names of a few files, each with a content of its own as far as it knows."""
    shots = write_photos(work / "shots", min(_DIFFERENT, count), _SIZE)
    folder = work / "photos"
    photos = []
    for number in range(count):
        place = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(shots[number % len(shots)], place)
        facts = place.stat()
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        photos.append(ScannedPhoto(place, facts.st_size, facts.st_mtime_ns, sha256))
    with Project.create(work / "project", "bench") as project:
        project.add_photos(ScanResult(folder, tuple(photos), ()))
        for name in ("OK", "NG"):
            project.add_class(name)
        return project.folder


def the_window() -> ModuleType:
    """Raises Problem `bench.no_window` where Qt is not installed."""
    try:
        return importlib.import_module(_WINDOW)
    except ImportError as error:
        raise Problem("bench.no_window", reason=error) from error


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder to work in, which for as long is also where settings and caches are: those of the user stay out of it."""
    before = os.environ.get(_HOME)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ[_HOME] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ[_HOME]
            else:
                os.environ[_HOME] = before
