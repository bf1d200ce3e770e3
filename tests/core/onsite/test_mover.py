"""Moving: into the folder of the class, never out of it, never over anything, finished after a kill."""

import os
from pathlib import Path

import pytest

from core.onsite import mover as module
from core.onsite.mover import UNREADABLE, UNSURE, Mover
from core.onsite.result import Verdict
from core.problems import Problem
from tests.core.onsite.stand_ins import GOOD, result


def put(path: Path, content: bytes = b"photo") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_photo_goes_to_its_class(tmp_path: Path) -> None:
    photo, mover = put(tmp_path / "in" / "a.png"), Mover(tmp_path / "out", [GOOD])
    target = mover.target(result(photo=str(photo)), set())
    assert target == tmp_path / "out" / GOOD / "a.png"
    mover.move(photo, target)
    assert target.read_bytes() == b"photo"
    assert not photo.exists()


def test_unsure_and_unreadable_photos_have_folders_of_their_own(tmp_path: Path) -> None:
    mover = Mover(tmp_path, [GOOD])
    unsure = result().model_copy(update={"unsure": True, "verdict": Verdict.UNSURE})
    broken = result(name="").model_copy(update={"problem": "photos.damaged"})
    assert mover.target(unsure, set()).parent.name == UNSURE
    assert mover.target(broken, set()).parent.name == UNREADABLE


def test_a_name_that_is_taken_gets_the_id(tmp_path: Path) -> None:
    mover, taken = Mover(tmp_path, [GOOD]), set[Path]()
    put(tmp_path / GOOD / "a.png", b"other")
    photo = put(tmp_path / "in" / "a.png")
    target = mover.target(result("0123456789", str(photo)), taken)
    assert target.name == "a-01234567.png"
    mover.move(photo, target)
    assert (tmp_path / GOOD / "a.png").read_bytes() == b"other"
    first = mover.target(result("x" * 8, "b.png"), taken)
    second = mover.target(result("y" * 8, "b.png"), taken)
    assert first != second, "two photos of one batch"


def test_nothing_is_overwritten_even_when_it_comes_in_between(tmp_path: Path) -> None:
    mover, photo = Mover(tmp_path, [GOOD]), put(tmp_path / "in" / "a.png")
    target = mover.target(result(photo=str(photo)), set())
    put(target, b"other")
    with pytest.raises(Problem) as caught:
        mover.move(photo, target)
    assert caught.value.code == "onsite.not_moved"
    assert (photo.read_bytes(), target.read_bytes()) == (b"photo", b"other")


@pytest.mark.skipif(os.name == "nt", reason="a rename there is one step")
def test_a_kill_between_link_and_removal_is_finished(tmp_path: Path) -> None:
    mover, photo = Mover(tmp_path, [GOOD]), put(tmp_path / "in" / "a.png")
    target = mover.target(result(photo=str(photo)), set())
    target.parent.mkdir()
    os.link(photo, target)
    mover.move(photo, target)
    assert not photo.exists()
    assert target.read_bytes() == b"photo"


@pytest.mark.skipif(os.name == "nt", reason="a rename there is one step")
def test_another_disk_gets_a_whole_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(module.os, "link", no_link)
    mover, photo = Mover(tmp_path, [GOOD]), put(tmp_path / "in" / "a.png")
    os.utime(photo, (1, 1))
    target = mover.target(result(photo=str(photo)), set())
    mover.move(photo, target)
    assert not photo.exists()
    assert (target.read_bytes(), target.stat().st_mtime) == (b"photo", 1)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_class_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / GOOD).symlink_to(tmp_path / "elsewhere")
    mover, photo = Mover(tmp_path / "out", [GOOD]), put(tmp_path / "in" / "a.png")
    with pytest.raises(Problem):
        mover.move(photo, mover.target(result(photo=str(photo)), set()))
    assert photo.exists()
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_place_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    put(tmp_path / "file")
    with pytest.raises(Problem) as caught:
        Mover(tmp_path / "file" / "below", [GOOD])
    assert caught.value.code == "onsite.no_place_to_move"


def test_no_class_takes_the_folder_of_the_unsure(tmp_path: Path) -> None:
    mover = Mover(tmp_path, [UNSURE, UNREADABLE])
    assert not set(mover._folders.values()) & {UNSURE, UNREADABLE}
