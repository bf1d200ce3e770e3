"""A zip is a folder of photos: names as they were, nothing outside, nothing that takes the disk."""

import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.photos.scan import scan
from core.photos.unpack import Unpacked, place_of, unpack
from core.problems import Problem


def png(grey: int = 0) -> bytes:
    content = io.BytesIO()
    Image.new("L", (8, 8), grey).save(content, "PNG")
    return content.getvalue()


def pack(path: Path, files: dict[str, bytes], encoding: str | None = None) -> Path:
    """A zip. With an encoding names are written in it without the flag, as Windows in Japan does."""
    raw = {name: name.encode(encoding) if encoding else b"" for name in files}
    # Stand-ins of the same length, which zipfile writes as they are.
    stand_ins = {name: f"{number:06}".ljust(len(raw[name]), "@") for number, name in enumerate(files)}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(stand_ins[name] if encoding else name, content)
    if encoding:
        data = path.read_bytes()
        for name in files:
            assert len(raw[name]) >= 6
            data = data.replace(stand_ins[name].encode(), raw[name])
        path.write_bytes(data)
    return path


def found(unpacked: Unpacked) -> list[str]:
    folder = unpacked.folder
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def codes(unpacked: Unpacked) -> dict[str, str]:
    return {
        path.relative_to(unpacked.folder).as_posix(): problem.code for path, problem in unpacked.unreadable
    }


@pytest.mark.parametrize("encoding", [None, "cp932", "utf-8"])
def test_names_come_out_as_they_were_packed(tmp_path: Path, encoding: str | None) -> None:
    """ソ and 表 have a backslash as their second byte in CP932."""
    names = ("良品/表面ソ.png", "キズ/①番－㈱.png")
    archive = pack(tmp_path / "写真.zip", {name: png(n) for n, name in enumerate(names)}, encoding)
    unpacked = unpack(archive, tmp_path / "into")
    assert found(unpacked) == sorted(names)
    assert {photo.path.parent.name for photo in scan(unpacked.folder).photos} == {"良品", "キズ"}


def test_decomposed_names_of_macos_are_the_words_that_people_type(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"バルブ/ガ.png": png()}, "utf-8")
    assert found(unpack(archive, tmp_path / "into")) == ["バルブ/ガ.png"]


def test_backslashes_of_old_windows_packers_are_folders(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"良品\\あ.png": png()}, "cp932")
    assert found(unpack(archive, tmp_path / "into")) == ["良品/あ.png"]


def test_only_photos_and_class_names_are_taken(tmp_path: Path) -> None:
    files = {name: png() for name in ("a.png", "__MACOSX/._a.png", ".hidden.png", "notes.txt", "run.exe")}
    archive = pack(tmp_path / "a.zip", files | {"classes.toml": b""})
    unpacked = unpack(archive, tmp_path / "into")
    assert found(unpacked) == ["a.png", "classes.toml"] and unpacked.unreadable == ()


@pytest.mark.parametrize(
    "name", ["../out.png", "/etc/out.png", "a/../../out.png", "..\\out.png", "C:\\out.png", "c:/out.png"]
)
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / "a.zip", {name: png(), "good.png": png(1)})
    before = set(tmp_path.rglob("*"))
    unpacked = unpack(archive, tmp_path / "into")
    assert found(unpacked) == ["good.png"]
    assert list(codes(unpacked).values()) == ["photos.zip_leads_out"]
    outside = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "into")}
    assert outside == before


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_no_name_leads_out(name: str) -> None:
    parts = place_of(name)
    if parts is not None:
        root = os.path.abspath("root")
        assert os.path.commonpath([root, os.path.abspath(os.path.join(root, *parts))]) == root
        assert all(part not in ("", ".", "..") and "/" not in part for part in parts)


def test_links_are_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    unpacked = unpack(tmp_path / "a.zip", tmp_path / "into")
    assert found(unpacked) == [] and codes(unpacked) == {"link.png": "photos.zip_leads_out"}


