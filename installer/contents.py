"""Whose work is in the bundle: every file that was collected, traced to the package it came from.

Python packages by the file lists of their installation, system libraries by Debian's package database, the rest of
Python's own by where it lies. What cannot be traced is said, never dropped.
"""

import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[1]
Kind = Literal["python", "system", "runtime", "asset"]
LICENCE_NAMES = ("licen", "copying", "notice", "copyright", "authors")
# Not imported by anything, and in the bundle all the same: its start-up program.
ALWAYS = ("pyinstaller",)
OWN = "hikidashi"


@dataclass(frozen=True)
class Part:
    """Someone's work in the bundle. `licence` is an SPDX expression or the words its publisher uses, "" where none are
    told; `texts` are the names and contents of its licence files."""

    kind: Kind
    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Traced:
    """All parts, and the files that belong to none of them."""

    parts: tuple[Part, ...]
    strays: tuple[str, ...]


def trace(contents: Path, inside: Path) -> Traced:
    """The parts of what hikidashi.spec collected, as it lists them in `contents.json`; files that were left out of
    the folder `inside` afterwards are passed over."""
    everything: list[list[str]] = json.loads(contents.read_text(encoding="utf-8"))
    listed = [
        entry for entry in everything if entry[0].startswith("PYMODULE") or (inside / entry[1]).exists()
    ]
    sources = {Path(source).resolve() for _, _, source in listed if source and Path(source).is_absolute()}
    owners = _owners()
    names = {owners[path] for path in sources if path in owners} | (set(ALWAYS) & set(owners.values()))
    rest = sorted(path for path in sources if path not in owners and not _is_own(path))
    system, strays = _system_parts([path for path in rest if not _is_python(path)])
    parts = [
        *(_distribution(importlib.metadata.distribution(name)) for name in sorted(names - {OWN})),
        _python(),
        *system,
    ]
    return Traced(tuple(parts), tuple(map(str, strays)))


def _owners() -> dict[Path, str]:
    """Installed file → name of its distribution."""
    found: dict[Path, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"].lower()
        # Resolved once: tens of thousands of files lie below the same folder.
        folder = os.path.realpath(str(distribution.locate_file("")))
        found |= {
            Path(os.path.normpath(os.path.join(folder, file))): name for file in distribution.files or ()
        }
    return found


def _distribution(distribution: importlib.metadata.Distribution) -> Part:
    metadata = distribution.metadata
    texts = []
    for file in distribution.files or ():
        path = Path(str(distribution.locate_file(file)))
        wanted = any(word in path.name.lower() for word in LICENCE_NAMES)
        if (
            wanted
            and path.suffix.lower() in ("", ".txt", ".md", ".rst", ".apache", ".bsd")
            and path.is_file()
        ):
            texts.append(
                (file.as_posix().replace("/", "_"), path.read_text(encoding="utf-8", errors="replace"))
            )
    return Part(
        kind="python",
        name=metadata["Name"],
        version=distribution.version,
        licence=_stricter().get(metadata["Name"]) or licence_of(metadata),
        texts=tuple(texts),
        requires=tuple(distribution.requires or ()),
    )


@functools.cache
def _stricter() -> dict[str, str]:
    """Of wheels whose metadata tell less than the whole: see bundle.toml."""
    plan = tomllib.loads(Path(__file__).with_name("bundle.toml").read_text(encoding="utf-8"))
    return {name: str(licence) for name, licence in plan["licences"].items()}


def licence_of(metadata: "importlib.metadata.PackageMetadata | Message") -> str:
    """What a package's metadata says: the SPDX expression, else the classifiers, else a short free text."""
    expression = metadata["License-Expression"]
    if expression:
        return str(expression)
    classifiers = [
        c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or () if c.startswith("License ::")
    ]
    telling = [c for c in classifiers if c != "OSI Approved"]
    if telling:
        return ", ".join(telling)
    first = (metadata["License"] or "").strip().splitlines()
    return first[0][:100] if first else ""


def _python() -> Part:
    folder = Path(sysconfig.get_path("stdlib"))
    places = (folder / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    text = next((path.read_text(encoding="utf-8") for path in places if path.is_file()), "")
    version = ".".join(map(str, sys.version_info[:3]))
    return Part("runtime", "Python", version, "PSF-2.0", (("LICENSE.txt", text),) if text else ())


def _is_own(path: Path) -> bool:
    inside = path.is_relative_to(ROOT)
    return inside and not path.is_relative_to(ROOT / ".venv")


def _is_python(path: Path) -> bool:
    return any(path.is_relative_to(Path(root).resolve()) for root in (sys.base_prefix, sys.prefix))


def _system_parts(paths: Iterable[Path]) -> tuple[list[Part], list[Path]]:
    """Debian's packages that the libraries came in, and the libraries that no package owns."""
    packages: set[str] = set()
    strays = []
    for path in paths:
        package = _package_of(path)
        if package:
            packages.add(package)
        else:
            strays.append(path)
    return [_debian_part(name) for name in sorted(packages)], strays


@functools.cache
def _package_of(path: Path) -> str:
    if not shutil.which("dpkg-query"):
        return ""
    # A merged /usr: the database knows the file under its old place too.
    for place in (path, Path("/") / path.relative_to("/usr") if path.is_relative_to("/usr") else path):
        answer = subprocess.run(["dpkg-query", "-S", str(place)], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return answer.stdout.partition(":")[0]
    return ""


def _debian_part(package: str) -> Part:
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}\n", package], capture_output=True, text=True, check=True
    )
    copyright_file = Path("/usr/share/doc") / package / "copyright"
    text = copyright_file.read_text(encoding="utf-8", errors="replace") if copyright_file.is_file() else ""
    licences = {line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("License:")}
    return Part(
        kind="system",
        name=package,
        version=answer.stdout.split("\n", maxsplit=1)[0],
        licence=", ".join(sorted(filter(None, licences))),
        texts=(("copyright", text),) if text else (),
    )
