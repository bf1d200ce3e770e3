"""What is installed: the .deb's control file and tree, the menu entry, the file types, the Windows script."""

import configparser
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from core import __version__
from core.backbones.bundle import _MEDIA_TYPE as MODELS_TYPE
from core.documents import DOCUMENT_SUFFIXES
from core.package.manifest import MEDIA_TYPE as PACKAGE_TYPE
from installer import build
from installer.build import Pruned, installed_variant, prune, size_of
from run import LIBRARIES

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "installer" / "linux"
ISS = ROOT / "installer" / "windows" / "hikidashi.iss"
TYPES = {".hkd": PACKAGE_TYPE, ".hikidashi": "application/vnd.hikidashi.project", ".hkmodels": MODELS_TYPE}

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="LINUX ONLY: its packages were not tested")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A frozen folder in small."""
    folder = tmp_path / "hikidashi"
    (folder / "_internal" / "torch" / "lib").mkdir(parents=True)
    for program in ("hikidashi", "hikidashi-window"):
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o700)
    (folder / "_internal" / "torch" / "lib" / "libtorch.so").write_bytes(bytes(2000))
    (folder / "_internal" / "libtorch.so").symlink_to("torch/lib/libtorch.so")
    return folder


# Linux


def test_a_double_click_reaches_every_kind_of_file() -> None:
    types = ElementTree.parse(LINUX / "hikidashi.xml")
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    globs = {
        glob.get("pattern", "").removeprefix("*"): kind.get("type")
        for kind in types.findall("m:mime-type", space)
        for glob in kind.findall("m:glob", space)
    }
    assert globs == TYPES and set(globs) == set(DOCUMENT_SUFFIXES)
    for kind in types.findall("m:mime-type", space):
        languages = [
            comment.get("{http://www.w3.org/XML/1998/namespace}lang")
            for comment in kind.findall("m:comment", space)
        ]
        assert languages == [None, "ja"]
    entry = _desktop_entry(LINUX / "hikidashi.desktop")
    assert set(entry["MimeType"].strip(";").split(";")) == set(TYPES.values())
    assert entry["Exec"] == "hikidashi-window %f"


def test_the_menu_entry_speaks_both_languages_and_is_valid() -> None:
    entry = _desktop_entry(LINUX / "hikidashi.desktop")
    for key in ("Name", "GenericName", "Comment", "Keywords"):
        assert entry[key] and entry[f"{key}[ja]"]
    if not shutil.which("desktop-file-validate"):
        pytest.skip("DESKTOP-FILE-UTILS ABSENT: the menu entry was read, not validated")
    answer = subprocess.run(
        ["desktop-file-validate", str(LINUX / "hikidashi.desktop")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0 and not answer.stdout, answer.stdout


@needs_linux
def test_the_deb_depends_on_what_qt_opens_and_on_nothing_to_be_fetched() -> None:
    from installer.linux_packages import control_file

    fields = dict(re.findall(r"^([A-Z][\w-]+): (.*)$", control_file(5_000_000, "cpu"), re.MULTILINE))
    assert (fields["Package"], fields["Version"], fields["Installed-Size"]) == (
        "hikidashi",
        __version__,
        "4883",
    )
    needed = [need.split("|")[0].split("(")[0].strip() for need in fields["Depends"].split(",")]
    assert needed == ["libc6", *dict.fromkeys(LIBRARIES.values())]
    assert not re.search(r"python|curl|wget|fonts", fields["Depends"])
    cuda = control_file(1, "cuda")
    assert "Package: hikidashi-cuda" in cuda and "Conflicts: hikidashi\n" in cuda


@needs_linux
@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="DPKG ABSENT: no .deb was made")
def test_the_deb_installs_files_for_everyone_and_runs_nothing(bundle: Path, tmp_path: Path) -> None:
    from installer.linux_packages import make_deb

    deb = make_deb(bundle, tmp_path, "cpu")
    out = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", str(deb), str(out)], check=True)
    assert [path.name for path in (out / "DEBIAN").iterdir()] == ["control"], (
        "no script runs at install or removal"
    )
    assert os.readlink(out / "usr" / "bin" / "hikidashi-window") == "/opt/hikidashi/hikidashi-window"
    program = out / "opt" / "hikidashi" / "hikidashi-window"
    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    for place in (
        "applications/hikidashi.desktop",
        "mime/packages/hikidashi.xml",
        "icons/hicolor/scalable/apps/hikidashi.svg",
        "doc/hikidashi/copyright",
    ):
        path = out / "usr" / "share" / place
        assert stat.S_IMODE(path.stat().st_mode) == 0o644, place
    assert (out / "opt" / "hikidashi" / "_internal" / "libtorch.so").is_symlink()
    assert not (tmp_path / "deb-root").exists()


@needs_linux
def test_the_archive_registers_itself_for_one_person_and_takes_it_back(bundle: Path, tmp_path: Path) -> None:
    from installer.linux_packages import make_archive

    archive = make_archive(bundle, tmp_path, "cpu")
    place = tmp_path / "道具 & %d's"
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="tar")
    folder = place / f"hikidashi-{__version__}"
    home = tmp_path / "home"
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([str(folder / "register.sh")], env=environment, check=True)
    installed = home / ".local" / "share"
    entry = _desktop_entry(installed / "applications" / "hikidashi.desktop")
    quoted = str(folder / "hikidashi-window").replace("%", "%%")
    assert entry["Exec"] == f'"{quoted}" %f'
    assert (installed / "mime" / "packages" / "hikidashi.xml").is_file()
    subprocess.run([str(folder / "register.sh"), "--remove"], env=environment, check=True)
    assert not list(installed.rglob("hikidashi.*"))


# Windows: the script cannot be compiled here; what it names must be there, in both languages


def test_the_windows_script_names_only_files_that_are_there() -> None:
    text = ISS.read_text(encoding="utf-8-sig")
    assert ISS.read_bytes().startswith(b"\xef\xbb\xbf"), (
        "Inno Setup reads Japanese only with a byte order mark"
    )
    assert '#define Root "..\\..' in text
    for name in re.findall(r"^LicenseFile=\{#Root\}\\(.+)$", text, re.MULTILINE):
        assert (ROOT / name.replace("\\", "/")).is_file(), name
    icon = re.search(r"^SetupIconFile=\{#Root\}\\(.+)$", text, re.MULTILINE)
    assert icon and ROOT / icon[1].replace("\\", "/") == build.WORK / "hikidashi.ico"
    assert 'Source: "{#Root}\\dist\\hikidashi\\*"' in text and build.BUNDLE == ROOT / "dist" / "hikidashi"
    window = re.search(r'#define Window "(.+)\.exe"', text)
    assert window and f'program("{window[1]}"' in (ROOT / "installer" / "hikidashi.spec").read_text(
        encoding="utf-8"
    )


def test_the_windows_script_says_everything_in_both_languages() -> None:
    text = ISS.read_text(encoding="utf-8-sig")
    languages = re.findall(r'^Name: "(\w+)"; MessagesFile:', text, re.MULTILINE)
    assert languages == ["japanese", "english"]
    said = {lang: set(re.findall(rf"^{lang}\.(\w+)=.+$", text, re.MULTILINE)) for lang in languages}
    assert said["japanese"] == said["english"]
    used = set(re.findall(r"\{cm:(\w+)\}", text)) | set(re.findall(r"CustomMessage\('(\w+)'\)", text))
    assert used == said["english"]


def test_the_windows_script_opens_every_kind_of_file_and_deletes_no_ones_work() -> None:
    text = ISS.read_text(encoding="utf-8-sig")
    for suffix in DOCUMENT_SUFFIXES:
        assert f"Software\\Classes\\{suffix}\\OpenWithProgids" in text
    for kind in set(re.findall(r'ValueName: "(Hikidashi\.\w+)"', text)):
        assert (
            f'Software\\Classes\\{kind}\\shell\\open\\command"; ValueType: string; ValueData: """{{app}}'
            in text
        )
    assert "[UninstallDelete]" not in text
    deleted = re.findall(r'^Type: filesandordirs; Name: "(.+)"', text, re.MULTILINE)
    assert deleted == ["{app}\\_internal", "{app}\\licences"]
    assert "PrivilegesRequiredOverridesAllowed=dialog commandline" in text
    assert "http" not in text, "nothing is fetched"
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert len(sections) == len(set(sections))


