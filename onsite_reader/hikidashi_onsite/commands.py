"""`hikidashi-onsite verify` and `predict`."""

import argparse
import json
import locale
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hikidashi_onsite.archive import QUICK_GRAPH, open_package
from hikidashi_onsite.model import Model
from hikidashi_onsite.photo import SUFFIXES, open_photo
from hikidashi_onsite.refusal import Refusal

OK, FAULT, BAD_INPUT = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    arguments = _parser().parse_args(argv)
    try:
        answer = arguments.run(arguments)
    except Refusal as refusal:
        told = refusal.told(japanese=_japanese())
        print(told, file=sys.stderr)
        if arguments.json:
            problem = {"code": refusal.code, "message": told}
            print(json.dumps({"ok": False, "problems": [problem]}, ensure_ascii=False))
        return BAD_INPUT
    except Exception:  # noqa: BLE001 - the last line of defence: a fault is told and has its exit code
        traceback.print_exc()
        return FAULT
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        for line in arguments.shown(answer):
            print(line)
    return OK


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    package = open_package(arguments.package)
    package.check_signature(_keys(arguments.trust))
    difference = Model(package).check()
    if package.has(QUICK_GRAPH):
        Model(package, quick=True).check()
    return {"ok": True, "problems": [], "max_difference": difference, "signer": package.signer}


def _predict(arguments: argparse.Namespace) -> dict[str, Any]:
    package = open_package(arguments.package)
    package.check_signature(_keys(arguments.trust))
    model = Model(package, quick=arguments.quick)
    for name, words in arguments.add_class:
        model.add_class(name, words)
    photos = list(_photos(arguments.photos))
    if not photos:
        raise Refusal("no_photos")
    predictions, not_judged = [], []
    for path in photos:
        try:
            answer = model.judge(open_photo(path, model.side))
        except Refusal as refusal:
            told = refusal.told(japanese=_japanese())
            not_judged.append({"photo": str(path), "code": refusal.code, "message": told})
            continue
        predictions.append(
            {
                "photo": str(path),
                "class": answer.class_name,
                "probability": answer.probability,
                "unsure": answer.unsure,
            }
        )
    return {"predictions": predictions, "not_judged": not_judged, "classes": model.class_names}


def _photos(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() in SUFFIXES)
        else:
            yield path


def _keys(paths: list[Path]) -> list[str]:
    """The public keys in some files, hexadecimal."""
    if not paths:
        return []
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError as error:
        raise Refusal("no_cryptography") from error
    found = []
    for path in paths:
        try:
            key = load_pem_public_key(path.read_bytes())
        except OSError as error:
            raise Refusal("unreadable", name=path.name, reason=error.strerror or error) from error
        except Exception as error:  # whatever the bytes are
            raise Refusal("bad_key", name=path.name) from error
        if not isinstance(key, Ed25519PublicKey):
            raise Refusal("bad_key", name=path.name)
        found.append(key.public_bytes_raw().hex())
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hikidashi-onsite",
        description="Judges photos with a package (.hkd) that works alone: no torch, no Qt, no Hikidashi.",
    )
    words = parser.add_subparsers(metavar="COMMAND", required=True)
    verify = words.add_parser(
        "verify",
        help="check a package",
        epilog="example: hikidashi-onsite verify parts.hkd --json",
    )
    verify.set_defaults(run=_verify, shown=lambda answer: [f"OK ({answer['max_difference']:.2g})"])
    predict = words.add_parser(
        "predict",
        help="judge photos",
        epilog='example: hikidashi-onsite predict parts.hkd photos --add-class "赤=a red cap" --json',
    )
    predict.set_defaults(run=_predict, shown=_lines)
    for command in (verify, predict):
        command.add_argument("package", metavar="FILE.hkd", type=Path)
        command.add_argument("--trust", metavar="PUBKEY", type=Path, action="append", default=[], help="it must be signed with this public key")  # fmt: skip
        command.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    predict.add_argument("photos", metavar="PATH", type=Path, nargs="+", help="photos, or folders of photos")
    predict.add_argument("--add-class", type=_new_class, action="append", default=[], metavar="NAME=DESCRIPTION", help="offer one more class, by its English description")  # fmt: skip
    predict.add_argument("--quick", action="store_true", help="take the smaller, quicker model")
    return parser


def _new_class(text: str) -> tuple[str, str]:
    name, _, words = (part.strip() for part in text.partition("="))
    if not name or not words:
        raise argparse.ArgumentTypeError("write it as NAME=DESCRIPTION")
    return name, words


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    for found in answer["predictions"]:
        mark = "?" if found["unsure"] else " "
        yield f"{mark} {found['probability']:.3f} {found['class']}\t{found['photo']}"
    for found in answer["not_judged"]:
        yield f"! {found['message']}"


def _japanese() -> bool:
    chosen = os.environ.get("HIKIDASHI_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return (chosen or locale.getlocale()[0] or "").lower().startswith("ja")
