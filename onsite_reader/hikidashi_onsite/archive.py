"""Opening a package: a zip of one fixed form, of which no bit can change unnoticed.

Members are stored one behind the other; every header field has one allowed value, every content a CRC, and every
member but manifest and signature a SHA-256 in the manifest. Nothing is unpacked to disk.
"""

import hashlib
import json
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hikidashi_onsite.refusal import Refusal

SCHEMA = 4
MANIFEST, SIGNATURE = "manifest.json", "signature.bin"
IMAGE_GRAPH, QUICK_GRAPH, TEXT_GRAPH = "image_encoder.onnx", "image_encoder_int8.onnx", "text_encoder.onnx"
PICTURES, TEXT_FEATURES, TOKENIZER = (
    "check_pictures.safetensors",
    "text_features.safetensors",
    "tokenizer.json",
)

_MAX_BYTES = 2047 << 20
_MAX_MANIFEST = 16 << 20
_MOST_MEMBERS = 64
_NAME = re.compile(rb"[a-z0-9][a-z0-9_]{0,99}(\.[a-z0-9]{1,20})+")
# PKWARE's APPNOTE 4.3.7, 4.3.12, 4.3.16; date 1980-01-01, stored, ordinary file 0644 made on Unix.
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
_FIXED = (20, 0, 0, 0, 33)
_MADE_BY, _FILE = 3 << 8 | 20, 0o644 << 16
_KEY_BYTES = 32


@dataclass(frozen=True)
class _Entry:
    start: int
    size: int


@dataclass(frozen=True)
class Package:
    """An opened package, every member of which was found to be as the manifest says.

    `signer` is the public key (hexadecimal) that it claims to be signed with, "" where it claims none.
    """

    path: Path
    manifest: dict[str, Any]
    signer: str
    _entries: dict[str, _Entry]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def has(self, member: str) -> bool:
        """Whether there is such a member."""
        return member in self._entries

    def read(self, member: str) -> bytes:
        """A member's content, its hash checked once more.

        Raises:
            Refusal: `damaged`, `unreadable`.
        """
        try:
            with self.path.open("rb") as file:
                content = _content(file, self._entries[member])
        except OSError as error:
            raise Refusal("unreadable", name=self.name, reason=error) from error
        except KeyError as error:
            raise Refusal("damaged", name=self.name, reason=member) from error
        _check_hash(self.manifest, member, hashlib.sha256(content).hexdigest(), self.name)
        return content

    def tensors(self, member: str) -> dict[str, NDArray[Any]]:
        """The tensors of a safetensors member. Raises Refusal `damaged`."""
        try:
            return _tensors(self.read(member))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise Refusal("damaged", name=self.name, reason=f"{member}: {error}") from error

    def check_signature(self, trusted: list[str]) -> None:
        """Where it bears a signature, that must fit; where keys are `trusted`, one of them must have made it.

        Raises:
            Refusal: `bad_signature`, `not_trusted`, `no_cryptography` (only where a signature is to be checked).
        """
        if trusted and self.signer not in trusted:
            raise Refusal("not_trusted", name=self.name)
        if not self.signer:
            return
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError as error:
            if trusted:
                raise Refusal("no_cryptography") from error
            return
        with self.path.open("rb") as file:
            signed = _content(file, self._entries[MANIFEST])
            signature = _content(file, self._entries[SIGNATURE])
        try:
            Ed25519PublicKey.from_public_bytes(signature[:_KEY_BYTES]).verify(signature[_KEY_BYTES:], signed)
        except (InvalidSignature, ValueError) as error:
            raise Refusal("bad_signature", name=self.name) from error


def open_package(path: Path) -> Package:
    """Open a package and check all of it but what its graphs compute.

    Raises:
        Refusal: `unreadable`, `damaged`, `newer`.
    """
    try:
        with path.open("rb") as file:
            entries, crcs = _entries(file, path.name)
            if next(iter(entries), "") != MANIFEST or entries[MANIFEST].size > _MAX_MANIFEST:
                raise Refusal("damaged", name=path.name, reason=MANIFEST)
            hashes = {name: _hash(file, entry, crcs[name], path.name) for name, entry in entries.items()}
            manifest = _manifest(_content(file, entries[MANIFEST]), path.name)
            key = _content(file, entries[SIGNATURE])[:_KEY_BYTES] if SIGNATURE in entries else b""
    except OSError as error:
        raise Refusal("unreadable", name=path.name, reason=error.strerror or error) from error
    for name, found in hashes.items():
        if name not in (MANIFEST, SIGNATURE):
            _check_hash(manifest, name, found, path.name)
    if missing := [member["name"] for member in manifest["members"] if member["name"] not in entries]:
        raise Refusal("damaged", name=path.name, reason=f"{missing[0]} is missing")
    return Package(path, manifest, key.hex(), entries)


