"""Bursts from a live camera: whole files, in their class's order of time, and nothing lost when something fails."""

import errno
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.photos import shooting as module
from core.photos.bursts import burst_of
from core.photos.decode import open_photo, read_photo
from core.photos.look import taken_at
from core.photos.shooting import Burst, Frame, Shooting
from tests.core.photos.synthetic_camera import GONE, SyntheticCamera


@pytest.fixture
def camera() -> SyntheticCamera:
    return SyntheticCamera()


@pytest.fixture
def shooting(camera: SyntheticCamera, tmp_path: Path) -> Iterator[Shooting]:
    """At work, with a first frame seen."""
    at_work = Shooting(camera, tmp_path / "camera")
    until(lambda: at_work.sight().view is not None)
    yield at_work
    at_work.end()


def until(holds: Callable[[], bool]) -> None:
    patience = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < patience, "waited in vain"
        time.sleep(0.005)


def burst(shooting: Shooting, wanted: int = 3, every_s: float = 0.1) -> Burst:
    assert shooting.begin(7, wanted, every_s)
    done: list[Burst] = []
    until(lambda: bool(done.extend(shooting.finished()) or done))
    return done[0]


def test_a_burst_is_as_many_whole_photos_as_wanted_so_far_apart(shooting: Shooting, tmp_path: Path) -> None:
    done = burst(shooting)
    assert (done.class_id, len(done.taken), done.problem) == (7, 3, None)
    names = [photo.path.name for photo in done.taken]
    assert names == sorted(names) and len({burst_of(name) for name in names} - {""}) == 1
    times = [taken_at(read_photo(photo.path)) for photo in done.taken]
    assert all(later - earlier > 0.05 for earlier, later in pairwise(times))
    for photo in done.taken:
        assert photo.path.parent.parent == tmp_path / "camera"
        kept = np.asarray(open_photo(photo.path), np.int16)
        assert kept.shape == (240, 320, 3)
        assert np.abs(kept - photo.view).mean() < 2, "red, green and blue in their places"
    assert not list(tmp_path.rglob("*.part"))


def test_what_speaks_against_a_photo_stays_with_it(shooting: Shooting, camera: SyntheticCamera) -> None:
    camera.blur, camera.exposure = 5.0, 0.01
    until(lambda: shooting.sight().doubts == ("blurred", "dark"))
    assert {photo.doubts for photo in burst(shooting, 2).taken} == {("blurred", "dark")}


def test_one_burst_at_a_time(shooting: Shooting) -> None:
    assert shooting.begin(1, 3, 0.1)
    assert not shooting.begin(2, 3, 0.1)


def test_a_camera_that_is_unplugged_ends_the_burst_with_what_it_has_and_is_found_again(
    shooting: Shooting, camera: SyntheticCamera
) -> None:
    assert shooting.begin(7, 20, 0.1)
    until(lambda: bool(shooting.sight().burst and shooting.sight().burst.taken))
    camera.plugged = False
    until(lambda: shooting.sight().problem is GONE)
    (done,) = shooting.finished()
    assert done.problem is GONE and all(photo.path.is_file() for photo in done.taken)
    assert not shooting.begin(7, 1, 0.1), "nothing is seen now"
    camera.plugged = True
    until(lambda: shooting.sight().problem is None)
    assert len(burst(shooting, 1).taken) == 1


def test_a_full_disk_ends_the_burst_in_words_and_keeps_what_was_taken(
    shooting: Shooting, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = module.write_atomic, []

    def full(path: Path, content: bytes) -> None:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        write(path, content)

    monkeypatch.setattr(module, "write_atomic", full)
    done = burst(shooting)
    assert [photo.path for photo in done.taken] == written and written[0].is_file()
    assert done.problem is not None and done.problem.code == "photos.camera_not_kept"
    assert "No space" in str(done.problem)
    monkeypatch.setattr(module, "write_atomic", write)
    assert len(burst(shooting).taken) == 3, "the camera went on"


def test_who_ends_amid_a_burst_is_given_what_was_taken(shooting: Shooting) -> None:
    assert shooting.begin(7, 20, 1.0)
    until(lambda: bool(shooting.sight().burst and shooting.sight().burst.taken))
    (done,) = shooting.end()
    assert len(done.taken) == 1 and done.taken[0].path.is_file()


def test_a_large_frame_is_kept_whole_and_looked_at_small(tmp_path: Path) -> None:
    def large(stop: threading.Event, *_: object) -> Iterator[Frame]:
        while not stop.wait(0.02):
            yield np.full((1080, 1920, 3), (200, 100, 50), np.uint8)

    at_work = Shooting(large, tmp_path)
    until(lambda: at_work.sight().view is not None)
    (photo,) = burst(at_work, 1).taken
    at_work.end()
    assert photo.view.shape == (540, 960, 3) and tuple(photo.view[0, 0]) == (50, 100, 200)
    assert open_photo(photo.path).size == (1920, 1080)
