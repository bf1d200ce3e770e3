"""Folders, loose files and zips are taken in together, each with what was wrong with it."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.photos.scan import ScanProgress
from core.problems import Problem
from core.project.intake import take_in
from core.project.store import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "project", "試し") as project:
        yield project


def photo(path: Path, grey: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (40, 40), grey).save(path)
    return path


def zipped(path: Path, *photos: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for each in photos:
            file.write(each, f"{each.parent.name}/{each.name}")
    return path


def test_a_folder_a_zip_and_a_loose_photo_at_once(project: Project, tmp_path: Path) -> None:
    photo(tmp_path / "folder" / "a.png", 1)
    archive = zipped(tmp_path / "写真.ZIP", photo(tmp_path / "x" / "良品" / "b.png", 2))
    loose = photo(tmp_path / "y" / "c.png", 3)
    take_in(project, [tmp_path / "folder", archive, loose])
    assert {p.path.name for p in project.photos()} == {"a.png", "b.png", "c.png"}


def test_folders_in_a_zip_are_offered_as_labels_and_outlive_the_zip(project: Project, tmp_path: Path) -> None:
    shots = [photo(tmp_path / "x" / name / f"{name}.png", grey) for grey, name in enumerate(("良品", "キズ"))]
    archive = zipped(tmp_path / "a.zip", *shots)
    take_in(project, [archive])
    archive.unlink()
    assert project.label_by_folders() == 2
    assert {entry.name for entry in project.classes()} == {"良品", "キズ"}
    assert all(p.path.is_relative_to(project.folder) and p.path.exists() for p in project.photos())


def test_taken_again_nothing_is_there_twice(project: Project, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", photo(tmp_path / "x" / "a.png", 1))
    take_in(project, [archive])
    take_in(project, [archive])
    assert len(project.photos()) == 1 and project.unreadable() == []


def test_what_a_zip_could_not_give_is_listed(project: Project, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", photo(tmp_path / "x" / "a.png", 1))
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("../out.png", b"x")
        file.writestr("text.jpg", b"no photo")
    take_in(project, [archive])
    assert {problem.code for _, problem in project.unreadable()} == {
        "photos.zip_leads_out",
        "photos.not_a_picture",
    }


def test_one_bad_zip_of_several_stops_nothing_and_alone_it_says_so(project: Project, tmp_path: Path) -> None:
    bad, folder = tmp_path / "bad.zip", tmp_path / "folder"
    bad.write_text("no zip")
    photo(folder / "a.png", 1)
    found = take_in(project, [bad, folder])
    assert [problem.code for _, problem in found.unreadable] == ["photos.zip_damaged"]
    assert len(project.photos()) == 1
    with pytest.raises(Problem):
        take_in(project, [bad])


def test_unpacking_is_told_and_can_be_stopped(project: Project, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", *(photo(tmp_path / "x" / f"{n}.png", n) for n in range(5)))
    told: list[ScanProgress] = []
    found = take_in(project, [archive], told.append, lambda: len(told) > 2)
    assert told[0].unpacking and told[0].total == 5
    assert found.photos == () and project.photos() == []
    assert not any(project.unpacked_folder.iterdir())
