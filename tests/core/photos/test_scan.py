"""Nothing in a folder stops a scan; every photo is found once, every bad file is listed with its reason."""

import os
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from core.photos import scan as scan_module
from core.photos.scan import ScanProgress, ScanResult, scan, scan_files
from core.photos.scan_cache import ScanCache
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem


def photo(path: Path, colour: str | int = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)
    return path


def names(result: ScanResult) -> list[str]:
    return [found.path.relative_to(result.root).as_posix() for found in result.photos]


def codes(result: ScanResult) -> dict[str, str]:
    return {path.name: problem.code for path, problem in result.unreadable}


def test_finds_photos_at_any_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.png", "b/1.jpg", "a.JPG", "良品/x/🔩.webp"):
        photo(tmp_path / name)
    assert names(scan(tmp_path)) == ["a.JPG", "b/1.jpg", "b/2.png", "良品/x/🔩.webp"]


def test_lists_bad_files_with_the_reason_and_goes_on(tmp_path: Path) -> None:
    photo(tmp_path / "good.png")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("not a photo")
    (tmp_path / "broken link.jpg").symlink_to(tmp_path / "gone.jpg")
    cut = photo(tmp_path / "cut.jpg")
    cut.write_bytes(cut.read_bytes()[:-40])
    result = scan(tmp_path)
    assert names(result) == ["good.png"] and result.complete
    assert codes(result) == {
        "empty.jpg": "photos.empty",
        "text.jpg": "photos.not_a_picture",
        "broken link.jpg": "photos.missing",
        "cut.jpg": "photos.truncated",
    }


def test_a_bad_file_leaves_only_its_reason_behind(tmp_path: Path) -> None:
    """A problem that was raised holds its frames, and these the bytes of the file: too much for a million files."""
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8" + bytes(1 << 20))
    ((_, problem),) = scan(tmp_path).unreadable
    assert problem.__traceback__ is None
    assert problem.__context__ is None


def test_passes_over_what_is_hidden_or_no_photo_by_name(tmp_path: Path) -> None:
    for name in (".hidden.jpg", ".cache/a.jpg", "__MACOSX/a.jpg", "@eaDir/a.jpg", "seen.jpg"):
        photo(tmp_path / name)
    for name in ("Thumbs.db", "notes.txt", "video.mp4"):
        (tmp_path / name).write_text("x")
    result = scan(tmp_path)
    assert names(result) == ["seen.jpg"] and result.unreadable == ()


def test_passes_over_what_a_project_keeps_for_itself(tmp_path: Path) -> None:
    (tmp_path / "project.hikidashi").touch()
    for name in ("runs/1/heat.png", "cache/thumb.jpg", "photos/runs/a.jpg"):
        photo(tmp_path / name)
    assert names(scan(tmp_path)) == ["photos/runs/a.jpg"]


def test_links_in_circles_end_and_no_folder_counts_twice(tmp_path: Path) -> None:
    photo(tmp_path / "a/1.png")
    (tmp_path / "a/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    result = scan(tmp_path)
    assert len(result.photos) == 1
    assert list(codes(result)) == ["self.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_in_another_encoding_are_listed_not_fatal(tmp_path: Path) -> None:
    picture = photo(tmp_path / "ok.png").read_bytes()
    shift_jis = os.fsencode(tmp_path) + b"/" + "部品.png".encode("shift_jis")
    try:
        Path(os.fsdecode(shift_jis)).write_bytes(picture)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    result = scan(tmp_path)
    assert names(result) == ["ok.png"]
    assert list(codes(result).values()) == ["photos.bad_name"]
    str(result.unreadable[0][1]).encode()  # can be printed and stored


def test_a_drive_that_goes_away_midway_is_told_for_every_file_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, away = tmp_path / "drive", tmp_path / "away"
    for number in range(300):
        photo(root / f"{number:03}.png", number % 256)
    real, tried = scan_module.read_photo, []

    def read(path: Path) -> bytes:
        tried.append(path)
        if len(tried) == 100 and root.exists():
            root.rename(away)
        return real(path)

    monkeypatch.setattr(scan_module, "read_photo", read)
    result = scan(root)
    assert len(result.photos) + len(result.unreadable) == 300
    assert {problem.code for _, problem in result.unreadable} == {"photos.missing"}
    assert 60 < len(result.photos) < 140 and len(tried) < 200
    monkeypatch.setattr(scan_module, "read_photo", real)
    away.rename(root)
    assert len(scan(root).photos) == 300


def test_a_folder_that_fails_while_it_is_listed_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.png", "b/2.png", "c/3.png"):
        photo(tmp_path / name)
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "b":
            raise OSError(64, "The specified network name is no longer available")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = scan(tmp_path)
    assert names(result) == ["a/1.png", "c/3.png"] and codes(result) == {"b": "photos.folder_unreadable"}


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.write_text("")], ids=["missing", "a file"])
def test_a_folder_that_is_none(tmp_path: Path, make: object) -> None:
    make(tmp_path / "x")  # type: ignore[operator]
    with pytest.raises(Problem) as caught:
        scan(tmp_path / "x")
    assert caught.value.code == "photos.folder_missing"


