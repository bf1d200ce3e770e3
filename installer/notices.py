"""The licences of everything in the bundle, as files in it: nobody has to look them up on a PC without a network."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from installer.contents import ROOT, Part

FOLDER = "licences"
OVERVIEW = "THIRD-PARTY.txt"
_QT_NOTE = """\
Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They lie in this bundle as separate,
unmodified shared libraries (folder _internal/PySide6), and may be replaced there by other builds of the same version
of their interface. Their source is offered by The Qt Company with the releases of Qt and of Qt for Python.
The text of the licence is in {folder}/LGPL-3.0.txt and, since it builds on it, {folder}/GPL-3.0.txt.
"""
_CODECS_NOTE = """\
pillow_heif, which reads HEIC photos, brings libheif and libde265 (GNU Lesser General Public License, version 3) and
x265 (GNU General Public License, version 2 or later) along; opencv, which reads cameras, brings FFmpeg (GNU Lesser
General Public License, version 2.1 or later). They, too, lie here as separate, unmodified shared libraries (folders
_internal/pillow_heif.libs and _internal/opencv_python_headless.libs); where their sources are stands in the lists that
came with them, in {folder}/python. Both are optional parts: a bundle can be made without them.
"""
_WITH_CODECS = {"pillow_heif", "opencv-python-headless"}
_TEXTS = Path(__file__).parent / "texts"


def write_notices(bundle: Path, parts: Sequence[Part], strays: Sequence[str]) -> list[str]:
    """Write licences/ into the bundle; gives the names of the parts whose text was not found."""
    folder = bundle / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, folder / f"Hikidashi-{name}.txt")
    shutil.copyfile(ROOT / "assets" / "fonts" / "OFL.txt", folder / "BIZ-UDPGothic-OFL.txt")
    for name in ("LGPL-3.0", "GPL-3.0"):
        shutil.copyfile(_TEXTS / f"{name}.txt", folder / f"{name}.txt")
    without = []
    for part in parts:
        place = folder / part.kind / f"{part.name}-{part.version}".replace("/", "_").replace(":", "_")
        for name, text in part.texts:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        if not part.texts:
            without.append(part.name)
    (folder / OVERVIEW).write_text(overview(parts, strays, without), encoding="utf-8")
    return without


def overview(parts: Sequence[Part], strays: Sequence[str], without: Sequence[str]) -> str:
    """One line a part, and plainly what is missing."""
    width = max(len(f"{part.name} {part.version}") for part in parts)
    lines = [f"{f'{part.name} {part.version}':<{width}}  {part.licence or 'see its files'}" for part in parts]
    said = ["What is in this bundle beside Hikidashi itself, and under which licence.", "", *lines, ""]
    said += [_QT_NOTE.format(folder=FOLDER)]
    if _WITH_CODECS & {part.name for part in parts}:
        said += [_CODECS_NOTE.format(folder=FOLDER)]
    if without:
        said += [f"Published without a licence text of their own: {', '.join(without)}.", ""]
    if strays:
        said += ["Files that could not be traced to a package:", *strays, ""]
    return "\n".join(said)
