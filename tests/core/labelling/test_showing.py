"""Which photos are shown, in which order: stated photo by photo."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.labelling.known import Known
from core.labelling.showing import (
    ALL,
    BY_FOLDER,
    BY_NAME,
    CLASS,
    DISAGREEING,
    FILTERS,
    MISTAKES,
    NEWEST,
    OLDEST,
    ORDERS,
    SIMILAR,
    UNLABELLED,
    Offer,
    Showing,
    offer,
    show,
)
from core.photos.embeddings import keep_embeddings
from core.photos.scan import scan
from core.project.store import CACHE_FOLDER, Project

# Folder, name, grey of the left half and of the right half, date of the file.
PHOTOS = (
    ("朝/a", "3.png", 10, 200, "2026-04-02"),
    ("朝/b", "1.png", 200, 10, "2026-04-01"),
    ("夜", "2.png", 20, 210, "2026-04-01"),
    ("夜", "0.png", 10, 90, "2026-04-03"),
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    for folder, name, left, right, day in PHOTOS:
        place = tmp_path / "写真" / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((32, 32, 3), left, np.uint8)
        pixels[:, 16:] = right
        Image.fromarray(pixels).save(place)
        time = datetime.fromisoformat(f"{day}T12:00:00").timestamp()
        os.utime(place, (time, time))
    with Project.create(tmp_path / "project", "試し") as project:
        project.add_photos(scan(tmp_path / "写真"))
        yield project


def names(project: Project, showing: Showing) -> list[str]:
    return [photo.path.stem for photo in show(Known(project), showing)]


def id_of(project: Project, stem: str) -> int:
    return next(photo.id for photo in project.photos() if photo.path.stem == stem)


def test_at_first_everything_is_shown_by_folder(project: Project) -> None:
    assert show(Known(project), Showing()) == project.photos()


def test_filters_by_label(project: Project) -> None:
    good, bad = project.add_class("良品"), project.add_class("キズ")
    project.label([id_of(project, "3")], good.id)
    project.label([id_of(project, "0")], bad.id)
    assert names(project, Showing(UNLABELLED)) == ["2", "1"]
    assert names(project, Showing(CLASS, str(bad.id))) == ["0"]


def test_what_is_left_out_of_everything_is_never_shown(project: Project) -> None:
    project.exclude([id_of(project, "2")])
    assert "2" not in names(project, Showing()) + names(project, Showing(UNLABELLED))


def test_a_folder_shows_all_below_it_and_a_day_only_its_own(project: Project) -> None:
    assert set(names(project, Showing(folder="朝"))) == {"1", "3"}
    assert names(project, Showing(folder="朝/b")) == ["1"]
    assert set(names(project, Showing(day="2026-04-01"))) == {"1", "2"}
    assert names(project, Showing(folder="夜", day="2026-04-01")) == ["2"]


def test_folders_and_days_that_there_are_can_be_asked_for(project: Project) -> None:
    told = offer(Known(project))
    assert told.folders == ("夜", "朝", "朝/a", "朝/b")
    assert told.days == ("2026-04-03", "2026-04-02", "2026-04-01")


def test_orders_by_name_and_time(project: Project) -> None:
    assert names(project, Showing(order=BY_NAME)) == ["0", "1", "2", "3"]
    assert names(project, Showing(order=NEWEST)) == ["0", "3", "2", "1"]
    assert names(project, Showing(order=OLDEST)) == ["2", "1", "3", "0"]


def test_the_cameras_clock_goes_before_the_files_date(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    Image.new("RGB", (40, 40), "red").save(tmp_path / "a.jpg", exif=exif)
    with Project.create(tmp_path / "project", "試し") as project:
        project.add_photos(scan(tmp_path))
        assert offer(Known(project)).days == ("2020-01-02",)


def test_photos_stand_by_likeness_to_one_of_them(project: Project) -> None:
    """By looks: dark left of bright twice, at other brightness, before bright left of dark."""
    about = id_of(project, "3")
    order = names(project, Showing(order=SIMILAR, about=about))
    assert order[0] == "3" and set(order[1:3]) == {"2", "0"} and order[3] == "1"


def test_a_backbones_view_goes_before_looks(project: Project) -> None:
    hashes = {photo.path.stem: photo.sha256 for photo in project.photos()}
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32)
    keep_embeddings(project.folder / CACHE_FOLDER, "b", [hashes[name] for name in "310"], vectors)
    order = names(project, Showing(order=SIMILAR, about=id_of(project, "3")))
    assert order == ["3", "1", "0", "2"]


def test_likeness_to_nothing_leaves_the_order(project: Project) -> None:
    assert show(Known(project), Showing(order=SIMILAR)) == project.photos()


def test_what_has_no_data_is_not_offered(project: Project) -> None:
    told = offer(Known(project))
    assert (ALL, "") in told.filters and (UNLABELLED, "") in told.filters
    assert not {MISTAKES, DISAGREEING, CLASS} & {name for name, _ in told.filters}


def test_a_filter_or_order_of_another_version_shows_all(project: Project) -> None:
    assert show(Known(project), Showing(filter="?", order="?")) == project.photos()


def test_an_empty_project_offers_nothing_that_needs_photos(tmp_path: Path) -> None:
    with Project.create(tmp_path / "project", "試し") as project:
        told = offer(Known(project))
        assert (told.folders, told.days) == ((), ())
        assert show(Known(project), Showing(folder="x", day="2026-01-01", order=SIMILAR)) == []


def test_before_anything_was_read_there_is_something_to_choose() -> None:
    assert Offer().filters[0] == (ALL, "") and Offer().orders == (BY_FOLDER,)
    assert set(Offer().orders) <= ORDERS.keys()
    assert {name for name, _ in Offer().filters} <= FILTERS.keys()
