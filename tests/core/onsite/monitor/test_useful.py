"""The photos worth most: disagreed before unsure before usual ones, different before alike; into a project with labels."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.onsite.monitor.book import Row
from core.onsite.monitor.look import half
from core.onsite.monitor.useful import most_useful, worth_of
from core.onsite.new_photos import NewPhotos, Note
from core.onsite.retrain import NewPhoto, choose_photos, fill_project
from core.problems import Problem
from core.project.store import Project
from tests.core.onsite.stand_ins import BAD, GOOD


def row(number: int, direction: int, **facts: object) -> Row:
    features = np.zeros(8, np.float32)
    features[direction % 8] = 1
    features[(direction + 1) % 8] = 0.02 * (direction // 8)
    base = Row(float(number), f"{number}.png", GOOD, 0.9, False, 0.1, half(features), number=number)
    return replace(base, **facts)


def test_worth_is_counted_by_what_was_found() -> None:
    assert worth_of(row(1, 0)) == 0
    assert worth_of(row(1, 0, unsure=True, unlike=1.5)) == 2.5
    assert worth_of(row(1, 0, unlike=99.0)) == 2.0
    assert worth_of(row(1, 0, decided=GOOD)) < worth_of(row(1, 0, decided=BAD))


def test_the_disagreed_come_first_then_unlike_then_unsure_then_the_rest() -> None:
    rows = [row(1, 1), row(2, 2, unsure=True), row(3, 3, unlike=1.9), row(4, 4, decided=BAD)]
    assert [found.number for found in most_useful(rows, 9)] == [4, 3, 2, 1]


def test_of_photos_that_show_the_same_one_is_taken_and_different_ones_come_before_alike_ones() -> None:
    rows = [row(number, 0, unsure=True) for number in range(5)]
    rows += [row(10, 8, unsure=True), row(11, 3, unsure=True)]
    assert [found.number for found in most_useful(rows, 9)] == [0, 11]
    assert most_useful([], 5) == [] == most_useful([replace(row(1, 1), features=b"")], 5)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = []
    for number in range(4):
        path = tmp_path / "line" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.effect_noise((40, 40), 30 + 30 * number).convert("RGB").save(path)
        paths.append(path)
    return paths


def test_decisions_and_the_most_useful_others_are_chosen(tmp_path: Path, photos: list[Path]) -> None:
    kept = NewPhotos(tmp_path / "kept", (GOOD, BAD))
    note = Note(photo=str(photos[0]), class_name=BAD, person="佐藤", time=datetime(2026, 11, 30, tzinfo=UTC), answer=GOOD,
                probability=0.5, unsure=True, package="a.hkd")  # fmt: skip
    copy = kept.keep(photos[0], note)
    rows = [replace(row(number, number), photo=str(path)) for number, path in enumerate(photos)]
    gone = replace(row(9, 5), photo=str(tmp_path / "gone.png"))
    found = choose_photos(kept, [*rows, gone], most=2)
    assert found[0] == NewPhoto(copy, BAD)
    assert len(found) == 3 and {photo.path for photo in found[1:]} < set(photos[1:])


def test_a_project_gets_copies_classes_and_labels(tmp_path: Path, photos: list[Path]) -> None:
    chosen = [NewPhoto(photos[0], GOOD), NewPhoto(photos[1], BAD), NewPhoto(photos[2], "")]
    with Project.create(tmp_path / "project", "again", user="佐藤") as project:
        filled = fill_project(project, chosen, [(GOOD, "a good part"), (BAD, "a scratch")])
        assert (filled.photos, filled.labelled) == (3, 2)
        shutil.rmtree(tmp_path / "line")
        names = {entry.id: entry.name for entry in project.classes()}
        labelled = {photo.path.name[5:]: names[photo.class_id] for photo in project.photos("labelled")}
        assert labelled == {"0.png": GOOD, "1.png": BAD}
        assert all(photo.path.is_file() for photo in project.photos())
        assert {photo.labelled_by for photo in project.photos("labelled")} == {"佐藤"}


def test_a_project_that_has_the_classes_keeps_them(tmp_path: Path, photos: list[Path]) -> None:
    with Project.create(tmp_path / "project", "own") as project:
        own = project.add_class(GOOD, "my own words")
        fill_project(project, [NewPhoto(photos[0], GOOD)], [(GOOD, "a good part")])
        assert [(entry.id, entry.description) for entry in project.classes()] == [(own.id, "my own words")]


def test_a_photo_that_went_meanwhile_leaves_the_project_as_it_was(tmp_path: Path, photos: list[Path]) -> None:
    with Project.create(tmp_path / "project", "own") as project:
        photos[1].unlink()
        with pytest.raises(Problem):
            fill_project(project, [NewPhoto(path, GOOD) for path in photos], [(GOOD, "x")])
        assert project.photos() == [] and project.classes() == []