def _entries(file: BinaryIO, package: str) -> tuple[dict[str, _Entry], dict[str, int]]:
    """The members in their order, and their CRCs; all bytes outside of their contents are as they must be."""
    size = file.seek(0, 2)
    entries: dict[str, _Entry] = {}
    crcs: dict[str, int] = {}
    directory, place = b"", 0
    file.seek(0)
    while size <= _MAX_BYTES and len(entries) < _MOST_MEMBERS:
        header = file.read(_LOCAL.size)
        if not header.startswith(b"PK\x03\x04"):
            break
        if len(header) < _LOCAL.size:
            raise Refusal("damaged", name=package, reason="cut off")
        _, *fixed, crc, stored, plain, letters, extra = _LOCAL.unpack(header)
        name = file.read(letters)
        start = place + _LOCAL.size + letters
        if (
            (*fixed, stored, extra) != (*_FIXED, plain, 0)
            or not _NAME.fullmatch(name)
            or start + plain > size
        ):
            raise Refusal("damaged", name=package, reason="header")
        if name.decode() in entries:
            raise Refusal("damaged", name=package, reason=name.decode())
        entries[name.decode()], crcs[name.decode()] = _Entry(start, plain), crc
        shared = (*_FIXED, crc, plain, plain, letters, 0)
        directory += _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *shared, 0, 0, 0, _FILE, place) + name
        place = file.seek(start + plain)
    count = len(entries)
    directory += _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), place, 0)
    file.seek(place)
    if not entries or file.read(len(directory) + 1) != directory:
        raise Refusal("damaged", name=package, reason="not the form of a package")
    return entries, crcs


def _hash(file: BinaryIO, entry: _Entry, crc: int, package: str) -> str:
    """SHA-256 of a content, read in pieces, once its CRC was found right."""
    digest, found, left = hashlib.sha256(), 0, entry.size
    file.seek(entry.start)
    while left and (piece := file.read(min(left, 1 << 20))):
        digest.update(piece)
        found = zlib.crc32(piece, found)
        left -= len(piece)
    if left or found != crc:
        raise Refusal("damaged", name=package, reason="checksum")
    return digest.hexdigest()


def _content(file: BinaryIO, entry: _Entry) -> bytes:
    file.seek(entry.start)
    return file.read(entry.size)


def _check_hash(manifest: dict[str, Any], member: str, found: str, package: str) -> None:
    listed = {entry["name"]: entry["sha256"] for entry in manifest["members"]}
    if listed.get(member) != found:
        raise Refusal("damaged", name=package, reason=member)


def _manifest(content: bytes, package: str) -> dict[str, Any]:
    """The manifest; what this reader uses of it has the right types."""
    try:
        manifest = json.loads(content)
        schema = manifest["schema_version"]
        if manifest.get("task") in ("caption", "vqa"):
            raise Refusal("writes", name=package)
        if type(schema) is int and schema > SCHEMA:
            raise Refusal("newer", name=package, schema=schema)
        names = [entry["name"] for entry in manifest["classes"]]
        members = [(entry["name"], entry["sha256"]) for entry in manifest["members"]]
        side, unsure, alone = (
            manifest["backbone"]["preprocessing"]["image_size"],
            manifest["unsure"],
            manifest.get("alone"),
        )
        sound = (
            all(isinstance(name, str) for name in names)
            and len(set(names)) == len(names) > 0
            and all(isinstance(part, str) for pair in members for part in pair)
            and len({name for name, _ in members}) == len(members)
            and type(side) is int
            and 8 <= side <= 4096
            and (unsure is None or isinstance(unsure["probability"], int | float))
            and (alone is None or _reads_words(alone.get("words")))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refusal("damaged", name=package, reason=f"{MANIFEST}: {error}") from error
    if not sound:
        raise Refusal("damaged", name=package, reason=MANIFEST)
    return dict(manifest)


def _reads_words(told: Any) -> bool:
    """Whether what is told of reading words makes sense: nothing, or sentences and probe words."""
    if told is None:
        return True
    return all(
        isinstance(told[part], list) and told[part] and all(isinstance(text, str) for text in told[part])
        for part in ("sentences", "probes")
    )


def _tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """safetensors: the length of a JSON head, the head, the numbers."""
    kinds = {"F32": np.float32, "U8": np.uint8, "I64": np.int64}
    (length,) = struct.unpack_from("<Q", content) if len(content) >= 8 else (0,)
    head, numbers = json.loads(content[8 : 8 + length]), content[8 + length :]
    found = {}
    for name, told in head.items():
        if name != "__metadata__":
            start, end = told["data_offsets"]
            if not 0 <= start <= end <= len(numbers):
                raise ValueError(name)
            found[name] = np.frombuffer(numbers[start:end], kinds[told["dtype"]]).reshape(told["shape"])
    return found
