"""From the frozen folder to what Linux installs: a .deb, and an archive that runs where it is unpacked.

Nothing is fetched when either is installed or first started. The .deb only copies files; Debian's own triggers take
notice of the menu entry and the file types.
"""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from core import __version__
from installer.contents import ROOT
from run import LIBRARIES

NAME = "hikidashi"
HERE = Path(__file__).parent / "linux"
ICON = ROOT / "assets" / "icons" / "hikidashi.svg"
PREFIX = Path("opt") / NAME
PROGRAMS = ("hikidashi", "hikidashi-window")
# Compressed quickly: most of it is libraries, and a stronger way takes many times as long for a tenth less.
_DEB_COMPRESSION = ("-Zzstd", "-z9")
_GZIP_LEVEL = 6
_KIB = 1024


def make_deb(bundle: Path, out: Path, variant: str) -> Path:
    """Write `<out>/hikidashi_<version>_amd64.deb`, from a folder with the frozen program."""
    root = out / "deb-root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        lay_out(bundle, root, variant)
        path = out / f"{package_name(variant)}_{__version__}_{architecture()}.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", *_DEB_COMPRESSION, "--build", str(root), str(path)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return path


def lay_out(bundle: Path, root: Path, variant: str) -> None:
    """The tree of the .deb; files of the bundle are linked, not copied, where the disk allows it."""
    shutil.copytree(bundle, root / PREFIX, symlinks=True, copy_function=_link)
    for program in PROGRAMS:
        link = root / "usr" / "bin" / program
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path("/") / PREFIX / program)
    for source, place in (
        (HERE / "hikidashi.desktop", "applications/hikidashi.desktop"),
        (HERE / "hikidashi.xml", "mime/packages/hikidashi.xml"),
        (ICON, "icons/hicolor/scalable/apps/hikidashi.svg"),
        (ROOT / "LICENSE", f"doc/{package_name(variant)}/copyright"),
    ):
        target = root / "usr" / "share" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir())
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(control_file(size, variant), encoding="utf-8")


def control_file(size_bytes: int, variant: str) -> str:
    """What dpkg reads. The variants stand for each other; only one can be installed."""
    other = "hikidashi" if variant == "cuda" else "hikidashi-cuda"
    depends = ", ".join(
        (f"libc6 (>= {_glibc()})", *dict.fromkeys(_either(name) for name in LIBRARIES.values()))
    )
    return f"""Package: {package_name(variant)}
Version: {__version__}
Architecture: {architecture()}
Maintainer: The Hikidashi authors <hikidashi@localhost>
Installed-Size: {-(-size_bytes // _KIB)}
Depends: {depends}
Recommends: shared-mime-info, desktop-file-utils
Conflicts: {other}
Replaces: {other}
Section: science
Priority: optional
Description: tune a vision-language model to your own photos, without code
 Teaches this PC to tell products and defects apart, from photos that never
 leave it. A wizard leads from photos to a verified package for the plant.
 .
 Everything is inside: no Python, no network, nothing is fetched at install
 or at the first start. Projects and settings stay when it is removed.
"""


def make_archive(bundle: Path, out: Path, variant: str) -> Path:
    """Write the portable archive: the bundle, its menu entry and file types, and a script that makes them known."""
    folder = f"{package_name(variant)}-{__version__}"
    path = out / f"{folder}-linux-{os.uname().machine}.tar.gz"
    partial = path.with_name(path.name + ".part")
    with tarfile.open(partial, "w:gz", compresslevel=_GZIP_LEVEL) as archive:
        archive.add(bundle, folder, filter=_nobodys)
        for source, place in (
            (HERE / "hikidashi.desktop", "share/hikidashi.desktop"),
            (HERE / "hikidashi.xml", "share/hikidashi.xml"),
            (ICON, "share/hikidashi.svg"),
            (HERE / "register.sh", "register.sh"),
        ):
            archive.add(source, f"{folder}/{place}", filter=_nobodys)
    partial.replace(path)
    return path


def package_name(variant: str) -> str:
    """The name of a variant: the one for CPUs has the plain one."""
    return NAME if variant == "cpu" else f"{NAME}-{variant}"


def architecture() -> str:
    """This machine in Debian's words."""
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


def _either(package: str) -> str:
    """Packages that were renamed when time_t grew to 64 bits (Debian 13, Ubuntu 24.04), under either name."""
    return "libglib2.0-0 | libglib2.0-0t64" if package == "libglib2.0-0" else package


def _glibc() -> str:
    """The libc that this was built against: an older one cannot load it."""
    return str(os.confstr("CS_GNU_LIBC_VERSION")).split()[-1]


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
