"""The bytes between the members of a package: one fixed zip layout, written and demanded.

Entries are stored, not compressed, and follow each other without a gap; every header field has one allowed
value; nothing stands before or behind. So no bit of a package can change unnoticed (what is no header is under
a hash or the zip's CRC), and there is nothing to unpack that could be larger than the file.
"""

import struct
import zipfile
from collections.abc import Sequence
from typing import IO

from core.problems import Problem

_YEAR_1980 = (1980, 1, 1, 0, 0, 0)  # the true time stands in the manifest: equal content makes equal files
_DOS_TIME, _DOS_DATE = 0, (1 << 5) | 1
_VERSION = 20
_UNIX = 3
_ORDINARY_FILE = 0o644 << 16
# Field by field as in PKWARE's APPNOTE 4.3.7, 4.3.12 and 4.3.16.
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCATOR_64_SIGN, _LOCATOR_64_SIZE = b"PK\x06\x07", 20
_MAX_DIRECTORY = 64 << 10


def new_entry(name: str) -> zipfile.ZipInfo:
    """A directory entry in the one form; `name` is ASCII."""
    entry = zipfile.ZipInfo(name, _YEAR_1980)
    entry.compress_type = zipfile.ZIP_STORED
    entry.create_system, entry.external_attr = _UNIX, _ORDINARY_FILE
    entry.create_version = entry.extract_version = _VERSION
    return entry


def check_outside(file: IO[bytes], name: str, max_bytes: int) -> None:
    """Start, end and directory lie where a package has them: looked at before any zip reader is.

    Raises:
        Problem: `package.too_large`, `.not_a_package`, `.truncated` or `.damaged`.
    """
    size = file.seek(0, 2)
    if size > max_bytes:
        raise Problem("package.too_large", name=name, member=name)
    file.seek(0)
    if file.read(len(_LOCAL_SIGN)) != _LOCAL_SIGN:
        raise Problem("package.not_a_package", name=name)
    file.seek(max(0, size - _END.size - _LOCATOR_64_SIZE))
    tail = file.read()
    sign, *_, directory, offset, comment = _END.unpack(tail[-_END.size :].rjust(_END.size))
    if sign != _END_SIGN:
        raise Problem("package.truncated", name=name)
    if comment or directory > _MAX_DIRECTORY or offset + directory + _END.size != size:
        raise Problem("package.damaged", name=name, reason="zip directory")
    if tail.startswith(_LOCATOR_64_SIGN):
        raise Problem("package.damaged", name=name, reason="zip64")


def check_headers(file: IO[bytes], entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Every header is, byte for byte, the one that these entries have in a package.

    Raises:
        Problem: `package.repacked`.
    """
    offset = 0
    directory = b""
    for entry in entries:
        local, central = _headers(entry, offset)
        _expect(file, offset, local, name)
        offset += len(local) + entry.compress_size
        directory += central
    end = _END.pack(_END_SIGN, 0, 0, len(entries), len(entries), len(directory), offset, 0)
    _expect(file, offset, directory + end, name)


def _headers(entry: zipfile.ZipInfo, offset: int) -> tuple[bytes, bytes]:
    """The local header and the directory's header of an entry that lies at `offset`."""
    name = entry.filename.encode()
    content = (
        *(_VERSION, 0, zipfile.ZIP_STORED, _DOS_TIME, _DOS_DATE),
        *(entry.CRC, entry.compress_size, entry.file_size),
        *(len(name), 0),
    )
    local = _LOCAL.pack(_LOCAL_SIGN, *content)
    made_by = _UNIX << 8 | _VERSION
    central = _CENTRAL.pack(_CENTRAL_SIGN, made_by, *content, 0, 0, 0, _ORDINARY_FILE, offset)
    return local + name, central + name


def _expect(file: IO[bytes], offset: int, expected: bytes, name: str) -> None:
    file.seek(offset)
    if file.read(len(expected)) != expected:
        raise Problem("package.repacked", name=name)
