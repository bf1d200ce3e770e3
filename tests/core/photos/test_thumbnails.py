"""Thumbnails are upright, small, made once, and can be lost at any time."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem


@pytest.fixture
def store(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "thumbnails", edge=64)


def photo(path: Path, colour: str = "red", orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (200, 100), colour).save(path, exif=exif)
    return path


def files(store: ThumbnailStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_fits_the_edge_and_stands_upright(tmp_path: Path, store: ThumbnailStore) -> None:
    assert store.array(photo(tmp_path / "wide.jpg")).shape == (32, 64, 3)
    assert store.array(photo(tmp_path / "turned.jpg", orientation=6)).shape == (64, 32, 3)


def test_is_kept_until_the_photo_changes(tmp_path: Path, store: ThumbnailStore) -> None:
    path = photo(tmp_path / "a.jpg")
    assert store.get(path) == store.get(path)
    assert len(files(store)) == 1
    photo(path, "blue")
    os.utime(path, (1, 1))
    assert store.array(path)[0, 0].argmax() == 2


def test_the_folder_may_be_deleted_at_any_time(tmp_path: Path, store: ThumbnailStore) -> None:
    path = photo(tmp_path / "a.jpg")
    before = store.get(path)
    shutil.rmtree(store.folder)
    assert store.get(path) == before


def test_a_place_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = ThumbnailStore(tmp_path / "file", edge=64)
    assert store.array(photo(tmp_path / "a.jpg")).shape == (32, 64, 3)


def test_bad_photos_are_problems(tmp_path: Path, store: ThumbnailStore) -> None:
    (tmp_path / "text.jpg").write_text("x")
    for name, code in (("gone.jpg", "photos.missing"), ("text.jpg", "photos.not_a_picture")):
        with pytest.raises(Problem) as caught:
            store.get(tmp_path / name)
        assert caught.value.code == code


def test_trimming_takes_the_longest_unused(tmp_path: Path, store: ThumbnailStore) -> None:
    paths = [photo(tmp_path / f"{number}.jpg") for number in range(4)]
    for age, path in enumerate(paths):
        store.get(path)
        newest = max(files(store), key=lambda file: file.stat().st_mtime)
        os.utime(newest, (10_000 - age, 10_000 - age))
    size = files(store)[0].stat().st_size
    store.get(paths[3])  # asked for again: it is now the newest
    assert store.trim(2 * size) == 2
    kept = {file.stat().st_mtime for file in files(store)}
    assert 10_000.0 in kept and max(kept) > 10_000
    assert store.trim(2 * size) == 0


def test_many_threads_may_ask_at_once(tmp_path: Path, store: ThumbnailStore) -> None:
    paths = [photo(tmp_path / f"{number}.jpg") for number in range(4)]
    with ThreadPoolExecutor(8) as pool:
        arrays = list(pool.map(store.array, paths * 10))
    assert all(np.array_equal(array, arrays[0]) for array in arrays)
    assert len(files(store)) == 4
