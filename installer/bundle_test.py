"""python3 run.py bundle-test: install the .deb in a clean root, start it, go through the window, check the package.

    python3 run.py bundle-test [--deb FILE]    in a root made by debootstrap, as an ordinary person, without a network
    python3 run.py bundle-test --archive FILE  unpack the archive and try it on this machine

Where no clean root can be made it says why, and tries the archive on this machine: that proves less, since the
libraries of this machine may help. The last line is one JSON object.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.cli import COMMANDS  # noqa: E402
from installer.clean_root import DISPLAY, HOME, CleanRoot, Failed, obstacle  # noqa: E402

DIST = ROOT / "dist"
SECONDS_THE_WINDOW_MUST_LIVE = 10
TOUR_SECONDS = 3600
_QUESTION = "the archive is tried on this machine instead, where its libraries and fonts may help"


class Place(Protocol):
    """Where the program is tried: its two programs by name, and where its files lie as seen from here."""

    def run(self, *words: str, seconds: float = 600) -> str: ...

    def start(self, *words: str) -> subprocess.Popen[bytes]: ...

    def path(self, inside: str) -> Path: ...


def main(words: Sequence[str] | None = None) -> int:
    """Try what was built; 0 when all of it works."""
    options = _options(words)
    hindrance = "" if options.archive else obstacle()
    archive = options.archive or _newest("*.tar.gz")
    deb = options.deb or _newest("*.deb")
    try:
        if options.archive or hindrance:
            if hindrance:
                print(f"No clean root can be made here ({hindrance}): {_QUESTION}.", file=sys.stderr)
            told = {"in": "this machine", "because": hindrance} | _on_this_machine(archive)
        else:
            told = {"in": "a clean root"} | _in_clean_root(deb)
    except (Failed, AssertionError) as fault:
        print(f"The bundle does not work: {fault}", file=sys.stderr)
        return 1
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _in_clean_root(deb: Path | None) -> dict[str, Any]:
    if deb is None:
        raise Failed("there is no .deb in dist/: python3 run.py bundle makes it")
    folder = Path(tempfile.mkdtemp(prefix="hikidashi-root-"))
    folder.chmod(0o755)
    root = CleanRoot(folder / "root")
    try:
        needed = root.fill(deb)
        assert not root.has_python(), "the root is not clean: Python is in it"
        _say("installing, without a network", deb.name)
        began = time.monotonic()
        root.run("dpkg", "--install", f"/{deb.name}", root=True)
        told: dict[str, Any] = {"install_s": round(time.monotonic() - began, 1), "depends": needed}
        _registered(root)
        screen = root.start("Xvfb", DISPLAY, "-screen", "0", "1366x768x24", "-nolisten", "tcp")
        try:
            _wait_for(root.path("/tmp/.X11-unix/X77").exists, "the virtual screen")
            told |= _try(root, HOME)
        finally:
            screen.kill()
            screen.wait(20)
        return told | _uninstall(root)
    finally:
        for picture in root.path(f"{HOME}/tour").glob("*.png"):
            (DIST / "tour").mkdir(exist_ok=True)
            shutil.copyfile(picture, DIST / "tour" / picture.name)
        shutil.rmtree(folder, ignore_errors=True)


def _registered(root: CleanRoot) -> None:
    """The menu entry is valid, and a double-click finds the program."""
    entry = "/usr/share/applications/hikidashi.desktop"
    root.run("desktop-file-validate", entry)
    cache = root.path("/usr/share/applications/mimeinfo.cache").read_text(encoding="utf-8")
    globs = root.path("/usr/share/mime/globs2").read_text(encoding="utf-8")
    for kind, suffix in (("package+zip", "hkd"), ("project", "hikidashi"), ("models+zip", "hkmodels")):
        assert f"application/vnd.hikidashi.{kind}=hikidashi.desktop" in cache, f"{kind} opens nothing"
        assert f"application/vnd.hikidashi.{kind}:*.{suffix}" in globs, f"*.{suffix} is of no type"


def _uninstall(root: CleanRoot) -> dict[str, Any]:
    """What people made stays; what was installed goes."""
    work = root.path(f"{HOME}/tour/home")
    before = sum(1 for path in work.rglob("*") if path.is_file())
    assert before, "the tour left no project"
    root.run("dpkg", "--remove", "hikidashi", root=True)
    assert not root.path("/opt/hikidashi").exists(), "the program was not removed"
    assert sum(1 for path in work.rglob("*") if path.is_file()) == before, "removing took someone's files"
    return {"uninstalled": True, "files_of_the_operator_kept": before}


class _Here:
    """The unpacked archive on this machine, with a home of its own and nothing of this machine's Python."""

    def __init__(self, program: Path, home: Path) -> None:
        self._program, self._home = program, home

    def run(self, *words: str, seconds: float = 600) -> str:
        answer = subprocess.run(
            self._command(words), env=self._environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            encoding="utf-8", timeout=seconds, check=False,
        )  # fmt: skip
        if answer.returncode:
            raise Failed(f"{' '.join(words)}: exit code {answer.returncode}")
        return answer.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command(words), env=self._environment(), stdin=subprocess.DEVNULL)

    def path(self, inside: str) -> Path:
        return Path(inside)

    def _command(self, words: Sequence[str]) -> list[str]:
        suffix = ".exe" if os.name == "nt" else ""
        return [str(self._program / (words[0] + suffix)), *words[1:]]

    def _environment(self) -> dict[str, str]:
        kept = {
            key: os.environ[key] for key in ("PATH", "DISPLAY", "SYSTEMROOT", "TEMP") if key in os.environ
        }
        if os.name != "nt" and "DISPLAY" not in kept:
            kept["QT_QPA_PLATFORM"] = "offscreen"
        return kept | {"HOME": str(self._home), "HIKIDASHI_HOME": str(self._home / "own"), "LANG": "C.UTF-8"}


