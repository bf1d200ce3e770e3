"""A Debian with nothing of this machine in it, to install the .deb into: no Python, no network once it is filled."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What any Debian desktop has; the program's own libraries come by the .deb's Depends.
DESKTOP = ("shared-mime-info", "desktop-file-utils", "xvfb")
USER, HOME = "1000:1000", "/home/operator"
# Stays root and lives on beside the command: the kernel forgets --kill-child for a process that changes its user.
_FIRST_PROCESS = ("sh", "-c", '"$@"; exit $?', "sh")
DISPLAY = ":77"
_OUTPUT_SHOWN = 3000


class Failed(Exception):
    """A command in the root did not do what it should."""


def obstacle() -> str:
    """Why no clean root can be made here; "" where one can."""
    if sys.platform != "linux":
        return "this is not Linux"
    if os.geteuid() != 0:
        return "this needs root (chroot, namespaces)"
    missing = [name for name in ("debootstrap", "unshare", "chroot", "dpkg-deb") if not shutil.which(name)]
    return f"not installed: {', '.join(missing)}" if missing else ""


class CleanRoot:
    """Made in a folder that must not exist; `fill` needs Debian's packages, everything after it has no network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, deb: Path) -> list[str]:
        """Debian's smallest system, what a desktop has, and what the .deb depends on; gives the latter's names."""
        subprocess.run(
            ["debootstrap", "--variant=minbase", _suite(), str(self.folder)], check=True, stdout=sys.stderr
        )
        shutil.copyfile(deb, self.folder / deb.name)
        needed = _depends(deb)
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"]
        self._chroot([*install, *DESKTOP, *needed], {"DEBIAN_FRONTEND": "noninteractive"})
        home = self.folder / HOME.lstrip("/")
        home.mkdir(parents=True)
        os.chown(home, 1000, 1000)
        # As any running system has it: semaphores and shared memory are made there.
        (self.folder / "dev" / "shm").chmod(0o1777)
        return needed

    def has_python(self) -> bool:
        """Whether something of Python is in the root: nothing may help the bundle."""
        return any((self.folder / "usr" / "bin").glob("python3*"))

    def run(self, *words: str, root: bool = False, seconds: float = 600) -> str:
        """Run a command inside, without a network; gives its standard output.

        Raises:
            Failed: it ended badly, or took too long.
        """
        try:
            answer = subprocess.run(
                self.command(*words, root=root),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
                timeout=seconds,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Failed(f"{' '.join(words)}: not done after {seconds:.0f} s") from late
        if answer.returncode:
            told = (answer.stdout[-_OUTPUT_SHOWN:] + answer.stderr[-_OUTPUT_SHOWN:]).strip()
            raise Failed(f"{' '.join(words)}: exit code {answer.returncode}\n{told}")
        return answer.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command inside and let it run."""
        return subprocess.Popen(self.command(*words), env=_environment(), stdin=subprocess.DEVNULL)

    def command(self, *words: str, root: bool = False) -> list[str]:
        """How a command is run inside: own processes, no network, as an ordinary person unless as root."""
        apart = ["unshare", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child"]
        who = [] if root else [f"--userspec={USER}"]
        proc = f"--mount-proc={self.folder / 'proc'}"
        return [*apart, proc, *_FIRST_PROCESS, "chroot", *who, str(self.folder), *words]

    def path(self, inside: str) -> Path:
        """Where a path of the root lies on this machine."""
        return self.folder / inside.lstrip("/")

    def _chroot(self, words: list[str], environment: dict[str, str]) -> None:
        shutil.copyfile("/etc/resolv.conf", self.folder / "etc" / "resolv.conf")
        subprocess.run(
            ["chroot", str(self.folder), *words],
            check=True,
            stdout=sys.stderr,
            env=_environment() | environment,
        )


def _environment() -> dict[str, str]:
    """Nothing of this machine's settings may help."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "HIKIDASHI_LANGUAGE": "ja",
        "DISPLAY": DISPLAY,
    }


def _suite() -> str:
    """This Debian's own name."""
    for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return "stable"


def _depends(deb: Path) -> list[str]:
    """The first alternative of each package that it depends on, without versions."""
    answer = subprocess.run(
        ["dpkg-deb", "--field", str(deb), "Depends"], capture_output=True, text=True, check=True
    )
    return [need.split("|")[0].split("(")[0].strip() for need in answer.stdout.split(",")]
