"""What the worker minds for the window: a folder, each photo once, also over restarts; a camera; troubles told."""

from collections.abc import Callable, Sequence
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
    """A camera that sees green, then red, then nothing any more; `lost` cameras see nothing at all."""

    def __init__(self, frames: list[tuple[int, int, int]], taken: Callable[[], bool]) -> None:
        self._frames, self._taken = frames, taken

    def isOpened(self) -> bool:
        return bool(self._frames)

    def read(self) -> tuple[bool, np.ndarray | None]:
        wait_until(self._taken)
        if not self._frames:
            return False, None
        red, green, blue = self._frames.pop(0)
        return True, np.full((16, 16, 3), (blue, green, red), np.uint8)

    def release(self) -> None:
        pass


def test_what_a_camera_sees_is_kept_as_a_file_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window()
    frames = [GREEN, RED]

    def taken() -> bool:
        return len(window.answers) == 2 - len(frames)

    monkeypatch.setattr(camera_module.cv2, "VideoCapture", lambda *_: Capture(frames, taken))
    old = locations().data / "onsite" / "camera" / "2020-01-01"
    old.mkdir(parents=True)
    minding = window.mind("camera:0")
    wait_until(lambda: len(window.answers) == 2)
    wait_until(lambda: "trouble" in window.states)
    minding.end()
    assert [answer.class_name for answer in window.answers if isinstance(answer, Prediction)] == [GOOD, BAD]
    assert all(Path(answer.photo).is_file() for answer in window.answers)
    assert not old.exists(), "what is older than 30 days is let go"
    lost = next(event for event in window.events if event.state == "trouble")
    assert lost.code == "onsite.camera_lost"
