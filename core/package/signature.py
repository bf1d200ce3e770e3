"""Who made a package: an Ed25519 signature over its manifest, and through the hashes there over every member.

The signature lies in the package as 96 bytes: the maker's public key, then the signature (RFC 8032). Key files are
PEM, as other tools write and read them: PKCS 8 for the secret half, SubjectPublicKeyInfo for the public one.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from core.problems import Problem

_KEY_BYTES = 32
SIGNATURE_BYTES = _KEY_BYTES + 64
PUBLIC_SUFFIX = ".pub"
_MOST_BYTES_OF_A_KEY = 1 << 16


@dataclass(frozen=True)
class Signer:
    """The secret half of a key."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public half, hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, content: bytes) -> bytes:
        """Public key and signature, as they lie in a package."""
        return bytes.fromhex(self.public) + self._key.sign(content)


def signer_of(signature: bytes, content: bytes, package: str) -> str:
    """The public key (hexadecimal) that `content` was signed with.

    Raises:
        Problem: `package.bad_signature` when the signature does not belong to this content.
    """
    key, rest = signature[:_KEY_BYTES], signature[_KEY_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(rest, content)
    except (InvalidSignature, ValueError) as error:
        raise Problem("package.bad_signature", name=package) from error
    return key.hex()


def make_key(path: Path) -> Signer:
    """A new key: its secret half in `path`, readable by its owner alone, its public half beside it in `path`.pub.

    Raises:
        Problem: `package.key_exists`, `package.key_not_written`.
    """
    public = public_path(path)
    if taken := next((each for each in (path, public) if each.exists()), None):
        raise Problem("package.key_exists", path=taken)
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shown = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for place, content, mode in ((path, secret, 0o600), (public, shown, 0o644)):
            # Made with its rights from the start, and never over a file that came in the meantime.
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    except OSError as error:
        raise Problem("package.key_not_written", path=path, reason=error.strerror or error) from error
    return Signer(key)


def public_path(path: Path) -> Path:
    """Where the public half of the key in `path` lies."""
    return path.with_name(path.name + PUBLIC_SUFFIX)


def read_signer(path: Path) -> Signer:
    """The secret half of a key.

    Raises:
        Problem: `package.bad_key`.
    """
    try:
        key = load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Problem("package.bad_key", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Problem("package.bad_key", path=path)
    return Signer(key)


def read_public(path: Path) -> str:
    """The public half of a key, hexadecimal.

    Raises:
        Problem: `package.bad_key`.
    """
    try:
        key = load_pem_public_key(_content(path))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Problem("package.bad_key", path=path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Problem("package.bad_key", path=path)
    return key.public_bytes_raw().hex()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES_OF_A_KEY)
    except OSError as error:
        raise Problem("package.key_unreadable", path=path, reason=error.strerror or error) from error