def test_names_that_a_disk_refuses_are_mended_and_none_is_lost(tmp_path: Path) -> None:
    files = {
        name: png(n)
        for n, name in enumerate(("CON.png", "ab:?.png", "ab__.png", "AB__.PNG", "長" * 200 + ".png"))
    }
    unpacked = unpack(pack(tmp_path / "a.zip", files), tmp_path / "into")
    names = found(unpacked)
    assert len({name.casefold() for name in names}) == len(files)
    assert all(len(name.encode()) < 256 for name in names) and "_CON.png" in names


def test_one_damaged_photo_is_listed_and_the_rest_is_taken(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"bad.png": b"PLACE-TO-SPOIL", "good.png": png()})
    archive.write_bytes(archive.read_bytes().replace(b"PLACE-TO-SPOIL", b"PLACE-TO-SPOIT", 1))
    unpacked = unpack(archive, tmp_path / "into")
    assert found(unpacked) == ["good.png"] and codes(unpacked) == {"bad.png": "photos.damaged"}


def test_a_zip_in_the_zip_is_listed(tmp_path: Path) -> None:
    unpacked = unpack(pack(tmp_path / "a.zip", {"b.zip": b"", "a.png": png()}), tmp_path / "into")
    assert codes(unpacked) == {"b.zip": "photos.zip_within"}


@pytest.mark.parametrize("content", [b"", b"no zip", None], ids=["empty", "text", "cut off"])
def test_what_is_no_zip_says_so(tmp_path: Path, content: bytes | None) -> None:
    archive = pack(tmp_path / "a.zip", {"a.png": png()})
    archive.write_bytes(archive.read_bytes()[:-30] if content is None else content)
    with pytest.raises(Problem, match="zip"):
        unpack(archive, tmp_path / "into")


def test_a_password_is_said_at_once(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"a.png": png()})
    data = archive.read_bytes()
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data = data[:place] + b"\x01" + data[place + 1 :]
    archive.write_bytes(data)
    with pytest.raises(Problem) as told:
        unpack(archive, tmp_path / "into")
    assert told.value.code == "photos.zip_locked"


def test_a_bomb_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.bmp", bytes(50 << 20))
    assert (tmp_path / "a.zip").stat().st_size < 1 << 20
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=(1 << 29) + (49 << 20)))
    with pytest.raises(Problem) as told:
        unpack(tmp_path / "a.zip", tmp_path / "into")
    assert told.value.code == "photos.zip_too_large"
    assert list((tmp_path / "into").iterdir()) == []


def test_a_size_that_lies_brings_out_no_more_than_it_says(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.bmp", bytes(1 << 20))
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(
        data.replace((1 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    )
    unpacked = unpack(tmp_path / "a.zip", tmp_path / "into")
    assert found(unpacked) == [] and codes(unpacked) == {"a.bmp": "photos.damaged"}


def test_cancelled_nothing_stays(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {f"{n}.png": png(n) for n in range(9)})
    asked: list[int] = []
    unpacked = unpack(
        archive, tmp_path / "into", cancelled=lambda: len(asked) > 3 or asked.append(1) is not None
    )
    assert not unpacked.complete and not unpacked.folder.exists()


def test_progress_counts_up_to_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    archive = pack(tmp_path / "a.zip", {f"{n}.png": png(n) for n in range(3)})
    unpack(archive, tmp_path / "into", lambda done, total, _left: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_the_same_zip_goes_to_the_same_place_and_only_what_is_missing_is_written(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"a.png": png(1), "b.png": png(2)})
    first = unpack(archive, tmp_path / "into")
    (first.folder / "b.png").unlink()
    time = (first.folder / "a.png").stat().st_mtime_ns
    again = unpack(archive, tmp_path / "into")
    assert again == first and found(again) == ["a.png", "b.png"]
    assert (first.folder / "a.png").stat().st_mtime_ns == time


def test_two_zips_of_one_name_do_not_mix(tmp_path: Path) -> None:
    one = unpack(pack(tmp_path / "a.zip", {"a.png": png(1)}), tmp_path / "into")
    other = unpack(pack(tmp_path / "a.zip", {"a.png": png(2)}), tmp_path / "into")
    assert one.folder != other.folder and found(one) == found(other) == ["a.png"]
