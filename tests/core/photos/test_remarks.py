"""What does not come through as it is in the file is known, kept and told; everything else is not talked about."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.photos.remarks import remarks_of
from core.photos.scan import scan
from core.photos.scan_cache import ScanCache
from core.project.store import Project

GREY = Image.new("L", (8, 8), 9)


def content(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def deep_colours() -> bytes:
    """A PNG of 16 bits a channel, which Pillow cannot write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x12\x34" * 3 * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def deep_grey(kind: str) -> bytes:
    return content(Image.fromarray(np.full((8, 8), 4000, np.uint16)), kind)


@pytest.mark.parametrize("data", [deep_colours(), deep_grey("PNG"), deep_grey("TIFF"),
                                  content(Image.new("F", (8, 8)), "TIFF")])  # fmt: skip
def test_more_than_eight_bits_are_deep(data: bytes) -> None:
    assert remarks_of(data) == ("deep",)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "WEBP", "PNG"])
def test_only_the_first_of_several_pages_is_read(kind: str) -> None:
    other = Image.new("L", (8, 8), 200)
    assert remarks_of(content(GREY, kind, save_all=True, append_images=[other])) == ("pages",)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_colours_of_print(kind: str) -> None:
    assert remarks_of(content(Image.new("CMYK", (8, 8)), kind)) == ("print",)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF"])
def test_of_common_photos_nothing_is_said(kind: str) -> None:
    assert remarks_of(content(GREY, kind)) == ()


def test_what_cannot_be_read_is_somebody_elses_to_tell() -> None:
    assert remarks_of(b"") == remarks_of(b"text") == ()


def test_a_cameras_jpeg_with_a_preview_behind_it_is_one_photo(tmp_path: Path) -> None:
    assert (
        remarks_of(content(GREY.convert("RGB"), "MPO", save_all=True, append_images=[GREY.convert("RGB")]))
        == ()
    )


def test_a_project_knows_them_and_a_second_scan_too(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "deep.png").write_bytes(deep_colours())
    (photos / "plain.png").write_bytes(content(GREY, "PNG"))
    cache = ScanCache(tmp_path / "scan.sqlite")
    first, second = scan(photos, cache=cache), scan(photos, cache=cache)
    assert first == second
    with Project.create(tmp_path / "project", "試し") as project:
        project.add_photos(second)
        assert project.remarks() == {"deep": 1}


def test_a_project_of_before_learns_them_at_the_next_scan(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "deep.png").write_bytes(deep_colours())
    with Project.create(tmp_path / "project", "試し") as project:
        found = scan(tmp_path / "photos")
        project.add_photos(found)
        project._database.write("UPDATE photos SET remarks = ''")
        project.add_photos(found)
        assert project.remarks() == {"deep": 1}
