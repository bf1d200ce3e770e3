"""python3 run.py bundle: freeze the program, leave out what it carries in vain, collect licences, and pack.

    --variant cpu|cuda   which torch it is made of; it must be the one that is installed (default: that one)
    --pack-only          take the frozen folder that is there
    --no-packages        stop at the folder

Result in dist/: hikidashi/ (runs where it lies), on Linux hikidashi_….deb and hikidashi-….tar.gz, on Windows what
installer/windows/hikidashi.iss makes of the folder with Inno Setup. Sizes are printed.
"""

import argparse
import filecmp
import importlib.util
import json
import runpy
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from core import __version__  # noqa: E402
from installer.contents import trace  # noqa: E402
from installer.icons import write_ico  # noqa: E402
from installer.notices import write_notices  # noqa: E402
from installer.sbom import NAME as SBOM  # noqa: E402
from installer.sbom import write_sbom  # noqa: E402

DIST, WORK = ROOT / "dist", ROOT / "build" / "hikidashi"
BUNDLE = DIST / "hikidashi"
CONTENTS = WORK / "contents.json"
INSIDE = "_internal"


@dataclass(frozen=True)
class Pruned:
    """What was left out, and the bytes that saved."""

    why: str
    size_bytes: int


def main(words: Sequence[str] | None = None) -> int:
    """Build; the exit code."""
    options = _options(words)
    variant = installed_variant()
    if options.variant not in (None, variant):
        print(_wrong_torch(options.variant, variant), file=sys.stderr)
        return 2
    told: dict[str, Any] = {"version": __version__, "variant": variant}
    if not options.pack_only:
        began = time.monotonic()
        freeze()
        told["freeze_s"] = round(time.monotonic() - began)
    if not CONTENTS.exists() or not (BUNDLE / INSIDE).is_dir():
        print("There is no frozen folder in dist/: run this without --pack-only.", file=sys.stderr)
        return 2
    before = size_of(BUNDLE)
    share_program(BUNDLE)
    pruned = prune(BUNDLE / INSIDE, variant)
    told |= {"frozen_mb": _mb(before), "left_out_mb": {p.why: _mb(p.size_bytes) for p in pruned}}
    told["parts"] = _describe()
    told["bundle_mb"] = _mb(size_of(BUNDLE))
    if not options.no_packages:
        told |= _pack(variant)
    print(json.dumps(told, ensure_ascii=False, indent=1))
    return 0


def freeze() -> None:
    """Let PyInstaller make the folder."""
    write_ico(WORK / "hikidashi.ico")
    spec = HERE / "hikidashi.spec"
    places = ["--distpath", str(DIST), "--workpath", str(WORK.parent)]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", *places, str(spec)], cwd=ROOT, check=True
    )


def prune(inside: Path, variant: str, plan: Sequence[dict[str, Any]] | None = None) -> list[Pruned]:
    """Delete what bundle.toml names, below the folder of the libraries."""
    rules = (
        plan
        if plan is not None
        else tomllib.loads((HERE / "bundle.toml").read_text(encoding="utf-8"))["prune"]
    )
    found = []
    for rule in rules:
        if rule.get("variant", variant) != variant:
            continue
        kept = {inside / name for name in rule.get("keep", ())}
        size = 0
        for pattern in rule["patterns"]:
            for path in sorted(set(inside.glob(pattern)) - kept):
                size += size_of(path)
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        found.append(Pruned(rule["why"], size))
    _drop_dangling(inside)
    return found


def share_program(bundle: Path) -> None:
    """Where both programs are the same file (all but Windows, which asks for a console or none), keep it once."""
    window, program = bundle / "hikidashi-window", bundle / "hikidashi"
    if window.is_file() and not window.is_symlink() and filecmp.cmp(window, program, shallow=False):
        window.unlink()
        window.symlink_to(program.name)


def size_of(path: Path) -> int:
    """Bytes of a file or a folder; links count for nothing."""
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file() and not file.is_symlink())


def installed_variant() -> str:
    """cuda where torch brings CUDA along, cpu otherwise; read without loading torch."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torch is not installed")
    told = runpy.run_path(str(Path(spec.origin).with_name("version.py")))
    return "cuda" if told["cuda"] else "cpu"


def _describe() -> dict[str, Any]:
    """Licences and bill of materials into the folder; gives what is told of them."""
    traced = trace(CONTENTS, BUNDLE / INSIDE)
    without = write_notices(BUNDLE, traced.parts, traced.strays)
    write_sbom(BUNDLE / SBOM, traced.parts)
    return {
        "count": len(traced.parts),
        "without_licence_text": without,
        "untraced_files": list(traced.strays),
    }


def _pack(variant: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if sys.platform == "linux":
        from installer.linux_packages import make_archive, make_deb

        archive = make_archive(BUNDLE, DIST, variant)
        told |= {"archive": str(archive), "archive_mb": _mb(archive.stat().st_size)}
        if shutil.which("dpkg-deb"):
            deb = make_deb(BUNDLE, DIST, variant)
            told |= {"deb": str(deb), "deb_mb": _mb(deb.stat().st_size)}
        else:
            told["deb"] = "not made: dpkg-deb is not here"
    elif sys.platform == "win32":
        compiler = shutil.which("iscc")
        script = HERE / "windows" / "hikidashi.iss"
        if compiler:
            define = [f"/DVersion={__version__}", f"/DVariant={variant}"]
            subprocess.run([compiler, *define, str(script)], check=True)
        told["installer"] = str(DIST) if compiler else "not made: iscc (Inno Setup 6) is not on the PATH"
    return told


def _drop_dangling(inside: Path) -> None:
    """PyInstaller leaves links beside the libraries: those to what was left out go, too."""
    for path in inside.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _wrong_torch(wanted: str, found: str) -> str:
    return (
        f"The torch that is installed is the {found} build, so the {wanted} variant cannot be made of it.\n"
        f"Install the {wanted} build of the same version into .venv (see README, “Making installers”), then run this again."
    )


def _mb(size: int) -> float:
    return round(size / 1e6, 1)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bundle", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--variant", choices=("cpu", "cuda"), help="which torch; it must be the one installed"
    )
    parser.add_argument("--pack-only", action="store_true", help="take the frozen folder that is there")
    parser.add_argument("--no-packages", action="store_true", help="stop at the folder")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
