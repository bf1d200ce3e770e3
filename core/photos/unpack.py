r"""A zip of photos as a folder of photos: names in whatever encoding it was made with, nothing written elsewhere.

The standard says CP437 or, with a flag, UTF-8. What Windows in Japan packs has neither: its names are CP932 (Shift-JIS
with Microsoft's additions), in which the second byte of ソ or 表 is a backslash; so names are decoded first and taken
apart afterwards. What macOS and Linux pack is UTF-8, often without the flag, and from macOS decomposed.

Where it is unpacked, each file appears whole or not at all, so that it may be stopped anywhere and done again.
"""

import errno
import hashlib
import shutil
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.files import atomic_writer
from core.photos.decode import MAX_BYTES
from core.photos.formats import is_system_name, looks_like_photo
from core.problems import Problem

ZIP_SUFFIX = ".zip"
# Beside photos a folder may hold names and descriptions of its classes.
_ALSO = ("classes.toml",)
_LEAST_FREE = 1 << 29  # bytes that stay free on the disk
_CHUNK = 1 << 20
_MOST_LETTERS = 60  # of a name: in UTF-8 it must fit 255 bytes
_FORBIDDEN = '<>:"|?*'
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)
_ENCRYPTED, _UTF8 = 0x1, 0x800

Told = Callable[[int, int, float | None], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Unpacked:
    """The folder with the photos, and what could not be taken out: where it would lie, and why."""

    folder: Path
    unreadable: tuple[tuple[Path, Problem], ...]
    complete: bool = True


@dataclass(frozen=True)
class _Entry:
    info: zipfile.ZipInfo
    name: str


def is_zip(path: Path) -> bool:
    """Whether a file is to be looked into as a zip of photos, by its name."""
    return path.suffix.lower() == ZIP_SUFFIX


def unpack(
    archive: Path,
    into: Path,
    progress: Told = lambda _done, _total, _left: None,
    cancelled: Cancelled = lambda: False,
) -> Unpacked:
    """Take the photos out of a zip into a folder of its own below `into`; the same zip always into the same one.

    `progress` is told files done, files in all and seconds left. Cancelled, nothing stays of what this call made.

    Raises:
        Problem: `photos.zip_*`: not a zip or cut off, locked with a password, more than the disk holds;
            `photos.missing`, `photos.unreadable`.
    """
    with _opened(archive) as file:
        entries = [_Entry(info, name_of(info)) for info in file.infolist() if not info.is_dir()]
        wanted = [entry for entry in entries if _is_wanted(entry.name)]
        _check(archive, into, wanted)
        folder = into / f"{_clean(archive.stem)}-{_fingerprint(wanted)}"
        fresh = not folder.exists()
        done = _Unpacking(archive, file, folder, progress, cancelled).run(wanted)
    if not done.complete and fresh:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def name_of(info: zipfile.ZipInfo) -> str:
    """The name of an entry as whoever packed it saw it, with forward slashes."""
    name = info.orig_filename.split("\0")[0]
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        name = next((text for code in ("utf-8", "cp932") if (text := _decoded(raw, code))), name)
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def place_of(name: str) -> tuple[str, ...] | None:
    """The folders and the file name of an entry, each fit for any disk; None for one that leads out of the folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    leads_out = name.startswith("/") or ".." in parts or (parts and parts[0][1:2] == ":")
    return None if leads_out or not parts else tuple(_clean(part) for part in parts)


class _Unpacking:
    """One zip on its way out."""

    def __init__(
        self, archive: Path, file: zipfile.ZipFile, folder: Path, progress: Told, cancelled: Cancelled
    ) -> None:
        self._archive, self._file, self._folder = archive, file, folder
        self._progress, self._cancelled = progress, cancelled
        self._taken: set[Path] = set()

    def run(self, entries: list[_Entry]) -> Unpacked:
        total = sum(entry.info.file_size for entry in entries)
        began, written = time.monotonic(), 0
        problems: list[tuple[Path, Problem]] = []
        for done, entry in enumerate(entries):
            if self._cancelled():
                return Unpacked(self._folder, tuple(problems), complete=False)
            elapsed = time.monotonic() - began
            left = elapsed / written * (total - written) if written and elapsed > 1 else None
            self._progress(done, len(entries), left)
            problem = self._take(entry)
            if problem is not None:
                problems.append(
                    (self._folder.joinpath(*(place_of(entry.name) or (_clean(entry.name),))), problem)
                )
            written += entry.info.file_size
        self._progress(len(entries), len(entries), 0.0)
        return Unpacked(self._folder, tuple(problems))

    def _take(self, entry: _Entry) -> Problem | None:
        """Take one file out; what stands in the way, if anything. A full disk ends it all."""
        about = {"name": entry.name.rpartition("/")[2], "path": f"{self._archive}/{entry.name}"}
        parts = place_of(entry.name)
        if parts is None or stat.S_ISLNK(entry.info.external_attr >> 16):
            return Problem("photos.zip_leads_out", **about)
        if is_zip(Path(entry.name)):
            return Problem("photos.zip_within", **about)
        if entry.info.file_size > MAX_BYTES:
            return Problem("photos.too_large", size=f"{entry.info.file_size / 2**30:.1f} GB", **about)
        if entry.info.flag_bits & _ENCRYPTED:
            return Problem("photos.zip_locked", **about)
        try:
            self._write(entry.info, self._free(self._folder.joinpath(*parts)))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Problem("photos.zip_no_room", name=self._archive.name, path=self._folder) from error
            return Problem("photos.unreadable", reason=error.strerror or error, **about)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            return Problem("photos.damaged", reason=error, **about)
        return None

    def _free(self, place: Path) -> Path:
        """Two names that are one on this disk, or that cleaning made one, both stay."""
        number, free = 1, place
        while Path(str(free).casefold()) in self._taken:
            number += 1
            free = place.with_name(f"{place.stem} ({number}){place.suffix}")
        self._taken.add(Path(str(free).casefold()))
        return free

    def _write(self, info: zipfile.ZipInfo, place: Path) -> None:
        if place.is_file() and place.stat().st_size == info.file_size:
            return
        # No more than the size that was declared and checked comes out of it: zipfile stops there.
        with self._file.open(info) as source, atomic_writer(place) as target:
            shutil.copyfileobj(source, target, _CHUNK)


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    about = {"name": archive.name, "path": archive}
    try:
        file = zipfile.ZipFile(archive)
    except FileNotFoundError as error:
        raise Problem("photos.missing", **about) from error
    except OSError as error:
        raise Problem("photos.unreadable", reason=error.strerror or error, **about) from error
    # Hostile bytes again: whatever reading the directory raises means that it is spoiled.
    except Exception as error:
        raise Problem("photos.zip_damaged", **about) from error
    with file:
        yield file


def _check(archive: Path, into: Path, wanted: list[_Entry]) -> None:
    """Before anything is written: that there is something to take, and room for it."""
    photos = [entry for entry in wanted if looks_like_photo(entry.name)]
    if photos and all(entry.info.flag_bits & _ENCRYPTED for entry in photos):
        raise Problem("photos.zip_locked", name=archive.name, path=archive)
    into.mkdir(parents=True, exist_ok=True)
    size = sum(entry.info.file_size for entry in wanted)
    if size > shutil.disk_usage(into).free - _LEAST_FREE:
        raise Problem("photos.zip_too_large", name=archive.name, path=into, size=f"{size / 2**30:.1f} GB")


def _is_wanted(name: str) -> bool:
    *folders, file = name.split("/")
    if any(is_system_name(part) and part not in (".", "..") for part in (*folders, file)):
        return False
    return looks_like_photo(file) or is_zip(Path(file)) or file.lower() in _ALSO


def _fingerprint(entries: list[_Entry]) -> str:
    """The same for the same content under the same names."""
    facts = sorted((entry.name, entry.info.CRC, entry.info.file_size) for entry in entries)
    return hashlib.sha256(repr(facts).encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _clean(part: str) -> str:
    """A name that Windows, too, takes."""
    letters = "".join("_" if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in part)
    stem, dot, suffix = letters.rpartition(".")
    short = f"{stem[:_MOST_LETTERS]}{dot}{suffix[:8]}" if dot and stem else letters[:_MOST_LETTERS]
    name = short.replace("/", "_").rstrip(". ") or "_"
    return f"_{name}" if name.split(".")[0].lower() in _DEVICES else name
