"""Whose packages this PC takes: everybody's, until the factory's public key is made known to it; then only those
that were signed with that key, or with another one that was made known."""

import re
from collections.abc import Iterable
from pathlib import Path

from core.files import write_atomic
from core.package.archive import AnyPackage, Package, TextPackage, open_any_package
from core.problems import Problem
from core.settings import locations

_KEY = re.compile(r"[0-9a-f]{64}")


def trusted_keys() -> tuple[str, ...]:
    """The public keys (hexadecimal) that were made known to this PC, in their order.

    Raises:
        Problem: `package.keys_spoiled`: an unreadable list must not pass for an empty one.
    """
    path = _path()
    try:
        lines = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("package.keys_spoiled", path=path) from error
    if not all(_KEY.fullmatch(line) for line in lines):
        raise Problem("package.keys_spoiled", path=path)
    return tuple(lines)


def trust(key: str) -> None:
    """Make a public key known to this PC. Raises Problem as `trusted_keys`."""
    _keep(dict.fromkeys([*trusted_keys(), key]))


def forget(key: str) -> None:
    """Take a public key back.

    Raises:
        Problem: `package.key_unknown`, or as `trusted_keys`.
    """
    known = trusted_keys()
    if key not in known:
        raise Problem("package.key_unknown", key=key)
    _keep(each for each in known if each != key)


def demand_trust(package: AnyPackage, keys: Iterable[str]) -> None:
    """Where there are `keys`, the package must be signed with one of them.

    Raises:
        Problem: `package.not_signed`, `package.other_signer`.
    """
    wanted = tuple(keys)
    if not wanted or package.signer in wanted:
        return
    code = "package.other_signer" if package.signer else "package.not_signed"
    raise Problem(code, name=package.path.name, signer=package.signer)


def open_trusted(path: Path) -> Package:
    """Open a package that tells classes apart and that this PC may work with.

    Raises:
        Problem: `package.of_texts` where it writes, or as `open_any_trusted`.
    """
    package = open_any_trusted(path)
    if isinstance(package, TextPackage):
        raise Problem("package.of_texts", name=path.name)
    return package


def open_any_trusted(path: Path) -> AnyPackage:
    """Open a package that this PC may work with.

    Raises:
        Problem: as `open_any_package` and `demand_trust`.
    """
    package = open_any_package(path)
    demand_trust(package, trusted_keys())
    return package


def _keep(keys: Iterable[str]) -> None:
    path = _path()
    try:
        write_atomic(path, "".join(f"{key}\n" for key in keys))
    except OSError as error:
        raise Problem("package.key_not_written", path=path, reason=error.strerror or error) from error


def _path() -> Path:
    return locations().config / "trusted_keys.txt"
