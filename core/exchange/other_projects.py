"""Photos with their classes out of projects of other programs: Teachable Machine's and Lobe's.

Teachable Machine saves a project as a .tm file: a zip of `manifest.json` ("type": "image") and one picture per sample
named CLASS-!-NUMBER.jpg; "download samples" of one class gives CLASS-samples.zip with nothing but pictures. Lobe keeps
a project as a folder: `project.json`, the pictures in data/blobs under a hash without an ending, and db.sqlite, whose
table data_items ties an image's hash and a text (the label) by their example_id. (Lobe's own "export" writes a folder
per class: that is taken in as any such folder.)

All of it is copied to a folder per class with a classes.toml, as this program knows folders. Nothing of another
program's names decides where a file is written; sizes are bounded; what is no picture is left out.
"""

import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.files import atomic_writer
from core.photos.decode import MAX_BYTES
from core.problems import Problem
from core.project.class_file import CLASS_FILE, class_file_text, class_folders

MOST_PHOTOS = 200_000
MOST_MANIFEST = 20_000_000
# Teachable Machine's samples are of 224 pixels; what a zip says it holds must not fill the disk.
MOST_UNPACKED = 4_000_000_000
_SAMPLE = re.compile(r"(?P<name>.+)-!-\d+\.(?:jpe?g|png|webp)", re.IGNORECASE | re.DOTALL)
_ONE_CLASS = re.compile(r"(?P<name>.+)-samples", re.DOTALL)
_BLOB = re.compile(r"[0-9A-Za-z_-]{1,200}")
_SIGNATURES = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"), (b"RIFF", ".webp"), (b"BM", ".bmp"))
_MOST_STEPS = 20_000_000  # of SQLite's machine: what needs more is no list of labels
_CHUNK = 1 << 20

Report = Callable[[int, int], None]
Cancelled = Callable[[], bool]
Open = Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Copied:
    """What was written: `photos` by class; `left_out` says how many were no picture, too large or not there."""

    folder: Path
    photos: Mapping[str, int]
    left_out: int
    complete: bool = True


def is_other_project(path: Path) -> bool:
    """Whether this looks like one of these programs' projects."""
    if path.is_dir():
        return (path / "db.sqlite").is_file() and (path / "project.json").is_file()
    return path.suffix.lower() == ".tm" or (
        path.suffix.lower() == ".zip" and _ONE_CLASS.fullmatch(path.stem) is not None
    )


def copy_out(
    source: Path, out: Path, progress: Report = lambda *_: None, cancelled: Cancelled = lambda: False
) -> Copied:
    """Copy a project's photos to a new folder, one sub-folder per class; photos without a class stay at its top.

    Stopped half-way (`complete` is then false), what was copied so far is there and may be copied over.

    Raises:
        Problem: `exchange.other_project_spoiled`, `exchange.not_an_image_project`, `exchange.folder_not_empty`,
            `exchange.not_written`, `exchange.unreadable`.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Problem("exchange.folder_not_empty", path=out)
    try:
        if source.is_dir():
            return _copy(_lobe_photos(source), out, progress, cancelled)
        with zipfile.ZipFile(source) as archive:
            return _copy(_machine_photos(source, archive), out, progress, cancelled)
    except (zipfile.BadZipFile, sqlite3.Error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Problem("exchange.other_project_spoiled", path=source, reason=error) from error
    except OSError as error:
        raise Problem("exchange.not_written", path=out, reason=error.strerror or error) from error


def _machine_photos(source: Path, archive: zipfile.ZipFile) -> list[tuple[str, Open]]:
    """Samples of a Teachable Machine project, or of one class, by class."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    size = sum(member.file_size for member in members)
    if len(members) > MOST_PHOTOS or size > MOST_UNPACKED:
        reason = f"{len(members)} files, {size // 1_000_000} MB"
        raise Problem("exchange.other_project_spoiled", path=source, reason=reason)
    alone = _ONE_CLASS.fullmatch(source.stem)
    if "manifest.json" in archive.namelist():
        _check_manifest(source, archive)
    elif alone is None:
        raise Problem("exchange.other_project_spoiled", path=source, reason="manifest.json")
    found: list[tuple[str, Open]] = []
    for member in members:
        sample = _SAMPLE.fullmatch(member.filename)
        name = sample["name"] if sample else alone["name"] if alone else None
        if name is not None and member.filename != "manifest.json" and member.file_size <= MAX_BYTES:
            found.append((name, lambda member=member: archive.open(member)))  # type: ignore[misc]
    return found


