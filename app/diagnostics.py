"""What helps to find a fault: a rotating log, a record of hard crashes, a bundle without photos and names."""

import faulthandler
import getpass
import logging
import platform
import re
import sys
import zipfile
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

import PySide6

from core import __version__
from core.files import atomic_writer
from core.settings import load_settings, locations

LOG_FILE = "hikidashi.log"
CRASH_FILE = "crash.txt"
_LOG_BYTES = 1 << 20
_LOG_FILES = 3
_PATH = re.compile(r"""(?:[A-Za-z]:[\\/]|\\\\|/)[^\s"'<>|:,()]+(?:[\\/][^\s"'<>|:,()]*)+""")
# What a folder name with a space in it leaves of a path.
_FILE = re.compile(
    r"""[^\s"'<>|:,()]+(?=\.(?:jpe?g|png|tiff?|bmp|webp|gif|hei[cf]|avif|hkd|csv)\b)""", re.IGNORECASE
)

_crash_record: IO[str] | None = None


def start_logging() -> None:
    """Log into the user's log folder, a few files of limited size."""
    folder = locations().log
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / LOG_FILE, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def record_crashes() -> str:
    """Record hard crashes from now on; gives what the last session recorded before it died, or ""."""
    global _crash_record
    path = locations().log / CRASH_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    _crash_record = path.open("w", encoding="utf-8")
    faulthandler.enable(_crash_record)
    return before.strip()


def stop_recording_crashes() -> None:
    """A clean end: there is nothing to tell at the next start."""
    global _crash_record
    if _crash_record is not None:
        faulthandler.disable()
        _crash_record.close()
        _crash_record = None
        (locations().log / CRASH_FILE).unlink(missing_ok=True)


def save_bundle(path: Path, report: str = "") -> None:
    """Write a zip for whoever looks into a fault: report, log, versions, settings; no photos, no names."""
    settings = load_settings().model_dump(exclude={"recent_projects", "last_folders", "operator"})
    with atomic_writer(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("report.txt", scrub(report))
        bundle.writestr("system.txt", _system())
        bundle.writestr("settings.txt", "\n".join(f"{key} = {value}" for key, value in settings.items()))
        for log in sorted(locations().log.glob(f"{LOG_FILE}*")):
            bundle.writestr(log.name, scrub(log.read_text(encoding="utf-8", errors="replace")))


def scrub(text: str) -> str:
    """The text with the user's name and every path shortened to what cannot name anyone."""
    text = _FILE.sub("<file>", _PATH.sub(_anonymous, text))
    for name in _user_names():
        if len(name) > 2 and name not in ("root", "user"):
            text = text.replace(name, "<user>")
    return text


def _user_names() -> set[str]:
    try:
        return {getpass.getuser(), Path.home().name}
    except (OSError, KeyError, ImportError, RuntimeError):  # an account without a name has none to hide
        return set()


def _anonymous(match: re.Match[str]) -> str:
    """A path keeps only what belongs to the program itself."""
    parts = re.split(r"[\\/]", match.group())
    if not parts[-1].endswith(".py"):
        return "<path>" + Path(parts[-1]).suffix
    for room in ("core", "app", "site-packages", "lib"):
        if room in parts:
            return "…/" + "/".join(parts[parts.index(room) :])
    return "<path>.py"


def _system() -> str:
    facts = {
        "hikidashi": __version__,
        "python": sys.version.split()[0],
        "pyside6": PySide6.__version__,
        "system": platform.platform(),
        "machine": platform.machine(),
        "frozen": getattr(sys, "frozen", False),
    }
    return "\n".join(f"{key} = {value}" for key, value in facts.items())