def _on_this_machine(archive: Path | None) -> dict[str, Any]:
    if archive is None:
        raise Failed("there is no archive in dist/: python3 run.py bundle makes it")
    with tempfile.TemporaryDirectory(prefix="hikidashi-") as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="tar")
        program = next(path for path in Path(folder).iterdir() if path.is_dir())
        home = Path(folder) / "person"
        home.mkdir()
        return _try(_Here(program, home), str(home))


def _try(place: Place, home: str) -> dict[str, Any]:
    """What a person does: look at it, walk the whole way, use the package, open it with a double-click."""
    starts = [
        _json(place, "hikidashi-window", "tour", "--out", f"{home}/start", "--start-only") for _ in range(3)
    ]
    told: dict[str, Any] = {"start_s": [start["start_s"] for start in starts]}
    told["commands"] = _commands_answer(place)
    doctor = _json(place, "hikidashi", "doctor", "--json")
    told |= {"device": doctor["device"], "torch": doctor["torch"]}
    _say("the tour", "photos, labels, preset, training, check, export, on site")
    began = time.monotonic()
    tour = _json(
        place, "hikidashi-window", "tour", "--out", f"{home}/tour", "--language", "ja", seconds=TOUR_SECONDS
    )
    assert tour["verified"] is True, tour
    told |= {"tour_s": round(time.monotonic() - began), "pages": len(tour["pages"])}
    package = str(tour["package"])
    verified = _json(place, "hikidashi", "verify", package, "--json")
    assert verified["ok"] is True, verified
    told |= {"package_verified": True, "package_bytes": place.path(package).stat().st_size}
    told["judged"] = _judge(place, home, package)
    _stays_open(place, "hikidashi-window", package)
    told["double_click_opens"] = True
    return told | _methods_found_by_name(place, home)


def _commands_answer(place: Place) -> int:
    """Every command's module loads: a part that is imported by name only, and was left out, shows here."""
    for command in COMMANDS:
        assert command in place.run("hikidashi", command, "--help"), command
    return len(COMMANDS)


def _judge(place: Place, home: str, package: str) -> int:
    """The package judges the sample's photos, on the command line."""
    photos = _sample(place, home)
    answer = _json(place, "hikidashi", "predict", package, f"{photos}/test", "--json")
    predictions = answer["predictions"]
    assert predictions, answer
    return len(predictions)


def _methods_found_by_name(place: Place, home: str) -> dict[str, Any]:
    """What comes in with a method or a command only: a bundle without it would show it here."""
    _say("a low-rank tuning, its report, and a search", "peft, transformers, reportlab, optuna, alembic")
    briefly = ("--shots", "2", "--set", "training.epochs=1", "--out", f"{home}/run")
    photos = f"{_sample(place, home)}/train"
    tuned = _json(place, "hikidashi", "train", "--photos", photos, "--preset", "lora", *briefly, "--json")
    assert tuned["epochs"] == 1, tuned
    report = _json(place, "hikidashi", "report", f"{home}/run", "--out", f"{home}/report", "--json")
    assert len(report["files"]) == 4, report
    briefly = ("--shots", "2", "--budget-minutes", "0.2", "--out", f"{home}/search")
    found = _json(
        place, "hikidashi", "train", "--photos", photos, "--preset", "automatic", *briefly, "--json"
    )
    assert any(choice["code"] == "search.chosen" for choice in found["decisions"]), found
    return {"lora": True, "report_files": len(report["files"]), "search": True}


def _sample(place: Place, home: str) -> str:
    """The sample's photos, laid where a person could have them."""
    target = place.path(f"{home}/sample")
    if not target.exists():
        shutil.copytree(ROOT / "assets" / "sample", target)
    return f"{home}/sample"


def _stays_open(place: Place, *words: str) -> None:
    window = place.start(*words)
    time.sleep(SECONDS_THE_WINDOW_MUST_LIVE)
    assert window.poll() is None, f"the window closed by itself: {window.returncode}"
    window.kill()
    window.wait(30)


def _json(place: Place, *words: str, seconds: float = 1800) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(place.run(*words, seconds=seconds).splitlines()[-1])
    return answer


def _wait_for(there: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.2)


def _newest(pattern: str) -> Path | None:
    return max(DIST.glob(pattern), key=lambda path: path.stat().st_mtime, default=None)


def _say(what: str, detail: str) -> None:
    print(f"… {what} ({detail})", file=sys.stderr, flush=True)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py bundle-test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deb", type=Path, help="this .deb instead of the newest in dist/")
    parser.add_argument("--archive", type=Path, help="this archive, on this machine")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