def _check_manifest(source: Path, archive: zipfile.ZipFile) -> None:
    if archive.getinfo("manifest.json").file_size > MOST_MANIFEST:
        raise Problem("exchange.other_project_spoiled", path=source, reason="manifest.json")
    try:
        manifest = json.loads(archive.read("manifest.json"))
        kind = manifest.get("type") if isinstance(manifest, dict) else None
    except (ValueError, RecursionError) as error:
        raise Problem("exchange.other_project_spoiled", path=source, reason="manifest.json") from error
    if kind != "image":
        raise Problem("exchange.not_an_image_project", path=source, kind=str(kind)[:40])


def _lobe_photos(source: Path) -> list[tuple[str, Open]]:
    """Pictures of a Lobe project with their labels ("" for none); only regular files of its own folder."""
    blobs = source / "data" / "blobs"
    found: list[tuple[str, Open]] = []
    for blob, label in _lobe_labels(source / "db.sqlite"):
        if not isinstance(blob, str) or _BLOB.fullmatch(blob) is None:
            continue
        path = blobs / blob
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_BYTES:
            found.append((label if isinstance(label, str) else "", lambda path=path: path.open("rb")))  # type: ignore[misc]
    return found


def _lobe_labels(path: Path) -> list[tuple[object, object]]:
    """Each image's hash with its label; a file made to keep the program busy is given up."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        steps = iter(range(_MOST_STEPS // 1000))
        connection.set_progress_handler(lambda: 0 if next(steps, None) is not None else 1, 1000)
        return connection.execute(
            """SELECT image.hash, min(label.item) FROM data_items AS image
            LEFT JOIN data_items AS label ON label.example_id = image.example_id AND label.type = 'text'
            WHERE image.type = 'image' GROUP BY image.hash LIMIT ?""",
            (MOST_PHOTOS,),
        ).fetchall()


def _copy(photos: list[tuple[str, Open]], out: Path, progress: Report, cancelled: Cancelled) -> Copied:
    names = {name: " ".join(name.split())[:100] for name, _ in photos}
    folders = class_folders(dict.fromkeys(name for name in names.values() if name))
    counts: dict[str, int] = {}
    left_out = 0
    out.mkdir(parents=True, exist_ok=True)
    for done, (written, start) in enumerate(photos):
        if cancelled():
            return Copied(out, counts, left_out, complete=False)
        progress(done, len(photos))
        name = names[written]
        if _copy_one(start, out / folders[name] if name else out, done):
            counts[name] = counts.get(name, 0) + 1
        else:
            left_out += 1
    if counts.keys() - {""}:
        entries = {folders[name]: (name, "") for name in counts if name}
        with atomic_writer(out / CLASS_FILE) as file:
            file.write(class_file_text(entries).encode())
    progress(len(photos), len(photos))
    return Copied(out, counts, left_out)


def _copy_one(start: Open, folder: Path, number: int) -> bool:
    """Copy one picture under a name of our own; False where it is none, or larger than it said."""
    try:
        with start() as content:
            pieces = _bounded(content)
            head = next(pieces, b"")
            ending = next((end for mark, end in _SIGNATURES if head.startswith(mark)), None)
            if ending is None:
                return False
            with atomic_writer(folder / f"{number:06}{ending}") as file:
                file.write(head)
                for piece in pieces:
                    file.write(piece)
    except (zipfile.BadZipFile, EOFError, ValueError):
        return False
    return True


def _bounded(content: IO[bytes]) -> Iterator[bytes]:
    left = MAX_BYTES
    while piece := content.read(_CHUNK):
        left -= len(piece)
        if left < 0:
            raise ValueError("larger than a photo can be")
        yield piece