# The folder


def test_what_is_left_out_is_counted_and_what_is_to_be_kept_stays(tmp_path: Path) -> None:
    for name, size in (("qt/a.qm", 10), ("qt/ja.qm", 7), ("torch/test/big", 100), ("torch/lib/x.so", 5)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "big").symlink_to("torch/test/big")
    plan = [
        {"why": "words", "patterns": ["qt/*.qm"], "keep": ["qt/ja.qm"]},
        {"why": "tests", "patterns": ["torch/test", "torch/nowhere"]},
        {"why": "of the other variant", "variant": "cuda", "patterns": ["torch/lib/*"]},
    ]
    assert prune(tmp_path, "cpu", plan) == [Pruned("words", 10), Pruned("tests", 100)]
    assert sorted(p.name for p in tmp_path.rglob("*") if not p.is_dir()) == ["ja.qm", "x.so"]
    assert size_of(tmp_path) == 12


@needs_linux
def test_two_equal_programs_are_kept_once_and_two_different_ones_twice(bundle: Path) -> None:
    build.share_program(bundle)
    assert os.readlink(bundle / "hikidashi-window") == "hikidashi"
    build.share_program(bundle)
    (bundle / "hikidashi-window").unlink()
    (bundle / "hikidashi-window").write_text("another")
    build.share_program(bundle)
    assert not (bundle / "hikidashi-window").is_symlink()


def test_the_plan_has_a_reason_for_everything_it_leaves_out() -> None:
    plan = tomllib.loads((ROOT / "installer" / "bundle.toml").read_text(encoding="utf-8"))
    assert all(rule["why"] and rule["patterns"] for rule in plan["prune"])
    kept = {"core", "app", "sympy.plotting", "torch.testing", "PySide6.QtTest", "PySide6.QtSvg"}
    assert not kept & set(plan["exclude"]["modules"])


def test_a_variant_that_is_not_installed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    other = "cpu" if installed_variant() == "cuda" else "cuda"
    assert build.main(["--variant", other]) == 2
    assert f"{other} build" in capsys.readouterr().err


def test_the_icon_has_every_size(tmp_path: Path, qapp: object) -> None:
    from PIL import Image

    from installer.icons import SIZES, write_ico

    write_ico(tmp_path / "a.ico")
    with Image.open(tmp_path / "a.ico") as icon:
        assert icon.info["sizes"] == {(size, size) for size in SIZES}
        assert icon.convert("RGBA").resize((1, 1)).getpixel((0, 0))[3] > 100


def _desktop_entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser["Desktop Entry"]
