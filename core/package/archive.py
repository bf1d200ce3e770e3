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
from typing import IO, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors

from core.files import atomic_writer, sha256_file
from core.package.facts import Member
from core.package.layout import check_headers, check_outside, new_entry
from core.package.manifest import Manifest, decode_manifest, encode_manifest
from core.package.signature import SIGNATURE_BYTES, Signer, signer_of
from core.package.text_manifest import TextManifest
from core.problems import Problem

MANIFEST = "manifest.json"
ADAPTER = "adapter.safetensors"
TEXT_FEATURES = "text_features.safetensors"
HEAD = "head.safetensors"
CHECK = "check.safetensors"
CARD = "card.md"
REPORT = "report.html"
IMAGE_ONNX = "image_encoder.onnx"
IMAGE_ONNX_INT8 = "image_encoder_int8.onnx"
PICTURES = "check_pictures.safetensors"
TEXT_ONNX = "text_encoder.onnx"
TOKENIZER = "tokenizer.json"
REFERENCE = "reference.safetensors"
SIGNATURE = "signature.bin"

_MIB = 1 << 20
LIMITS = {
    MANIFEST: 16 * _MIB,
    ADAPTER: 2040 * _MIB,
    TEXT_FEATURES: 512 * _MIB,
    HEAD: 1024 * _MIB,
    CHECK: 64 * _MIB,
    CARD: 4 * _MIB,
    REPORT: 16 * _MIB,
    PICTURES: 64 * _MIB,
    IMAGE_ONNX: 2040 * _MIB,
    IMAGE_ONNX_INT8: 2040 * _MIB,
    TEXT_ONNX: 2040 * _MIB,
    TOKENIZER: 64 * _MIB,
    REFERENCE: 64 * _MIB,
    SIGNATURE: SIGNATURE_BYTES,
}
MEMBERS = (ADAPTER, TEXT_FEATURES, HEAD, CHECK, CARD, REPORT)
TEXT_MEMBERS = (ADAPTER, CHECK, CARD, REPORT)
OPTIONAL = (REFERENCE, PICTURES, IMAGE_ONNX, IMAGE_ONNX_INT8, TEXT_ONNX, TOKENIZER)
# In a package at all only where the manifest tells of it; the signature covers the manifest and is not listed there.
_LISTED = (*MEMBERS, *OPTIONAL)
MAX_BYTES = 2047 * _MIB  # all together; above it a zip needs its 64-bit form, which is refused

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9]+)+")
_ENCRYPTED = 0x1
_SPOILED = (zipfile.BadZipFile, EOFError, struct.error, ValueError, RuntimeError)


Tensors = dict[str, NDArray[Any]]
M = TypeVar("M", Manifest, TextManifest)


@dataclass(frozen=True)
class _Opened(Generic[M]):
    """An opened package: its manifest, and members that are checked each time they are read.

    `signer` is the public key (hexadecimal) whose signature the manifest bears, "" where it bears none.
    """

    path: Path
    manifest: M
    signer: str = ""

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

    def plain_tensors(self, member: str) -> Tensors:
        """The tensors of a member that are not all float32, as they lie there: kinds and shapes are the reader's to check.

        Raises:
            Problem: `package.bad_tensors`.
        """
        try:
            tensors: Tensors = load_safetensors(self.read(member))
        except (SafetensorError, LookupError, ValueError, TypeError, OverflowError) as error:
            raise self._bad_tensors(member, error) from error
        return tensors

    def _bad_tensors(self, member: str, reason: object) -> Problem:
        return Problem("package.bad_tensors", name=self.path.name, member=member, reason=reason)


class Package(_Opened[Manifest]):
    """A package that tells classes apart."""


class TextPackage(_Opened[TextManifest]):
    """A package that writes: it describes photos, or answers questions about them."""


AnyPackage = Package | TextPackage


def open_package(path: Path) -> Package:
    """Open a package that tells classes apart.

    Raises:
        Problem: `package.of_texts` where it writes, or as `open_any_package`.
    """
    package = open_any_package(path)
    if isinstance(package, TextPackage):
        raise Problem("package.of_texts", name=path.name)
    return package


def open_any_package(path: Path) -> AnyPackage:
    """Open a package: its outside and its manifest are checked now, each member when it is read.

    Raises:
        Problem: `package.*`, one code for each way in which a file fails to be a sound package.
    """
    with _archive(path) as (file, archive):
        entries = _entries(archive)
        signed = _content(archive, entries[MANIFEST])
        manifest = decode_manifest(signed)
        _compare(entries, manifest, path)
        signer = ""
        if SIGNATURE in entries:
            signer = signer_of(_content(archive, entries[SIGNATURE]), signed, path.name)
            check_headers(file, list(entries.values()), path.name)
    if isinstance(manifest, TextManifest):
        return TextPackage(path, manifest, signer)
    return Package(path, manifest, signer)


def write_package(
    path: Path,
    manifest: Manifest | TextManifest,
    members: Mapping[str, bytes],
    signer: Signer | None = None,
) -> None:
    """Write a package: the manifest, completed by the sizes and hashes of `members`, then the members that its kind
    needs, those of `OPTIONAL` that are given, and the signature.

    Raises:
        Problem: `package.too_large`, or `package.not_written` when the disk refuses.
    """
    listed = tuple(
        Member(name=name, size=len(members[name]), sha256=hashlib.sha256(members[name]).hexdigest())
        for name in _LISTED
        if name in members or name in _needed(manifest)
    )
    told = encode_manifest(manifest.model_copy(update={"members": listed}))
    contents = {MANIFEST: told} | {member.name: members[member.name] for member in listed}
    if signer is not None:
        contents[SIGNATURE] = signer.sign(told)
    sizes = {name: len(content) for name, content in contents.items()}
    _bound(path.name, sizes)
    try:
        with atomic_writer(path) as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
            for name, content in contents.items():
                archive.writestr(new_entry(name), content)
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


def _compare(entries: Mapping[str, zipfile.ZipInfo], manifest: Manifest | TextManifest, path: Path) -> None:
    """The zip holds exactly the members that the manifest lists, and the manifest lists all there must be."""
    listed = {member.name: member.size for member in manifest.members}
    needed = {*_needed(manifest), *_told_of(manifest)}
    for name in sorted(needed | set(listed)):
        if name not in _LISTED or name not in needed:
            raise Problem("package.extra_member", name=path.name, member=ascii(name)[:100])
        if name not in listed or name not in entries:
            raise Problem("package.missing_member", name=path.name, member=name)
        if entries[name].file_size != listed[name]:
            raise Problem("package.wrong_hash", name=path.name, member=name)
    if extra := sorted(set(entries) - needed - {MANIFEST, SIGNATURE}):
        raise Problem("package.extra_member", name=path.name, member=extra[0])


def _needed(manifest: Manifest | TextManifest) -> tuple[str, ...]:
    return TEXT_MEMBERS if isinstance(manifest, TextManifest) else MEMBERS


def _told_of(manifest: Manifest | TextManifest) -> list[str]:
    """The optional members that a manifest tells of."""
    if isinstance(manifest, TextManifest):
        return []
    alone = manifest.alone
    sample = [] if manifest.reference is None else [REFERENCE]
    if alone is None:
        return sample
    quick = [IMAGE_ONNX_INT8] if alone.quantised else []
    words = [TEXT_ONNX, TOKENIZER] if alone.words else []
    return [*sample, PICTURES, IMAGE_ONNX, *quick, *words]


def _is_sound(tensor: NDArray[np.float32]) -> bool:
    return tensor.dtype == np.float32 and bool(np.isfinite(tensor).all())
