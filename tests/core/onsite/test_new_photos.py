"""Decisions become training photos: one copy of each, with who and when, in the folder of its class; over kills too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.onsite import new_photos as module
from core.onsite.new_photos import NewPhotos, Note, new_photos_of
from core.problems import Problem
from tests.core.onsite.stand_ins import BAD, GOOD, picture


def note(photo: Path, name: str, minute: int = 0) -> Note:
    time = datetime(2026, 11, 30, 9, minute, tzinfo=UTC)
    return Note(photo=str(photo), class_name=name, person="佐藤", time=time, answer=BAD, probability=0.5, unsure=True,
                package="a.hkd")  # fmt: skip


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "写真 [1].png"
    path.write_bytes(picture())
    return path


def test_the_copy_lies_in_the_folder_of_its_class_with_who_and_when(tmp_path: Path, photo: Path) -> None:
    kept = NewPhotos(tmp_path / "kept", (GOOD, BAD))
    copy = kept.keep(photo, note(photo, GOOD))
    assert copy.parent.name == GOOD and copy.read_bytes() == photo.read_bytes()
    ((path, told),) = kept.all()
    assert path == copy
    assert (told.person, told.class_name, told.answer) == ("佐藤", GOOD, BAD)
    photo.unlink()
    assert kept.all() == [(copy, told)], "the copy stays when the photo goes"


def test_deciding_anew_moves_the_copy_and_taking_back_removes_it(tmp_path: Path, photo: Path) -> None:
    kept = NewPhotos(tmp_path / "kept", (GOOD, BAD))
    kept.keep(photo, note(photo, GOOD))
    second = kept.keep(photo, note(photo, BAD, 1))
    assert [(path, told.class_name) for path, told in kept.all()] == [(second, BAD)]
    kept.withdraw(second)
    assert kept.all() == [] and not [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def test_a_kill_between_copy_and_note_leaves_nothing_that_counts_and_is_mended(
    tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, write = NewPhotos(tmp_path / "kept", (GOOD, BAD)), module.write_atomic

    def killed(path: Path, content: str | bytes) -> None:
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(module, "write_atomic", killed)
    with pytest.raises(KeyboardInterrupt):
        kept.keep(photo, note(photo, GOOD))
    assert kept.all() == []
    monkeypatch.setattr(module, "write_atomic", write)
    kept.keep(photo, note(photo, GOOD))
    assert len(kept.all()) == 1 and len(list((tmp_path / "kept" / GOOD).iterdir())) == 2


def test_a_photo_that_is_gone_is_told(tmp_path: Path) -> None:
    kept = NewPhotos(tmp_path / "kept", (GOOD, BAD))
    with pytest.raises(Problem) as caught:
        kept.keep(tmp_path / "gone.png", note(tmp_path / "gone.png", GOOD))
    assert caught.value.code == "onsite.photo_not_kept"


def test_foreign_files_are_passed_over(tmp_path: Path, photo: Path) -> None:
    kept = NewPhotos(tmp_path / "kept", (GOOD, BAD))
    copy = kept.keep(photo, note(photo, GOOD))
    (copy.parent / "holiday.jpg").write_bytes(b"x")
    copy.with_name(copy.name + ".json").write_text("{")
    assert kept.all() == []


def test_added_classes_keep_the_folder_of_the_package() -> None:
    plain, longer = new_photos_of((GOOD, BAD), "a.hkd"), new_photos_of((GOOD, BAD), "a.hkd", ("青",))
    assert plain.folder == longer.folder != new_photos_of((GOOD,), "a.hkd").folder
