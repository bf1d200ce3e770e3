"""The zip around a package: written whole or not at all, and read as if an enemy had made it.

Nothing is unpacked to disk. A member is bounded before it is read and its hash is checked before use;
tensors are safetensors, the rest is JSON and text; no pickle anywhere.
"""

import hashlib
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors

from core.files import atomic_writer, sha256_file
from core.package.layout import check_headers, check_outside, new_entry
from core.package.manifest import Manifest, Member, decode_manifest, encode_manifest
from core.problems import Problem

MANIFEST = "manifest.json"
ADAPTER = "adapter.safetensors"
TEXT_FEATURES = "text_features.safetensors"
HEAD = "head.safetensors"
CHECK = "check.safetensors"
CARD = "card.md"
REPORT = "report.html"

_MIB = 1 << 20
LIMITS = {
    MANIFEST: 16 * _MIB,
    ADAPTER: 2040 * _MIB,
    TEXT_FEATURES: 512 * _MIB,
    HEAD: 1024 * _MIB,
    CHECK: 64 * _MIB,
    CARD: 4 * _MIB,
    REPORT: 16 * _MIB,
}
MEMBERS = tuple(name for name in LIMITS if name != MANIFEST)
MAX_BYTES = 2047 * _MIB  # all together; above it a zip needs its 64-bit form, which is refused

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9]+)+")
_ENCRYPTED = 0x1
_SPOILED = (zipfile.BadZipFile, EOFError, struct.error, ValueError, RuntimeError)


@dataclass(frozen=True)
class Package:
    """An opened package: its manifest, and members that are checked each time they are read."""

    path: Path
    manifest: Manifest

    @cached_property
    def sha256(self) -> str:
        """The hash of the whole file."""
        return sha256_file(self.path)

    def read(self, member: str) -> bytes:
        """A member's content, after its hash was found right.

        Raises:
            Problem: `package.wrong_hash`, or what `open_package` raises.
        """
        with _archive(self.path) as (file, archive):
            entries = _entries(archive)
            _compare(entries, self.manifest, self.path)
            content = _content(archive, entries[member])
            if hashlib.sha256(content).hexdigest() != self.manifest.member(member).sha256:
                raise Problem("package.wrong_hash", name=self.path.name, member=member)
            check_headers(file, list(entries.values()), self.path.name)
        return content

    def text(self, member: str) -> str:
        """A text member."""
        try:
            return self.read(member).decode()
        except UnicodeDecodeError as error:
            raise Problem("package.damaged", name=self.path.name, reason=f"{member}: {error}") from error

    def tensors(self, member: str) -> dict[str, NDArray[np.float32]]:
        """The tensors of a safetensors member.

        Raises:
            Problem: `package.bad_tensors` when it is none, or holds anything but finite float32.
        """
        try:
            tensors: dict[str, NDArray[np.float32]] = load_safetensors(self.read(member))
            wrong = [key for key, value in tensors.items() if not _is_sound(value)]
        except (SafetensorError, LookupError, ValueError, TypeError, OverflowError) as error:
            raise self._bad_tensors(member, error) from error
        if wrong:
            raise self._bad_tensors(member, ", ".join(wrong))
        return tensors

    def _bad_tensors(self, member: str, reason: object) -> Problem:
        return Problem("package.bad_tensors", name=self.path.name, member=member, reason=reason)


def open_package(path: Path) -> Package:
    """Open a package: its outside and its manifest are checked now, each member when it is read.

    Raises:
        Problem: `package.*`, one code for each way in which a file fails to be a sound package.
    """
    with _archive(path) as (_, archive):
        entries = _entries(archive)
        manifest = decode_manifest(_content(archive, entries[MANIFEST]))
    _compare(entries, manifest, path)
    return Package(path, manifest)


def write_package(path: Path, manifest: Manifest, members: Mapping[str, bytes]) -> None:
    """Write a package: the manifest, completed by the sizes and hashes of `members`, then `MEMBERS`.

    Raises:
        Problem: `package.too_large`, or `package.not_written` when the disk refuses.
    """
    listed = tuple(
        Member(name=name, size=len(members[name]), sha256=hashlib.sha256(members[name]).hexdigest())
        for name in MEMBERS
    )
    contents = {MANIFEST: encode_manifest(manifest.model_copy(update={"members": listed})), **members}
    sizes = {name: len(content) for name, content in contents.items()}
    _bound(path.name, sizes)
    try:
        with atomic_writer(path) as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
            for name in (MANIFEST, *MEMBERS):
                archive.writestr(new_entry(name), contents[name])
        # It is made to be handed on: not only its maker may read it.
        path.chmod(0o644)
    except OSError as error:
        raise Problem("package.not_written", path=path, reason=error.strerror or error) from error


@contextmanager
def _archive(path: Path) -> Iterator[tuple[IO[bytes], zipfile.ZipFile]]:
    """The file as a zip; whatever goes wrong while it is read becomes a Problem."""
    try:
        with path.open("rb") as file:
            check_outside(file, path.name, MAX_BYTES)
            with zipfile.ZipFile(file) as archive:
                yield file, archive
    except OSError as error:
        raise Problem("package.unreadable", path=path, reason=error.strerror or error) from error
    except _SPOILED as error:
        raise Problem("package.damaged", name=path.name, reason=error) from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The directory by name, every entry within bounds."""
    package = Path(archive.filename or "").name
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        if not entries and (name != MANIFEST or entry.header_offset != 0):
            raise Problem("package.not_a_package", name=package)
        if not _PLAIN_NAME.fullmatch(name):
            raise Problem("package.bad_name", name=package, member=ascii(name)[:100])
        if name in entries:
            raise Problem("package.twice", name=package, member=name)
        if name not in LIMITS:
            raise Problem("package.extra_member", name=package, member=name)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED:
            raise Problem("package.compression", name=package, member=name)
        entries[name] = entry
    if not entries:
        raise Problem("package.not_a_package", name=package)
    _bound(package, {name: entry.file_size for name, entry in entries.items()})
    return entries


def _bound(package: str, sizes: Mapping[str, int]) -> None:
    for name, size in sizes.items():
        if size > LIMITS[name]:
            raise Problem("package.too_large", name=package, member=name)
    if sum(sizes.values()) > MAX_BYTES:
        raise Problem("package.too_large", name=package, member=package)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's bytes: as many as its directory entry says, or it is damaged (the CRC is checked too)."""
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename}: {len(content)} ≠ {entry.file_size}")
    return content


def _compare(entries: Mapping[str, zipfile.ZipInfo], manifest: Manifest, path: Path) -> None:
    """The zip holds exactly the members that the manifest lists, and the manifest lists all there must be."""
    listed = {member.name: member.size for member in manifest.members}
    for name in MEMBERS:
        if name not in listed or name not in entries:
            raise Problem("package.missing_member", name=path.name, member=name)
        if entries[name].file_size != listed[name]:
            raise Problem("package.wrong_hash", name=path.name, member=name)
    if extra := sorted(set(listed) - set(MEMBERS)):
        raise Problem("package.extra_member", name=path.name, member=ascii(extra[0])[:100])


def _is_sound(tensor: NDArray[np.float32]) -> bool:
    return tensor.dtype == np.float32 and bool(np.isfinite(tensor).all())
