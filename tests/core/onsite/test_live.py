"""The camera of the site, as a source of live frames for taking photos."""

from pathlib import Path

import numpy as np
import pytest

from core.onsite.live import live_source
from core.photos.decode import open_photo
from core.photos.shooting import Burst, Shooting
from tests.core.onsite.peers import free_port
from tests.core.onsite.stand_ins import RED, wait_until
from tests.core.onsite.test_camera import streaming


@pytest.mark.loopback
def test_photos_are_taken_of_what_a_real_stream_shows_and_its_password_is_not_told(tmp_path: Path) -> None:
    port = free_port()
    done: list[Burst] = []
    with streaming(port, RED):
        shooting = Shooting(live_source(f"http://user:secret@127.0.0.1:{port}/stream.mjpg"), tmp_path)
        wait_until(lambda: shooting.sight().view is not None)
        assert shooting.begin(None, 2, 0.1)
        wait_until(lambda: bool(done.extend(shooting.finished()) or done))
    wait_until(lambda: shooting.sight().problem is not None)
    problem = shooting.sight().problem
    shooting.end()
    assert problem is not None and problem.code == "onsite.camera_lost" and "secret" not in str(problem.data)
    (burst,) = done
    for photo in burst.taken:
        picture = np.asarray(open_photo(photo.path))
        assert picture.shape == (48, 64, 3) and np.abs(picture.mean((0, 1)) - RED).max() < 12


def test_a_word_that_is_no_camera_is_told_at_once(tmp_path: Path) -> None:
    shooting = Shooting(live_source("/dev/video0"), tmp_path)
    wait_until(lambda: shooting.sight().problem is not None)
    problem = shooting.sight().problem
    assert problem is not None and problem.code == "photos.no_camera_word"
