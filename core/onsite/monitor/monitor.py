"""The monitor of a line: fed with every judged photo, it looks once a window is full."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.onsite.monitor.book import MonitorBook
from core.onsite.monitor.limits import MonitorLimits, load_limits
from core.onsite.monitor.look import (
    Decided,
    Expected,
    Level,
    Seen,
    Window,
    features_of,
    level_of,
    look,
)
from core.onsite.monitor.signs import unlikeness
from core.package.archive import Package
from core.package.reference import read_reference
from core.settings import locations

WINDOW = "window"  # the line of the window itself, as against that of a folder, a camera or a server
_USUAL_WINDOWS = 3  # the class mix of so many first windows is the usual one


@dataclass(frozen=True)
class Status:
    """How a line is: its level, the newest look, what is usual, and how many photos are still missing for a look."""

    level: Level
    last: Window | None
    missing: int
    has_reference: bool
    limits: MonitorLimits
    decided: Decided = Decided()  # noqa: RUF009 - frozen


class Monitor:
    """Raises Problem as `MonitorBook` and `read_reference`."""

    def __init__(self, book: MonitorBook, expected: Expected, limits: MonitorLimits | None = None) -> None:
        self.book, self.expected = book, expected
        self._limits = limits

    @property
    def limits(self) -> MonitorLimits:
        """The limits in force: those of this PC, unless others were given."""
        return self._limits or load_limits()

    def add(self, photos: Sequence[Seen]) -> list[Window]:
        """Take judged photos, those that could not be read too; gives the looks that are due by them."""
        if not photos:
            return []
        self.book.add(photos, self._unlike(photos))
        limits, found = self.limits, list[Window]()
        while rows := self.book.next_window(limits.window):
            before = self.book.looks(_USUAL_WINDOWS)
            settled = len(before) == _USUAL_WINDOWS
            usual = self.book.first_mix(_USUAL_WINDOWS * limits.window) if settled else None
            decided = self.book.decided(before[-1].time if before else 0.0)
            found.append(look(rows, self.expected, usual, limits, decided))
            self.book.looked(found[-1], rows[-1].number)
        return found

    def status(self) -> Status:
        """How the line is now."""
        return status_of(self.book, self.expected.reference is not None, self.limits)

    def close(self) -> None:
        """Let go of the file."""
        self.book.close()

    def _unlike(self, photos: Sequence[Seen]) -> list[float]:
        found = [0.0] * len(photos)
        columns = {name: column for column, name in enumerate(self.expected.class_names)}
        rows = [at for at, photo in enumerate(photos) if photo.features and photo.class_name in columns]
        if self.expected.reference is None or not rows:
            return found
        some = [photos[at] for at in rows]
        judged = np.array([columns[photo.class_name] for photo in some], np.int64)
        far = unlikeness(features_of(some), judged, self.expected.reference)
        for at, value in zip(rows, far, strict=True):
            found[at] = float(value)
        return found


def status_of(book: MonitorBook, has_reference: bool, limits: MonitorLimits) -> Status:
    """How the line of a book is; also for a program that does not judge itself."""
    windows = book.looks(limits.windows)
    return Status(
        level=level_of(windows, limits),
        last=windows[-1] if windows else None,
        missing=max(0, limits.window - book.waiting()),
        has_reference=has_reference,
        limits=limits,
        decided=book.decided(windows[-1].time if windows else 0.0),
    )


def expected_of(package: Package) -> Expected:
    """What a package leads to expect. Raises Problem as `read_reference`."""
    manifest = package.manifest
    known, unsure = manifest.reference, manifest.unsure
    if known is not None:
        counts = (known.unsure, known.photos)
    else:
        counts = (0, 0) if unsure is None else (round(unsure.sent_to_person * unsure.n), unsure.n)
    return Expected(manifest.class_names, read_reference(package), *counts)


def open_monitor(package: Package, source: str) -> Monitor:
    """The monitor of a package at a source (a folder, a camera, a server, or `WINDOW`).

    Raises:
        Problem: as `MonitorBook` and `read_reference`.
    """
    expected = expected_of(package)
    return Monitor(MonitorBook(book_path(package, source)), expected)


def book_path(package: Package, source: str) -> Path:
    """Where that monitor's memory is: another package, or another source, has another."""
    key = hashlib.sha256(f"{package.sha256}\n{source}".encode(errors="surrogatepass")).hexdigest()[:16]
    return locations().data / "onsite" / f"monitor-{key}.db"
