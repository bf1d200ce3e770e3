"""Before anything is timed both versions give the same; a photo that comes out otherwise is found."""

from pathlib import Path

import pytest
from PIL import Image

from core.bench import ingest
from core.bench.grid import a_home, the_window
from core.bench.ingest import compare, measure_ingest, take_in_once, write_many, write_photos
from core.bench.plain.intake import Taken
from core.photos.scan import scan
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem
from core.settings import locations


def test_the_two_versions_give_the_same(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", 2, (1600, 1200))
    turned = tmp_path / "photos" / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(photos[0]).save(turned, exif=exif, quality=92)
    difference, equal = compare([*photos, turned], ThumbnailStore(tmp_path / "store"))
    assert equal and 0 < difference < ingest.MOST_LEVELS


def test_a_version_that_does_something_else_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = write_photos(tmp_path / "photos", 1, (1600, 1200))

    def turned(path: Path, store: ThumbnailStore) -> Taken:
        taken = take_in_once(path, store)
        return Taken(taken.thumbnail, taken.model_input.rotate(180), taken.sha256)

    monkeypatch.setattr(ingest, "take_in_once", turned)
    assert not compare(photos, ThumbnailStore(tmp_path / "store"))[1]


def test_every_figure_is_there_and_comes_from_these_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_REPEATS", 1)
    photos = write_photos(tmp_path / "photos", 2, (800, 600))
    found = measure_ingest(photos, write_many(tmp_path / "many", 30), tmp_path, lambda _: None)
    assert {"ratio", "photos_per_s", "rescan_per_s", "scan_peak_bytes", "target"} <= found.keys()
    assert (found["photos"], found["rescan_photos"], found["megapixels"], found["equal"]) == (
        2,
        30,
        0.5,
        True,
    )


def test_the_many_are_photos_of_their_own(tmp_path: Path) -> None:
    assert len(scan(write_many(tmp_path / "many", 25)).photos) == 25


def test_the_users_own_settings_stay_out_of_it(tmp_path: Path) -> None:
    before = locations().config
    with a_home() as home:
        assert locations().config.is_relative_to(home)
    assert locations().config == before


def test_without_qt_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.bench.grid._WINDOW", "no.such.window")
    with pytest.raises(Problem) as told:
        the_window()
    assert told.value.code == "bench.no_window"
