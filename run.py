"""Hikidashi from a fresh copy, with nothing but Python.

    python3 run.py              set up if need be, then start the program
    python3 run.py setup        only set up: system libraries, .venv, dependencies, translations
    python3 run.py test …       the whole test suite; what follows goes to pytest
    python3 run.py lint         ruff, mypy, import-linter
    python3 run.py bundle       what is installed without Python: a folder, a .deb, an archive (dist/)
    python3 run.py bundle-test  install the .deb in a clean root and go through it

Standard library only. On Windows: py run.py
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is what this is for
    sys.exit(
        "Hikidashi には Python 3.11 以降が必要です (いまは {0}.{1})。新しい Python で実行してください。\n"
        "Hikidashi needs Python 3.11 or later (this is {0}.{1}). Please run it with a newer one.".format(
            *sys.version_info[:2]
        )
    )

import ctypes
import hashlib
import importlib.util
import locale
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "hikidashi-setup.txt"
TOUR = ROOT / "tour"
LINUX = sys.platform == "linux"

EXTRAS = ("heif", "onsite")
EXTRAS_OF_WORD = {
    "test": ("dev", "camera", "texts", "writers"),
    "lint": ("dev", "camera", "texts"),
    "bundle": ("bundle", "camera", "texts"),
    "bundle-test": ("bundle", "camera", "texts"),
}

# What Qt opens at run time, and the Debian package it comes in.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
JAPANESE_FONT = ("fontconfig", "fonts-morisawa-bizud-gothic")


def main(words: list[str]) -> int:
    """Do what the first word says; the exit code."""
    actions: dict[str, Callable[[list[str]], int]] = {
        "": _start,
        "setup": lambda rest: 0,
        "test": _test,
        "lint": _lint,
        "bundle": _bundle,
        "bundle-test": _bundle_test,
    }
    word, rest = (words[0], words[1:]) if words else ("", [])
    if word not in actions:
        print(__doc__)
        return 0 if word in ("-h", "--help", "help") else 2
    _set_up({*EXTRAS, *EXTRAS_OF_WORD.get(word, ())})
    return actions[word](rest)


# What each word does


def _start(rest: list[str]) -> int:
    if LINUX and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        _say(
            f"画面 (DISPLAY) が見つかりません。代わりに、画面なしで一通りの操作を行い、{TOUR} に残します。",
            f"There is no display. The guided tour runs off-screen instead and leaves its pages in {TOUR}.",
        )
        return _python("-m", "app.tour", "--out", str(TOUR), *rest, offscreen=True)
    return _python("-m", "app.main", *rest)


def _test(rest: list[str]) -> int:
    return _python("-m", "pytest", *rest, offscreen=LINUX)


def _lint(rest: list[str]) -> int:
    checks = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    )
    return max(_python(*check) for check in checks)


def _bundle(rest: list[str]) -> int:
    return _python(str(ROOT / "installer" / "build.py"), *rest)


def _bundle_test(rest: list[str]) -> int:
    return _python(str(ROOT / "installer" / "bundle_test.py"), *rest)


# Set-up


def _set_up(extras: set[str]) -> None:
    """Make whatever is missing; quick when nothing is."""
    if LINUX:
        _install_system_packages()
    if not _up_to_date(extras):
        _make_venv()
        extras |= _installed_extras()
        _pip_install(extras)
        STAMP.write_text("\n".join([_state(), *sorted(extras)]), encoding="utf-8")
    if _translations_are_old() and _python("-m", "app.translations", "compile"):
        _stop("翻訳を準備できませんでした。", "The translations could not be prepared.")


def _up_to_date(extras: set[str]) -> bool:
    return PYTHON.exists() and _stamped()[:1] == [_state()] and extras <= _installed_extras()


def _stamped() -> list[str]:
    return STAMP.read_text(encoding="utf-8").split("\n") if STAMP.exists() else []


def _installed_extras() -> set[str]:
    return set(_stamped()[1:])


def _state() -> str:
    """Changes when the dependencies, the Python or the place of this folder change."""
    parts = [
        sys.version.encode(),
        str(ROOT).encode(),
        *((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _make_venv() -> None:
    if PYTHON.exists() and not subprocess.call(
        [str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL
    ):
        return
    _say("仮想環境 .venv を作ります。", "Making the virtual environment .venv.")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        _stop(
            "仮想環境を作れませんでした。Python の venv モジュールを入れて、もう一度実行してください。",
            "The virtual environment could not be made. Install Python's venv module and run this again.",
        )


def _pip_install(extras: set[str]) -> None:
    _say(
        "必要な部品を入れます。初回は数分から数十分かかります。",
        "Installing what is needed. The first time takes minutes, on a slow line more.",
    )
    target = f"{ROOT}[{','.join(sorted(extras))}]"
    command = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "5"]
    command += ["-c", str(ROOT / "constraints.txt"), "-e", target]
    if not _python(*command):
        return
    _say("もう一度試します。", "Trying once more.")
    time.sleep(5)
    if _python(*command):
        _stop(
            "部品を入れられませんでした。原因は上に表示された pip のメッセージにあります。\n"
            "・インターネットにつながっているか、空き容量が 6 GB あるかを確かめてください。\n"
            "・会社のプロキシを通すときは、環境変数 HTTPS_PROXY を設定してください。\n"
            "・インターネットがない PC では、README の「インターネットがない PC」の手順で行えます。\n"
            "そのあと、同じコマンドをもう一度実行してください。続きから始まります。",
            "The parts could not be installed; pip's message above says why.\n"
            "- Is there a connection, and 6 GB of free space?\n"
            "- Behind a company proxy, set the environment variable HTTPS_PROXY.\n"
            '- A PC with no internet can be set up as README says under "A PC with no internet".\n'
            "Then run the same command again; it goes on from where it was.",
        )


def _translations_are_old() -> bool:
    for source in (ROOT / "assets" / "translations").glob("*.ts"):
        compiled = source.with_suffix(".qm")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            return True
    return False


# Linux: libraries that no wheel carries


def _install_system_packages() -> None:
    """Through apt-get where it is there and may be used; otherwise say what to do, and go on."""
    packages = _missing_packages()
    if not packages:
        return
    if not shutil.which("apt-get"):
        names = " ".join([name for name in LIBRARIES if not _loads(name)] + ["(Japanese font)"])
        _say(
            f"次のものが足りないようです。お使いの Linux の方法で入れてください: {names}",
            f"These seem to be missing; install them the way of your Linux: {names}",
        )
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() != 0:
        line = " ".join(["sudo", *install])
        _say(
            f"システムの部品が足りません。次の 1 行を実行してください:\n  {line}",
            f"Some system packages are missing. Please run this line:\n  {line}",
        )
        return
    _say(
        f"システムの部品を入れます: {' '.join(packages)}", f"Installing system packages: {' '.join(packages)}"
    )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call(["apt-get", "update", "--quiet"], env=environment, stdin=subprocess.DEVNULL)
    if subprocess.call([*install, "--quiet"], env=environment, stdin=subprocess.DEVNULL):
        _say(
            f"入れられませんでした。つながったら次を実行してください: {' '.join(install)}",
            f"That did not work. When there is a connection, run: {' '.join(install)}",
        )


def _missing_packages() -> list[str]:
    packages = [package for library, package in LIBRARIES.items() if not _loads(library)]
    if not _has_japanese_font():
        packages += JAPANESE_FONT
    if importlib.util.find_spec("ensurepip") is None and not PYTHON.exists():
        packages.append("python3-venv")
    return packages


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_japanese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=ja"], capture_output=True, check=False).stdout.strip())


# Small things


def _python(*words: str, offscreen: bool = False) -> int:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"} if offscreen else None
    return subprocess.call([str(PYTHON), *words], cwd=ROOT, env=environment)


def _say(japanese: str, english: str) -> None:
    print(japanese if _speaks_japanese() else english, file=sys.stderr, flush=True)


def _stop(japanese: str, english: str) -> None:
    _say(japanese, english)
    sys.exit(1)


def _speaks_japanese() -> bool:
    names = [os.environ.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), locale.getlocale()[0] or "")
    return name.lower().startswith("ja")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
