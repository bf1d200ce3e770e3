"""Everything in the bundle is traced to whoever made it, with its licence and a valid bill of materials."""

import importlib.metadata
import json
from email.message import Message
from pathlib import Path

import pytest

pytest.importorskip("cyclonedx", reason="CYCLONEDX ABSENT: the bill of materials was not tested (extra: dev)")

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from core import __version__
from installer.contents import Part, licence_of, trace
from installer.notices import OVERVIEW, overview, write_notices
from installer.sbom import sbom, write_sbom

PARTS = (
    Part("python", "numpy", "2.0", "BSD-3-Clause AND MIT", (("LICENSE.txt", "numpy's words"),)),
    Part("python", "torch", "2.13.0+cpu", "BSD-3-Clause", (("LICENSE", "torch's words"),), ("numpy; extra == 'x'", "SymPy>=1")),
    Part("python", "sympy", "1.14.0", "BSD License"),
    Part("system", "libxcb1", "1.15-1", "", (("copyright", "X's words"),)),
    Part("runtime", "Python", "3.11.7", "PSF-2.0", (("LICENSE.txt", "Python's words"),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a small freeze would have collected: a file of a package, one of Python's, one of ours, and a stray."""
    folder = tmp_path_factory.mktemp("freeze")
    stray = folder / "libstray.so"
    stray.touch()
    pillow = importlib.metadata.distribution("pillow")
    of_pillow = next(pillow.locate_file(f) for f in pillow.files or () if f.name == "Image.py")
    listed = [
        ["PYMODULE", "PIL.Image", str(of_pillow)],
        ["PYMODULE", "json", json.__file__],
        ["DATA", "assets/glossary.toml", str(Path(__file__).parents[2] / "assets" / "glossary.toml")],
        ["BINARY", "libstray.so", str(stray)],
        ["SYMLINK", "libwithout.so", "PIL/libwithout.so"],
    ]
    for _, name, _ in listed[2:]:
        (folder / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "bundle" / name).touch()
    listed.append(["BINARY", "left-out.so", "/usr/lib/left-out.so"])
    path = folder / "contents.json"
    path.write_text(json.dumps(listed))
    return path


def test_each_file_is_traced_and_what_cannot_be_is_named(contents: Path) -> None:
    traced = trace(contents, contents.parent / "bundle")
    parts = {part.name.lower(): part for part in traced.parts}
    # PyInstaller is named where it is installed: its start-up program is in every bundle.
    assert {"pillow", "python"} <= set(parts) and "hikidashi" not in parts
    assert parts["pillow"].licence == "MIT-CMU"
    assert any("Pillow" in text or "PIL" in text for _, text in parts["pillow"].texts)
    assert [Path(stray).name for stray in traced.strays] == ["libstray.so"]


def test_a_wheel_is_named_with_the_stricter_terms_of_what_it_carries(tmp_path: Path) -> None:
    """pillow-heif's metadata say BSD; its list of bundled libraries says GPLv2 for the wheel as a whole."""
    heif = pytest.importorskip("pillow_heif", reason="PILLOW-HEIF ABSENT: its licences were not tested")
    listed = tmp_path / "contents.json"
    listed.write_text(json.dumps([["PYMODULE", "pillow_heif", heif.__file__]]))
    part = next(p for p in trace(listed, tmp_path).parts if p.name == "pillow_heif")
    assert "GPL-2.0-or-later" in part.licence.split(" AND ")
    bundled = next(text for name, text in part.texts if "bundled" in name)
    assert "x265" in bundled and "GPLv2" in bundled
    component = next(c for c in json.loads(sbom([part]))["components"] if c["name"] == "pillow_heif")
    assert component["licenses"] == [{"expression": part.licence}]
    assert "x265" in overview([part], [], []) and "x265" not in overview(PARTS, [], [])


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([("License-Expression", "MIT"), ("Classifier", "License :: OSI Approved :: BSD License")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: BSD License")], "BSD License"),
        ([("Classifier", "License :: OSI Approved"), ("License", "ours\nlong text")], "ours"),
        ([("Classifier", "Topic :: Science")], ""),
    ],
)
def test_a_licence_is_what_the_metadata_say(headers: list[tuple[str, str]], said: str) -> None:
    metadata = Message()
    for name, value in headers:
        metadata[name] = value
    assert licence_of(metadata) == said


def test_licences_are_files_and_what_has_none_is_said(tmp_path: Path) -> None:
    without = write_notices(tmp_path, PARTS, ["/usr/lib/libstray.so"])
    folder = tmp_path / "licences"
    assert without == ["sympy"]
    assert (folder / "python" / "numpy-2.0" / "LICENSE.txt").read_text() == "numpy's words"
    assert (folder / "system" / "libxcb1-1.15-1" / "copyright").read_text() == "X's words"
    written = (folder / OVERVIEW).read_text(encoding="utf-8")
    assert "sympy" in written.split("Published without")[1] and "libstray.so" in written
    # Qt's licence asks for its text, the text it builds on, and a word on replacing it.
    assert "LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text()
    assert "GENERAL PUBLIC LICENSE" in (folder / "GPL-3.0.txt").read_text()
    assert "replaced" in written
    assert "Apache License" in (folder / "Hikidashi-LICENSE.txt").read_text()
    assert "SIL OPEN FONT LICENSE" in (folder / "BIZ-UDPGothic-OFL.txt").read_text()


def test_the_bill_of_materials_is_valid_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "sbom.cdx.json"
    write_sbom(path, PARTS)
    text = path.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    said = json.loads(text)
    assert (said["metadata"]["component"]["name"], said["metadata"]["component"]["version"]) == (
        "hikidashi",
        __version__,
    )
    found = {c["name"]: c for c in said["components"]}
    assert set(found) == {part.name for part in PARTS} | {"embedded"}
    assert found["numpy"]["purl"] == "pkg:pypi/numpy@2.0"
    assert found["libxcb1"]["purl"].startswith("pkg:deb/debian/libxcb1@1.15-1")
    assert found["numpy"]["licenses"] == [{"expression": "BSD-3-Clause AND MIT"}]
    assert found["embedded"]["type"] == "machine-learning-model"
    needs = {d["ref"]: set(d.get("dependsOn", ())) for d in said["dependencies"]}
    assert needs[found["torch"]["bom-ref"]] == {found["sympy"]["bom-ref"]}
    assert needs[said["metadata"]["component"]["bom-ref"]] == {c["bom-ref"] for c in said["components"]}


def test_the_same_contents_have_the_same_serial_number() -> None:
    first, second = (json.loads(sbom(PARTS))["serialNumber"] for _ in range(2))
    assert first == second != json.loads(sbom(PARTS[1:]))["serialNumber"]
