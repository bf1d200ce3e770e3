"""Models in one file, for the USB stick to a PC without a network: written, and read as if an enemy had made it.

A zip, stored: `manifest.json` first, then `<model>/weights.…` and, where the model has one, `<model>/tokenizer.json`.
The manifest is the store's own record of each model, with the SHA-256 of every file. Nothing is unpacked under a name
that the file chose; what is put into the store is in bundle_import.py, since it loads the weights once.
"""

import hashlib
import json
import re
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core import __version__
from core.backbones.store import EMBEDDED, TOKENIZER_FILE, ModelStore, Record, StoredModel, is_name
from core.documents import MODELS_SUFFIX
from core.files import atomic_writer
from core.problems import Problem

MANIFEST = "manifest.json"
BUNDLE_SCHEMA: Final = 1
_MEDIA_TYPE: Final = "application/vnd.hikidashi.models+zip"
MOST_MODELS = 32

_MIB = 1 << 20
_MOST_MANIFEST, _MOST_DIRECTORY = 4 * _MIB, 64 << 10
_MOST_TOKENIZER = 256 * _MIB
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_WEIGHTS = re.compile(r"weights\.(safetensors|pt|pth|bin)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SPOILED = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, struct.error, ValueError, RuntimeError)
# PKWARE's APPNOTE 4.3.14 to 4.3.16: the end of the directory, and before it, in large files, its 64-bit form.
_END, _LOCATOR_64, _END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sLQL"), struct.Struct("<4sQ2H2L4Q")
_FAT32_MOST = (1 << 32) - 1

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class BundledModel(BaseModel):
    """A model in the file: the store's record, and the size of its tokenizer, 0 without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Record
    tokenizer_bytes: int = Field(ge=0, le=_MOST_TOKENIZER)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        record = self.record
        sound = (
            is_name(record.name)
            and record.name.lower() != EMBEDDED
            and _WEIGHTS.fullmatch(record.weights)
            and _SHA256.fullmatch(record.sha256)
            and record.size_bytes > 0
            and bool(record.tokenizer_sha256) == bool(self.tokenizer_bytes)
            and (not record.tokenizer_sha256 or _SHA256.fullmatch(record.tokenizer_sha256))
        )
        if not sound:
            raise ValueError(f"the record of {ascii(record.name)[:100]}")
        return self

    @property
    def files(self) -> dict[str, tuple[int, str]]:
        """Member → size and SHA-256."""
        record = self.record
        found = {f"{record.name}/{record.weights}": (record.size_bytes, record.sha256)}
        if self.tokenizer_bytes:
            found[f"{record.name}/{TOKENIZER_FILE}"] = (self.tokenizer_bytes, record.tokenizer_sha256)
        return found


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = BUNDLE_SCHEMA
    media_type: Literal["application/vnd.hikidashi.models+zip"] = _MEDIA_TYPE
    program: str = __version__
    models: tuple[BundledModel, ...] = Field(min_length=1, max_length=MOST_MODELS)

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        names = {model.record.name.lower() for model in self.models}
        if len(names) != len(self.models):
            raise ValueError("a name twice")
        return self


@dataclass(frozen=True)
class Bundle:
    """An opened file of models; its outside and its manifest were found sound, no member was read yet."""

    path: Path
    models: tuple[BundledModel, ...]

    @property
    def size_bytes(self) -> int:
        """All models together."""
        return sum(size for model in self.models for size, _ in model.files.values())

    def unpack(self, folder: Path, progress: Progress, cancelled: Cancelled) -> None:
        """Put every member below `folder`, under the names of the records, its size and hash compared.

        Raises:
            Problem: `backbones.bundle_damaged`, `backbones.bundle_cancelled`, or as `open_bundle`.
        """
        with _archive(self.path) as (_, archive):
            count = _Count(self.size_bytes, progress, cancelled, self.path.name)
            for model in self.models:
                place = folder / model.record.name
                place.mkdir()
                for member, facts in model.files.items():
                    with archive.open(member) as source, (place / Path(member).name).open("wb") as target:
                        if _copied(source, target, count) != facts:
                            raise _damaged(self.path, member)

    def check(self, progress: Progress, cancelled: Cancelled) -> None:
        """Read every member and compare it with the manifest; raises as `unpack`."""
        with _archive(self.path) as (_, archive):
            count = _Count(self.size_bytes, progress, cancelled, self.path.name)
            for model in self.models:
                for member, facts in model.files.items():
                    with archive.open(member) as source:
                        if _copied(source, None, count) != facts:
                            raise _damaged(self.path, member)


def open_bundle(path: Path) -> Bundle:
    """Read what a file of models holds.

    Raises:
        Problem: `backbones.not_a_bundle`, `backbones.bundle_damaged`, `backbones.bundle_newer`,
            `backbones.bundle_unreadable`.
    """
    with _archive(path) as (file, archive):
        entries = _entries(path, archive, file.seek(0, 2))
        with archive.open(entries[MANIFEST]) as member:
            manifest = _decode(path, member.read())
    expected = {name: size for model in manifest.models for name, (size, _) in model.files.items()}
    found = {name: entry.file_size for name, entry in entries.items() if name != MANIFEST}
    if found != expected:
        raise _damaged(path, ", ".join(sorted(set(found.items()) ^ set(expected.items()))[0][:1]))
    return Bundle(path, manifest.models)


def write_bundle(
    path: Path,
    names: Sequence[str],
    *,
    store: ModelStore | None = None,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
) -> Bundle:
    """Write stored models into one file, then read it back and compare every byte; it is there whole or not at all.

    Raises:
        Problem: `backbones.unknown`, `backbones.not_downloaded`, `backbones.broken`, `backbones.hash_changed`,
            `backbones.cannot_bundle` for the embedded one, `backbones.nothing_to_bundle`,
            `backbones.bundle_no_room`, `backbones.bundle_not_written`, `backbones.bundle_cancelled`.
    """
    store = store or ModelStore()
    models = [_to_carry(store, name) for name in dict.fromkeys(names)]
    if not models:
        raise Problem("backbones.nothing_to_bundle")
    manifest = _Manifest(models=tuple(carried for _, carried in models))
    total = sum(size for model in manifest.models for size, _ in model.files.values())
    if path.parent.is_dir() and (free := shutil.disk_usage(path.parent).free) < total + _MIB:
        raise Problem("backbones.bundle_no_room", path=path, needed=_mb(total), free=_mb(free))
    count = _Count(2 * total, progress, cancelled, path.name)
    try:
        with atomic_writer(path) as file, zipfile.ZipFile(file, "w") as archive:
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
            for stored, carried in models:
                _put(archive, stored, carried, count)
        # It is made to be handed on: not only its maker may read it.
        path.chmod(0o644)
    except OSError as error:
        reason = error.strerror or error
        code = "backbones.bundle_too_large" if total > _FAT32_MOST else "backbones.bundle_not_written"
        raise Problem(code, path=path, reason=reason) from error
    try:
        bundle = open_bundle(path)
        bundle.check(lambda done, _: progress(total + done, 2 * total), cancelled)
    except Problem:
        path.unlink(missing_ok=True)
        raise
    return bundle


def with_suffix(path: Path) -> Path:
    """The path, ending as a file of models does."""
    return path if path.suffix.lower() == MODELS_SUFFIX else path.with_name(path.name + MODELS_SUFFIX)


def _to_carry(store: ModelStore, name: str) -> tuple[StoredModel, BundledModel]:
    if name == EMBEDDED:
        raise Problem("backbones.cannot_bundle", name=name)
    stored = store.open(name)
    size = stored.tokenizer.stat().st_size if stored.tokenizer else 0
    return stored, BundledModel(record=stored.record, tokenizer_bytes=size)


def _put(archive: zipfile.ZipFile, stored: StoredModel, carried: BundledModel, count: "_Count") -> None:
    for member, facts in carried.files.items():
        entry = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        source_path = stored.folder / Path(member).name
        with (
            source_path.open("rb") as source,
            archive.open(entry, "w", force_zip64=facts[0] >= _FAT32_MOST // 2) as target,
        ):
            found = _copied(source, target, count)
        if found != facts:
            raise Problem(
                "backbones.hash_changed", name=carried.record.name, expected=facts[1], found=found[1]
            )


@dataclass
class _Count:
    """Bytes that went by, told piece by piece; a cancelled copy ends between two pieces."""

    total: int
    progress: Progress
    cancelled: Cancelled
    name: str
    done: int = 0

    def add(self, size: int) -> None:
        if self.cancelled():
            raise Problem("backbones.bundle_cancelled", name=self.name)
        self.done += size
        self.progress(self.done, self.total)


def _copied(source: IO[bytes], target: IO[bytes] | None, count: _Count) -> tuple[int, str]:
    """Copy, or only read; gives size and SHA-256 of what went by."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_CHUNK):
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
        count.add(len(piece))
    return size, digest.hexdigest()


@contextmanager
def _archive(path: Path) -> Iterator[tuple[IO[bytes], zipfile.ZipFile]]:
    """The file as a zip; whatever goes wrong while it is read becomes a Problem."""
    try:
        with path.open("rb") as file:
            _check_end(path, file)
            with zipfile.ZipFile(file) as archive:
                yield file, archive
    except OSError as error:
        raise Problem("backbones.bundle_unreadable", path=path, reason=error.strerror or error) from error
    except _SPOILED as error:
        raise _damaged(path, error) from error


def _check_end(path: Path, file: IO[bytes]) -> None:
    """Start and end are those of such a file, and the directory is short: looked at before any zip reader is."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(30 + len(MANIFEST))
    if not head.startswith(b"PK\x03\x04") or not head.endswith(MANIFEST.encode()):
        raise Problem("backbones.not_a_bundle", path=path.name)
    file.seek(max(0, size - _LOCATOR_64.size - _END.size))
    tail = file.read().rjust(_LOCATOR_64.size + _END.size, b"\0")
    sign, *_, directory, _offset, comment = _END.unpack(tail[_LOCATOR_64.size :])
    locator, _disk, place, _disks = _LOCATOR_64.unpack(tail[: _LOCATOR_64.size])
    if sign != b"PK\x05\x06" or comment:
        raise _damaged(path, "zip end")
    if locator == b"PK\x06\x07":
        file.seek(min(place, size))
        directory = _END_64.unpack(file.read(_END_64.size))[8]
    if directory > _MOST_DIRECTORY:
        raise _damaged(path, "zip directory")
    file.seek(0)


def _entries(path: Path, archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The directory by name: stored, whole, none twice, and together no larger than the file."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        plain = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & _ENCRYPTED
        if name in entries or not plain or entry.compress_size != entry.file_size:
            raise _damaged(path, ascii(name)[:100])
        entries[name] = entry
    manifest = entries.get(MANIFEST)
    if manifest is None or manifest.file_size > _MOST_MANIFEST:
        raise _damaged(path, MANIFEST)
    if sum(entry.file_size for entry in entries.values()) > size:
        raise _damaged(path, "overlapping members")
    return entries


def _decode(path: Path, content: bytes) -> _Manifest:
    try:
        said = json.loads(content)
        newer = isinstance(said, dict) and said.get("schema_version", 0) > BUNDLE_SCHEMA
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, f"{MANIFEST}: {error}") from error
    if newer:
        raise Problem("backbones.bundle_newer", path=path.name)
    try:
        return _Manifest.model_validate(said)
    except (ValidationError, Problem) as error:
        raise _damaged(path, f"{MANIFEST}: {str(error).splitlines()[0]}") from error


def _damaged(path: Path, reason: object) -> Problem:
    return Problem("backbones.bundle_damaged", path=path.name, reason=reason)


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
