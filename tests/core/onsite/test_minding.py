"""What the worker minds for the window: a folder, each photo once, also over restarts; a camera; troubles told."""

import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from core.onsite import camera as camera_module
from core.onsite.answers import NotJudged, Photo, Prediction
from core.onsite.minding import Minding
from core.problems import Problem
from core.settings import locations
from core.training.events import SourceTold
from tests.core.onsite.stand_ins import BAD, GOOD, GREEN, RED, ColourJudge, picture, wait_until


class Window:
    """What the window was told."""

    def __init__(self) -> None:
        self.judge_ = ColourJudge()
        self.answers: list[Prediction | NotJudged] = []
        self.events: list[SourceTold] = []

    def judge(self, photos: Sequence[Photo]) -> list[Prediction | NotJudged]:
        return list(self.judge_.predict(photos))

    def mind(self, source: str, every_s: float = 0.0) -> Minding:
        return Minding(source, every_s, self.judge, self.answers.append, self.events.append)

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.events]


def test_photos_that_come_into_a_folder_are_judged_once_also_after_a_restart(tmp_path: Path) -> None:
    folder, window = tmp_path / "in", Window()
    folder.mkdir()
    (folder / "a.png").write_bytes(picture(GREEN))
    minding = window.mind(str(folder))
    wait_until(lambda: len(window.answers) == 1)
    (folder / "b.png").write_bytes(picture(RED))
    wait_until(lambda: len(window.answers) == 2)
    minding.end()
    assert [Path(answer.photo).name for answer in window.answers] == ["a.png", "b.png"]
    assert window.states == ["watching", "ended"]
    again = Window()
    (folder / "c.png").write_bytes(picture(GREEN))
    minding = again.mind(str(folder))
    wait_until(lambda: bool(again.answers))
    minding.end()
    assert [Path(answer.photo).name for answer in again.answers] == ["c.png"]


def test_a_folder_that_is_not_there_or_minded_already_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        Window().mind(str(tmp_path / "none"))
    assert caught.value.code == "onsite.folder_missing"
    minding = Window().mind(str(tmp_path))
    with pytest.raises(Problem) as caught:
        Window().mind(str(tmp_path))
    assert caught.value.code == "onsite.journal_in_use"
    minding.end()


class Capture:
    """A camera that sees green until that was judged, then red until that was, then nothing any more: of what it sees
    the newest alone is judged, so how often it is asked says nothing."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def isOpened(self) -> bool:
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(0.005)
        judged = [answer.class_name for answer in self._window.answers if isinstance(answer, Prediction)]
        if BAD in judged:
            return False, None
        red, green, blue = RED if judged else GREEN
        return True, np.full((16, 16, 3), (blue, green, red), np.uint8)

    def release(self) -> None:
        pass


def test_what_a_camera_sees_is_kept_as_a_file_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window()
    monkeypatch.setattr(camera_module.cv2, "VideoCapture", lambda *_: Capture(window))
    old = locations().data / "onsite" / "camera" / "2020-01-01"
    old.mkdir(parents=True)
    minding = window.mind("camera:0")
    wait_until(lambda: "trouble" in window.states)
    minding.end()
    judged = [answer.class_name for answer in window.answers if isinstance(answer, Prediction)]
    assert [name for name, _ in groupby(judged)] == [GOOD, BAD]
    assert all(Path(answer.photo).is_file() for answer in window.answers)
    assert not old.exists(), "what is older than 30 days is let go"
    lost = next(event for event in window.events if event.state == "trouble")
    assert lost.code == "onsite.camera_lost"
