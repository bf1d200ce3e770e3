"""Cameras, lines and shifts are shown where photos say which is which, and nowhere else."""

from math import comb
from pathlib import Path

import pytest
from PIL import Image

from core.report.groups import fisher, groupings
from core.training.result import PhotoPrediction


def test_folders_that_are_the_classes_are_no_groups(tmp_path: Path) -> None:
    assert (
        groupings([_photo(f"test/{label}/{n}.png", label) for label in (0, 1) for n in range(20)], tmp_path)
        == ()
    )


@pytest.mark.parametrize(
    "layout", ["test/{label}/{line}/{n}.png", "{line}/{label}/{n}.png", "{line}/{n}.png"]
)
def test_lines_are_found_at_whatever_place_they_stand(layout: str, tmp_path: Path) -> None:
    photos = [
        _photo(
            layout.format(label=label, line=f"line{line}", n=f"{label}-{n}"),
            label,
            right=line == 1 or n % 2 == 0,
        )
        for label in (0, 1)
        for line in (1, 2)
        for n in range(20)
    ]
    (found,) = groupings(photos, tmp_path)
    assert found.field == "folder"
    assert [(group.name, group.photos, group.right) for group in found.groups] == [
        ("line2", 40, 20),
        ("line1", 40, 40),
    ]
    assert found.differs
    assert found.groups[0].low < 0.5 < found.groups[0].high


def test_a_small_difference_is_not_called_one(tmp_path: Path) -> None:
    photos = [_photo(f"{line}/{n}.png", n % 2, right=n > line) for line in (0, 1) for n in range(20)]
    (found,) = groupings(photos, tmp_path)
    assert not found.differs


def test_a_folder_a_day_makes_no_groups(tmp_path: Path) -> None:
    assert groupings([_photo(f"day{n}/{n}.png", n % 2) for n in range(40)], tmp_path) == ()


def test_camera_and_shift_come_from_the_photos_own_data(tmp_path: Path) -> None:
    photos = []
    for n in range(12):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Acme", f"C{n % 2}\0"
        exif.get_ifd(0x8769)[0x9003] = f"2026:09:01 {(n % 2) * 16 + 6:02}:30:00"
        Image.new("RGB", (8, 8)).save(tmp_path / f"{n}.jpg", exif=exif)
        photos.append(_photo(f"{n}.jpg", n // 6))
    camera, hours = groupings(photos, tmp_path)
    assert {group.name for group in camera.groups} == {"Acme C0", "Acme C1"}
    assert {group.name for group in hours.groups} == {"6:00–14:00", "22:00–6:00"}


def test_photos_that_are_gone_or_spoiled_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "0.jpg").write_bytes(b"\xff\xd8\xff\xe1 no picture")
    assert groupings([_photo(f"{n}.jpg", 0) for n in range(10)], tmp_path) == ()
    assert groupings([], tmp_path) == ()


def test_fishers_test_is_the_hypergeometric_tail() -> None:
    # 3 of 10 right here, 9 of 10 there: draws of 10 from 20 with 12 right.
    expected = sum(comb(12, k) * comb(8, 10 - k) for k in (2, 3)) / comb(20, 10)
    assert fisher(3, 10, 9, 10) == pytest.approx(expected)
    assert fisher(5, 5, 5, 5) == 1


def _photo(path: str, label: int, *, right: bool = True) -> PhotoPrediction:
    return PhotoPrediction(
        photo=path,
        label=label,
        predicted=label if right else label + 1,
        probability=0.9,
        loss=0.0,
        zero_shot_predicted=label,
        zero_shot_probability=0.5,
    )
