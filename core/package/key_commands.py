"""`hikidashi keys`: make a key that packages are signed with, and say on a PC at work whose packages it takes."""

import argparse
from pathlib import Path
from typing import Any

from core.package.signature import make_key, public_path, read_public
from core.package.trust import forget, trust, trusted_keys


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `keys` and its four words."""
    parser = subparsers.add_parser(
        "keys",
        help="make a key to sign packages with; say whose are taken here",
        description="A package that is signed shows who made it. Once a public key is made known to a PC, that PC takes "
        "only packages signed with it.",
        epilog="example: hikidashi keys make factory.key; hikidashi keys trust factory.key.pub",
    )
    words = parser.add_subparsers(metavar="WORD", required=True)
    _add(words, "make", _make, "make a new key: KEY stays secret, KEY.pub is handed on", "factory.key", "KEY")
    _add(
        words,
        "trust",
        _trust,
        "take, from now on, only packages signed with this key",
        "factory.key.pub",
        "PUBKEY",
    )
    _add(words, "forget", _forget, "take that back", "factory.key.pub", "PUBKEY")
    _add(words, "list", _list, "show the keys that are known here", "", "")


def _add(
    words: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Any,
    told: str,
    example: str,
    file: str,
) -> None:
    epilog = f"example: hikidashi keys {name} {example}".rstrip()
    parser = words.add_parser(name, help=told, description=told, epilog=epilog)
    if file:
        parser.add_argument("key", metavar=file, type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)


def _make(arguments: argparse.Namespace) -> dict[str, Any]:
    signer = make_key(arguments.key)
    return {
        "key": str(arguments.key),
        "public": str(public_path(arguments.key)),
        "fingerprint": signer.public,
    }


def _trust(arguments: argparse.Namespace) -> dict[str, Any]:
    trust(read_public(arguments.key))
    return _list(arguments)


def _forget(arguments: argparse.Namespace) -> dict[str, Any]:
    forget(read_public(arguments.key))
    return _list(arguments)


def _list(arguments: argparse.Namespace) -> dict[str, Any]:
    del arguments
    return {"trusted": list(trusted_keys())}
