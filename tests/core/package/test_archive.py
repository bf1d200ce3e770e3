"""A package is read whole and true, or refused with the reason: whatever the bytes."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from core.package import archive
from core.package.archive import (
    ADAPTER,
    CARD,
    CHECK,
    MANIFEST,
    MEMBERS,
    TEXT_FEATURES,
    open_package,
    write_package,
)
from core.package.manifest import Manifest
from core.problems import Problem

Contents = list[tuple[str, bytes]]


def contents_of(path: Path) -> Contents:
    """Names and bytes, in order."""
    with zipfile.ZipFile(path) as file:
        return [(entry.filename, file.read(entry)) for entry in file.infolist()]


def rezip(path: Path, contents: Contents, compression: int = zipfile.ZIP_STORED) -> None:
    """Any zip, as another program would write it."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in contents:
            file.writestr(name, content)


def read_all(path: Path) -> dict[str, bytes]:
    """Everything in a package, as every reader gets it."""
    package = open_package(path)
    return {MANIFEST: package.manifest.model_dump_json().encode()} | {
        name: package.read(name) for name in MEMBERS
    }


def refusal(path: Path) -> str:
    """The code with which a package is refused."""
    with pytest.raises(Problem) as caught:
        read_all(path)
    return caught.value.code


def altered(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Rewrite a package, each member changed, or left out where the change gives None."""
    new = [(name, change(name, content)) for name, content in contents_of(path)]
    rezip(path, [(name, content) for name, content in new if content is not None])


def test_what_was_written_is_read(written: Path, members: dict[str, bytes], manifest: Manifest) -> None:
    package = open_package(written)
    assert {name: package.read(name) for name in MEMBERS} == members
    assert package.manifest.model_copy(update={"members": ()}) == manifest
    assert package.text(CARD) == "# カード\n"
    assert package.tensors(TEXT_FEATURES)["text_features"].shape == (4, 8)


def test_it_is_a_zip_that_anyone_can_open_with_the_manifest_first(written: Path) -> None:
    with zipfile.ZipFile(written) as file:
        assert file.testzip() is None
        assert file.namelist() == [MANIFEST, *MEMBERS]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_it(written: Path) -> None:
    assert stat.S_IMODE(written.stat().st_mode) == 0o644


def test_equal_content_makes_equal_files(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes]
) -> None:
    for name in ("a.hkd", "b.hkd"):
        write_package(tmp_path / name, manifest, members)
    assert (tmp_path / "a.hkd").read_bytes() == (tmp_path / "b.hkd").read_bytes()


def test_a_package_packed_anew_by_another_program_is_not_taken_for_the_original(
    written: Path,
) -> None:
    rezip(written, contents_of(written))
    assert refusal(written) == "package.repacked"


def test_a_failed_write_leaves_the_old_package(
    written: Path, manifest: Manifest, members: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(Problem) as caught:
        write_package(written, manifest, members)
    assert caught.value.code == "package.not_written"
    assert written.read_bytes() == before
    assert list(written.parent.iterdir()) == [written]


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.hkd") == "package.unreadable"
    assert refusal(tmp_path) == "package.unreadable"


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_any_other_file_is_not_a_package(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.hkd"
    path.write_bytes(content)
    assert refusal(path) == "package.not_a_package"


def test_any_other_zip_is_not_a_package(tmp_path: Path) -> None:
    path = tmp_path / "x.hkd"
    rezip(path, [("word/document.xml", b"<x/>")])
    assert refusal(path) == "package.not_a_package"
    rezip(path, [])
    assert refusal(path) == "package.not_a_package"


def test_the_manifest_must_come_first(written: Path) -> None:
    rezip(written, list(reversed(contents_of(written))))
    assert refusal(written) == "package.not_a_package"


def test_a_cut_is_noticed_wherever_it_is(written: Path) -> None:
    whole = written.read_bytes()
    for length in [*range(0, len(whole), 11), *range(len(whole) - 60, len(whole))]:
        written.write_bytes(whole[:length])
        assert refusal(written) in {"package.truncated", "package.not_a_package"}


def test_bytes_before_or_behind_are_refused(written: Path) -> None:
    whole = written.read_bytes()
    written.write_bytes(b"MZ" + whole)
    assert refusal(written) == "package.not_a_package"
    written.write_bytes(whole[:4] + whole)
    assert refusal(written) == "package.damaged"
    written.write_bytes(whole + b"x")
    assert refusal(written) == "package.truncated"


def test_a_changed_member_has_the_wrong_hash(written: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content[:-1] + bytes([content[-1] ^ 1]) if name == ADAPTER else content

    altered(written, change)
    assert refusal(written) == "package.wrong_hash"


def test_a_longer_member_has_the_wrong_hash_before_it_is_read(written: Path) -> None:
    altered(written, lambda name, content: content + b" " if name == CARD else content)
    with pytest.raises(Problem, match="not what it was"):
        open_package(written)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_missing_member_is_named(written: Path, name: str) -> None:
    altered(written, lambda found, content: None if found == name else content)
    with pytest.raises(Problem) as caught:
        open_package(written)
    assert (caught.value.code, caught.value.data["member"]) == ("package.missing_member", name)


def test_an_extra_member_is_refused(written: Path) -> None:
    rezip(written, [*contents_of(written), ("extra.bin", b"x")])
    assert refusal(written) == "package.extra_member"


@pytest.mark.parametrize(
    "name",
    ["../evil.sh", "/etc/passwd", "a/b.txt", "a\\b.txt", "C:evil.txt", "dir/", "..", "evil", "カード.md", ".md",
     "manifest.json\0.exe", "a" * 300 + "/x.md"],
)  # fmt: skip
def test_a_name_that_is_not_plain_is_refused(written: Path, name: str) -> None:
    rezip(written, contents_of(written))
    stand_in = "x" * len(name.encode())
    rezip(written, [*contents_of(written), (stand_in, b"x")])
    data = written.read_bytes().replace(stand_in.encode(), name.encode())
    written.write_bytes(data)
    # A name that zip readers cut at NUL shows up as the manifest once more.
    assert refusal(written) in {"package.bad_name", "package.twice"}
    assert [p.name for p in written.parent.iterdir()] == [written.name]


def test_the_same_member_twice_is_refused(written: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        rezip(written, [*contents_of(written), (CARD, b"another card")])
    assert refusal(written) == "package.twice"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_is_refused(written: Path, method: int) -> None:
    rezip(written, contents_of(written), method)
    assert refusal(written) == "package.compression"


def test_encryption_is_refused(written: Path) -> None:
    rezip(written, contents_of(written))
    data = bytearray(written.read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 8] |= 1
    written.write_bytes(bytes(data))
    assert refusal(written) == "package.compression"


def test_a_bomb_is_refused_before_it_is_unpacked(written: Path) -> None:
    bomb = [(n, bytes(50 << 20) if n == CHECK else c) for n, c in contents_of(written)]
    rezip(written, bomb, zipfile.ZIP_DEFLATED)
    assert written.stat().st_size < 1 << 20
    assert refusal(written) == "package.compression"


def test_a_member_beyond_its_limit_is_refused_both_ways(
    written: Path, manifest: Manifest, members: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(archive.LIMITS, CARD, 5)
    assert refusal(written) == "package.too_large"
    with pytest.raises(Problem, match="too large"):
        write_package(written, manifest, members)


def test_all_together_have_a_limit(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", written.stat().st_size - 1)
    assert refusal(written) == "package.too_large"


def test_a_directory_that_lies_about_sizes_is_damaged(written: Path) -> None:
    rezip(written, contents_of(written))
    data = bytearray(written.read_bytes())
    place = data.rindex(b"PK\x01\x02")  # the last entry: report.html
    (size,) = struct.unpack_from("<L", data, place + 24)
    struct.pack_into("<L", data, place + 24, size - 1)
    written.write_bytes(bytes(data))
    assert refusal(written) in {"package.wrong_hash", "package.damaged"}


def test_a_newer_schema_says_so(written: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return (
            content.replace(b'"schema_version": 4', b'"schema_version": 6') if name == MANIFEST else content
        )

    altered(written, change)
    with pytest.raises(Problem) as caught:
        open_package(written)
    assert caught.value.code == "package.newer"
    assert caught.value.data == {"schema": 6, "known": 5, "program": "0.1.0"}


@pytest.mark.parametrize(
    "tensors",
    [b"", b"\xff" * 64, save({"x": np.array([np.nan], np.float32)}), save({"x": np.array([1], np.int64)}),
     b"\x80\x04\x95", struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 2) + b"[]"],
)  # fmt: skip
def test_tensors_are_safetensors_of_finite_float32(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes], tensors: bytes
) -> None:
    path = tmp_path / "x.hkd"
    write_package(path, manifest, members | {ADAPTER: tensors})
    with pytest.raises(Problem) as caught:
        open_package(path).tensors(ADAPTER)
    assert caught.value.code == "package.bad_tensors"


def test_every_flipped_bit_is_noticed(written: Path) -> None:
    whole = written.read_bytes()
    inside = {
        place
        for _, content in contents_of(written)
        for start in [whole.index(content)]
        for place in range(start, start + len(content))
    }
    # All bytes of the zip's own headers; of the contents, which are under one hash each, some.
    for place in (place for place in range(len(whole)) if place not in inside or place % 9 == 0):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1 << (place % 8)
        written.write_bytes(bytes(spoiled))
        assert refusal(written).startswith("package.")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_bytes_are_refused(written: Path, data: st.DataObject) -> None:
    whole, truth = written.read_bytes(), read_all(written)
    spoiled = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(spoiled)))
        length = data.draw(st.integers(0, 40))
        spoiled[start : start + length] = data.draw(st.binary(max_size=40))
    path = written.with_name("spoiled.hkd")
    path.write_bytes(bytes(spoiled))
    if bytes(spoiled) == whole:
        assert read_all(path) == truth
    else:
        assert refusal(path).startswith("package.")
    assert {p.name for p in written.parent.iterdir()} <= {written.name, path.name}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4), content=st.binary(max_size=50)
)
def test_any_zip_around_a_true_manifest_is_judged_by_its_names(
    written: Path, names: list[str], content: bytes
) -> None:
    buffer = io.BytesIO()
    good = contents_of(written)
    with zipfile.ZipFile(buffer, "w") as file:
        for name, body in [*good, *((n, content) for n in dict.fromkeys(names) if n not in dict(good))]:
            try:
                file.writestr(name, body)
            except (UnicodeEncodeError, ValueError, IndexError):
                continue
    path = written.with_name("other.hkd")
    path.write_bytes(buffer.getvalue())
    assert refusal(path) in {"package.bad_name", "package.extra_member", "package.twice", "package.repacked"}
