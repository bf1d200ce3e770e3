"""What is seen is what is trained is what is judged: every file gives one upright RGB picture or a Problem."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.photos.decode import decode_photo, open_photo, photo_size
from core.photos.formats import AVIF, HEIC
from core.problems import Problem

# What a camera stores so that each orientation shows the same upright picture.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
FORMATS = [
    ("JPEG", ".jpg"), ("PNG", ".png"), ("TIFF", ".tif"), ("WEBP", ".webp"),
    pytest.param("HEIF", ".heic", marks=pytest.mark.skipif(not HEIC, reason="pillow-heif is not installed")),
    pytest.param("AVIF", ".avif", marks=pytest.mark.skipif(not AVIF, reason="Pillow has no AVIF here")),
]  # fmt: skip


def four_corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red and green above, blue and white below: no two orientations look alike."""
    picture = Image.new("RGB", (width, height), "white")
    half = (width // 2, height // 2)
    for place, colour in (((0, 0), "red"), ((half[0], 0), "lime"), ((0, half[1]), "blue")):
        picture.paste(Image.new("RGB", half, colour), place)
    return picture


def difference(a: Image.Image, b: Image.Image) -> float:
    assert a.size == b.size
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def code_of(path: Path) -> str:
    with pytest.raises(Problem) as caught:
        open_photo(path)
    assert caught.value.data["name"] == path.name
    return caught.value.code


def bomb(width: int, height: int) -> bytes:
    """A small PNG that promises a gigantic picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


class TestOrientation:
    @pytest.mark.parametrize(("kind", "suffix"), FORMATS)
    @pytest.mark.parametrize("orientation", STORED_AS)
    def test_is_applied_exactly_once(self, tmp_path: Path, kind: str, suffix: str, orientation: int) -> None:
        upright = four_corners()
        method = STORED_AS[orientation]
        stored = upright if method is None else upright.transpose(method)
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = tmp_path / f"photo{suffix}"
        # As bytes: then HEIC carries the turn twice, as phones write it, in its own box and in EXIF.
        stored.save(path, kind, exif=exif.tobytes(), quality=95)

        assert difference(open_photo(path), upright) < 12
        small = open_photo(path, at_least=8)
        assert difference(small, upright.resize(small.size)) < 24
        assert photo_size(path) == upright.size

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
    def test_broken_exif_does_not_lose_the_photo(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        four_corners().save(path, "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", quality=95)
        assert difference(open_photo(path), four_corners()) < 12
        assert photo_size(path) == four_corners().size

    @pytest.mark.parametrize("content", [None, b"", b"text"])
    def test_the_size_of_no_photo_is_a_problem(self, tmp_path: Path, content: bytes | None) -> None:
        if content is not None:
            (tmp_path / "photo.jpg").write_bytes(content)
        with pytest.raises(Problem) as caught:
            photo_size(tmp_path / "photo.jpg")
        assert caught.value.code == ("photos.missing" if content is None else "photos.not_a_picture")


class TestScaledDecoding:
    @pytest.mark.parametrize("at_least", [1, 20, 37, 100, 1000])
    def test_keeps_twice_the_wanted_size(self, tmp_path: Path, at_least: int) -> None:
        path = tmp_path / "photo.jpg"
        four_corners(1200, 800).save(path, quality=92)
        small = open_photo(path, at_least=at_least)
        assert min(small.size) >= min(2 * at_least, 800)

    def test_is_smaller_where_that_is_enough(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        four_corners(1200, 800).save(path)
        assert open_photo(path, at_least=50).size == (150, 100)

    def test_several_pictures_in_one_jpeg(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        four_corners(1200, 800).save(
            path, "MPO", save_all=True, append_images=[Image.new("RGB", (1200, 800))]
        )
        small = open_photo(path, at_least=50)
        assert small.size == (150, 100) and difference(small, four_corners(150, 100)) < 12

    def test_looks_like_the_whole_photo(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        four_corners(1200, 800).save(path, quality=95)
        size = (75, 50)
        assert difference(open_photo(path, at_least=50).resize(size), open_photo(path).resize(size)) < 3


class TestPixelLayouts:
    @pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
    @pytest.mark.parametrize("suffix", [".png", ".tif"])
    def test_deep_grey_is_scaled_by_the_depth_the_camera_used(
        self, tmp_path: Path, bits: int, suffix: str
    ) -> None:
        top = 2**bits - 1
        levels = np.array([[0, top // 2], [top // 4, top]], np.uint16).repeat(8, 0).repeat(8, 1)
        path = tmp_path / f"deep{suffix}"
        Image.fromarray(levels).save(path)
        grey = np.asarray(open_photo(path))[..., 0]
        assert grey[0, 0] == 0 and grey[-1, -1] == 255
        assert abs(int(grey[0, -1]) - 127) <= 1 and abs(int(grey[-1, 0]) - 63) <= 1

    def test_equal_light_stays_equally_bright(self, tmp_path: Path) -> None:
        for name, brightest in (("dim", 40_000), ("bright", 60_000)):
            levels = np.full((8, 8), 20_000, np.uint16)
            levels[0, 0] = brightest
            Image.fromarray(levels).save(tmp_path / f"{name}.png")
        dim, bright = (np.asarray(open_photo(tmp_path / f"{n}.png"))[4, 4, 0] for n in ("dim", "bright"))
        assert dim == bright

    @pytest.mark.parametrize(
        ("levels", "expected"),
        [
            ([0.0, 0.5, 1.0], [0, 128, 255]),
            ([0.0, 51.0, 255.0], [0, 51, 255]),
            ([-1.0, 0.0, 1.0], [0, 128, 255]),
        ],
    )
    def test_float_tiff(self, tmp_path: Path, levels: list[float], expected: list[int]) -> None:
        path = tmp_path / "float.tif"
        Image.fromarray(np.array([levels], np.float32)).save(path)
        assert np.asarray(open_photo(path))[0, :, 0].tolist() == expected

    def test_float_tiff_with_holes(self, tmp_path: Path) -> None:
        path = tmp_path / "float.tif"
        Image.fromarray(np.array([[np.nan, np.inf, 1.0]], np.float32)).save(path)
        assert np.asarray(open_photo(path))[0, :, 0].tolist() == [0, 0, 255]

    @pytest.mark.parametrize("suffix", [".jpg", ".tif"])
    def test_cmyk(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"print{suffix}"
        four_corners().convert("CMYK").save(path)
        photo = open_photo(path)
        assert photo.mode == "RGB" and difference(photo, four_corners()) < 12

    def test_palette_with_transparency_is_shown_on_white(self, tmp_path: Path) -> None:
        palette = Image.new("P", (8, 8), 0)
        palette.putpalette([0, 0, 0, 255, 0, 0])
        palette.paste(1, (4, 0, 8, 8))
        palette.save(tmp_path / "icon.png", transparency=0)
        pixels = np.asarray(open_photo(tmp_path / "icon.png"))
        assert pixels[0, 0].tolist() == [255, 255, 255] and pixels[0, 7].tolist() == [255, 0, 0]

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_half_transparent_black_is_grey(self, tmp_path: Path, mode: str) -> None:
        colour = (0, 0, 0, 128) if mode == "RGBA" else (0, 128)
        Image.new(mode, (4, 4), colour).save(tmp_path / "glass.png")
        assert np.asarray(open_photo(tmp_path / "glass.png"))[0, 0].tolist() == [127, 127, 127]

    @pytest.mark.parametrize("mode", ["L", "1", "RGB"])
    def test_plain_modes(self, tmp_path: Path, mode: str) -> None:
        Image.new(mode, (4, 3), "white").save(tmp_path / "plain.png")
        photo = open_photo(tmp_path / "plain.png")
        assert photo.mode == "RGB" and photo.size == (4, 3)
        assert np.asarray(photo).min() == 255

    def test_first_page_of_several(self, tmp_path: Path) -> None:
        pages = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
        pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
        assert np.asarray(open_photo(tmp_path / "pages.tif"))[0, 0].tolist() == [255, 0, 0]


class TestNames:
    @pytest.mark.parametrize(
        "name", ["良品 写真①.jpg", "🔩 bolt.jpg", "a" * 200 + ".jpg", "no_suffix", "png inside.jpg"]
    )
    def test_content_counts_not_the_name(self, tmp_path: Path, name: str) -> None:
        four_corners().save(tmp_path / name, "PNG")
        assert difference(open_photo(tmp_path / name), four_corners()) == 0

    def test_deep_path(self, tmp_path: Path) -> None:
        folder = tmp_path.joinpath(*["とても長いフォルダー名" * 3] * 10)
        folder.mkdir(parents=True)
        four_corners().save(folder / "photo.png")
        assert open_photo(folder / "photo.png").size == (96, 64)


class TestProblems:
    def test_vanished(self, tmp_path: Path) -> None:
        assert code_of(tmp_path / "gone.jpg") == "photos.missing"

    def test_folder_named_like_a_photo(self, tmp_path: Path) -> None:
        (tmp_path / "folder.jpg").mkdir()
        assert code_of(tmp_path / "folder.jpg") == "photos.not_a_picture"

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_pipe_does_not_wait_for_ever(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.jpg")
        assert code_of(tmp_path / "pipe.jpg") == "photos.not_a_picture"

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be read here")
    def test_forbidden(self, tmp_path: Path) -> None:
        path = tmp_path / "locked.jpg"
        four_corners().save(path)
        path.chmod(0)
        assert code_of(path) == "photos.unreadable"

    def test_empty(self, tmp_path: Path) -> None:
        (tmp_path / "empty.jpg").touch()
        assert code_of(tmp_path / "empty.jpg") == "photos.empty"

    def test_text_named_jpg(self, tmp_path: Path) -> None:
        (tmp_path / "notes.jpg").write_text("検査メモ", encoding="utf-8")
        assert code_of(tmp_path / "notes.jpg") == "photos.not_a_picture"

    def test_postscript_is_never_interpreted(self, tmp_path: Path) -> None:
        (tmp_path / "evil.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
        assert code_of(tmp_path / "evil.jpg") == "photos.not_a_picture"

    @pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".bmp", ".webp", ".gif"])
    def test_cut_off(self, tmp_path: Path, suffix: str) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        path = tmp_path / f"cut{suffix}"
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        assert code_of(path) in ("photos.truncated", "photos.damaged", "photos.not_a_picture")

    def test_cut_off_jpeg_is_noticed_at_small_scale_too(self, tmp_path: Path) -> None:
        path = tmp_path / "cut.jpg"
        four_corners(1200, 800).save(path)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(Problem, match="cut off") as caught:
            open_photo(path, at_least=32)
        assert caught.value.code == "photos.truncated"

    @pytest.mark.parametrize("size", [(60_000, 60_000), (20_000, 9_000)])
    def test_bomb(self, tmp_path: Path, size: tuple[int, int]) -> None:
        (tmp_path / "bomb.png").write_bytes(bomb(*size))
        assert code_of(tmp_path / "bomb.png") == "photos.too_large"

    @pytest.mark.parametrize("size", [(1, 1001), (2002, 2)])
    def test_strip(self, tmp_path: Path, size: tuple[int, int]) -> None:
        Image.new("RGB", size).save(tmp_path / "strip.png")
        assert code_of(tmp_path / "strip.png") == "photos.too_narrow"

    @pytest.mark.parametrize("size", [(1, 1000), (2000, 2), (1, 1)])
    def test_a_narrow_photo_is_a_photo(self, tmp_path: Path, size: tuple[int, int]) -> None:
        Image.new("RGB", size).save(tmp_path / "narrow.png")
        assert open_photo(tmp_path / "narrow.png").size == size

    def test_raw_of_a_camera_is_named_not_read_as_its_stamp(self, tmp_path: Path) -> None:
        four_corners().save(tmp_path / "photo.nef", "TIFF")
        assert code_of(tmp_path / "photo.nef") == "photos.format_missing"


GOOD_OUTCOMES = {"RGB", "photos.empty", "photos.not_a_picture", "photos.truncated", "photos.damaged",
                 "photos.too_large", "photos.too_narrow", "photos.format_missing"}  # fmt: skip


def outcome(content: bytes) -> str:
    """The mode of the picture, or the code of the problem; anything else raised fails the test."""
    try:
        return decode_photo(content, Path("photo.jpg"), at_least=32).mode
    except Problem as problem:
        return problem.code


PICTURES = [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"BM", b"RIFF\x00\x00\x00\x00WEBPVP8 ",
            b"GIF89a", b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftypavif", b""]  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.sampled_from(PICTURES), st.binary(max_size=300))
def test_no_bytes_crash_the_loader(head: bytes, rest: bytes) -> None:
    assert outcome(head + rest) in GOOD_OUTCOMES


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF"])
@given(data=st.data())
def test_no_damage_crashes_the_loader(kind: str, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    four_corners(48, 32).save(buffer, kind, **({"exif": exif} if kind not in ("BMP", "GIF") else {}))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(content)) in GOOD_OUTCOMES