def test_empty_folder(tmp_path: Path) -> None:
    result = scan(tmp_path)
    assert result.photos == () and result.complete


def test_folds_exact_copies(tmp_path: Path) -> None:
    first = photo(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(first.read_bytes())
    photo(tmp_path / "3.png", "blue")
    assert scan(tmp_path).duplicates == ((tmp_path / "1.png", tmp_path / "2.png"),)


def test_counts_up_and_ends_with_all_done(tmp_path: Path) -> None:
    for number in range(5):
        photo(tmp_path / f"{number}.png", number)
    seen: list[ScanProgress] = []
    scan(tmp_path, seen.append)
    assert seen[-1] == ScanProgress(found=5, done=5, total=5, seconds_left=0.0)
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_can_be_cancelled_and_keeps_what_was_read(tmp_path: Path) -> None:
    for number in range(200):
        photo(tmp_path / f"{number:03}.png", number)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 250  # 200 while finding, then some while reading

    result = scan(tmp_path, cancelled=cancelled)
    assert 0 < len(result.photos) < 200 and not result.complete


def test_single_files_have_their_common_folder_as_root(tmp_path: Path) -> None:
    files = [photo(tmp_path / "a/1.png"), photo(tmp_path / "b/2.png"), tmp_path / "gone.png"]
    result = scan_files(files)
    assert result.root == tmp_path and names(result) == ["a/1.png", "b/2.png"]
    assert codes(result) == {"gone.png": "photos.missing"} and not result.complete


class TestCache:
    @pytest.fixture
    def decoded(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names of the files that were really read."""
        read: list[str] = []
        original = scan_module.read_photo

        def spy(path: Path) -> bytes:
            read.append(path.name)
            return original(path)

        monkeypatch.setattr(scan_module, "read_photo", spy)
        return read

    def test_second_scan_reads_only_what_changed(self, tmp_path: Path, decoded: list[str]) -> None:
        photos, cache = tmp_path / "photos", ScanCache(tmp_path / "cache/scan.sqlite")
        photo(photos / "old.png")
        changing = photo(photos / "changing.png")
        (photos / "bad.jpg").write_text("bad")
        first = scan(photos, cache=cache)
        decoded.clear()
        second = scan(photos, cache=cache)
        assert second.photos == first.photos and codes(second) == codes(first)
        assert decoded == []

        photo(changing, "blue")
        os.utime(changing, (1, 1))
        photo(photos / "new.png")
        scan(photos, cache=cache)
        assert sorted(decoded) == ["changing.png", "new.png"]

    def test_a_file_that_could_not_be_reached_is_tried_again(
        self, tmp_path: Path, decoded: list[str]
    ) -> None:
        cache = ScanCache(tmp_path / "scan.sqlite")
        photo(tmp_path / "photos/a.tif").rename(tmp_path / "photos/a.nef")
        for _ in range(2):
            result = scan(tmp_path / "photos", cache=cache)
            assert codes(result) == {"a.nef": "photos.format_missing"}
        assert decoded == ["a.nef", "a.nef"]

    @pytest.mark.parametrize("spoil", [lambda p: p.write_bytes(b"spoiled" * 1000), lambda p: p.unlink()])
    def test_may_be_spoiled_or_deleted_at_any_time(self, tmp_path: Path, spoil: object) -> None:
        cache = ScanCache(tmp_path / "scan.sqlite")
        photo(tmp_path / "photos/a.png")
        first = scan(tmp_path / "photos", cache=cache)
        spoil(tmp_path / "scan.sqlite")  # type: ignore[operator]
        assert scan(tmp_path / "photos", cache=cache) == first
        scan(tmp_path / "photos", cache=cache)
        assert sqlite3.connect(tmp_path / "scan.sqlite").execute(
            "SELECT count(*) FROM files_3"
        ).fetchone() == (1,)

    def test_a_neighbour_with_a_longer_name_is_another_folder(self, tmp_path: Path) -> None:
        cache = ScanCache(tmp_path / "scan.sqlite")
        photo(tmp_path / "a/1.png")
        photo(tmp_path / "ab/1.png")
        scan(tmp_path / "ab", cache=cache)
        assert cache.load(tmp_path / "a") == {}


def test_the_same_decoding_fills_the_thumbnails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photo(tmp_path / "photos/a.png")
    store = ThumbnailStore(tmp_path / "thumbnails")
    scan(tmp_path / "photos", thumbnails=store)
    monkeypatch.setattr("core.photos.thumbnails.open_photo", None)
    assert store.array(path).shape == (8, 8, 3)
