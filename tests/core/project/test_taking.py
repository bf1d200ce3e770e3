"""Photos that were taken with a camera are in the project, labelled in one step, and a burst stays together."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.photos.alike import Seen, find_alike
from core.photos.bursts import burst_name, burst_of, photo_name
from core.project.store import Project
from core.project.taking import take_burst
from tests.core.photos.synthetic_camera import part

NOON = datetime(2026, 11, 30, 12, 0, 0, 123456)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "検査", "検査")


def taken(project: Project, burst: int, count: int = 4) -> list[Path]:
    """A burst of which each photo shows something else: as of a part that is turned in the hand."""
    name = burst_name(NOON + timedelta(minutes=burst))
    paths = [project.camera_folder / "2026-11-30" / photo_name(name, number + 1) for number in range(count)]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        part(seed=100 * burst + number).save(path, quality=95)
    return paths


def test_a_burst_is_taken_in_and_labelled_in_one_step_that_undo_takes_back(project: Project) -> None:
    good = project.add_class("良品")
    ids = take_burst(project, taken(project, 1), good.id)
    assert [project.photo(photo_id).class_id for photo_id in ids] == [good.id] * 4
    step = project.undo()
    assert step is not None and step.kind == "label"
    assert project.counts().labelled == 0 and project.counts().unlabelled == 4
    project.redo()
    assert project.counts().labelled == 4


def test_photos_without_a_class_or_of_one_that_is_gone_are_there_without_a_label(project: Project) -> None:
    take_burst(project, taken(project, 1), None)
    gone = project.add_class("消える").id
    project.remove_class(gone)
    take_burst(project, taken(project, 2), gone)
    assert project.counts().unlabelled == 8


def test_the_day_of_the_photos_is_not_taken_for_a_class(project: Project) -> None:
    take_burst(project, taken(project, 1), None)
    assert {photo.folder_label for photo in project.photos()} == {""}


def test_a_burst_is_one_group_however_different_its_photos_are_and_never_divided(project: Project) -> None:
    for place, name in enumerate(("良品", "キズ")):
        class_id = project.add_class(name).id
        for burst in range(5):
            take_burst(project, taken(project, 10 * place + burst), class_id)
    photos = project.photos()
    assert len(photos) == 40 and len({photo.kin for photo in photos}) == 10
    assert {photo.alike_by for photo in photos} == {None, "burst"}
    sides: dict[str, set[str]] = {}
    for entry in (entry for entry in project.snapshot().photos if burst_of(entry.path)):
        sides.setdefault(burst_of(entry.path), set()).add("test" if entry.part == "test" else "learn")
    assert len(sides) == 10 and all(len(side) == 1 for side in sides.values())
    assert {"test"} in sides.values() and {"learn"} in sides.values()


def test_bursts_are_told_by_the_names_that_this_program_gives_and_no_others() -> None:
    name = burst_name(NOON)
    assert photo_name(name, 3) == "burst-20261130-120000-123456-03.jpg"
    assert burst_of(f"2026-11-30/{photo_name(name, 3)}") == name
    for other in ("burst-1.jpg", "IMG_0001.jpg", "burst-20261130-120000-123456.jpg", "", f"x{name}-01.jpg"):
        assert burst_of(other) == ""


def test_a_burst_joins_what_looks_the_same_and_leaves_the_nameless_alone() -> None:
    photos = [Seen("a"), Seen("b", burst="x"), Seen("c"), Seen("d", burst="x"), Seen("a", burst="x")]
    assert [kin.first for kin in find_alike(photos)] == [0, 0, 2, 0, 0]


def test_who_keeps_features_only_keeps_no_photo_of_the_camera_either(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.project import store

    swept: list[Path] = []
    monkeypatch.setattr(store, "sweep", lambda _database, folders, _state: swept.extend(folders))
    monkeypatch.setattr(Project, "features_only", property(lambda _: type("State", (), {"swept": False})()))
    project.finish_forgetting()
    assert project.camera_folder in swept
