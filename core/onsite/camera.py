"""Photos from a camera: one at this PC by its number, or one in the plant's network by its address."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import cv2

from core.onsite.answers import Shot
from core.onsite.delivery import Pace
from core.onsite.happenings import Recovered, Tell, Trouble
from core.onsite.line import Line
from core.onsite.mover import Mover
from core.onsite.stream import Frame, camera_name, frames
from core.problems import Problem

_QUALITY = 95


@dataclass(frozen=True)
class Camera:
    """A source for which `is_camera` holds, looked at every so many seconds."""

    source: str
    every_s: float = 1.0
    pace: Pace = field(default_factory=lambda: Pace(1.0, 30.0))

    @property
    def name(self) -> str:
        """Without a password that the address may hold."""
        return camera_name(self.source)

    def shots(self, stop: threading.Event, tell: Tell) -> Iterator[Shot]:
        """A photo of this moment every so often; a camera that is lost is looked for again."""
        trouble = Trouble(self.name, Problem("onsite.camera_lost", camera=self.name))
        for frame in frames(
            self.source,
            self.every_s,
            stop,
            wait_s=self.pace.wait_s,
            lost=lambda: tell(trouble),
            back=lambda: tell(Recovered(self.name)),
        ):
            yield _shot(frame)


def judge_camera(camera: Camera, line: Line, stop: threading.Event, tell: Tell, mover: Mover | None) -> None:
    """Judge what a camera sees until told to stop; with a mover each photo is kept in the folder of its class."""
    for shot in camera.shots(stop, tell):
        (result,) = line.judge([shot])
        target = mover.target(result, set()) if mover else None
        try:
            line.keep([result.model_copy(update={"moved_to": str(target or "")})])
            if mover and target:
                mover.save(shot.read(), target)
        except Problem as problem:
            tell(Trouble(shot.name, problem))


def _shot(frame: Frame) -> Shot:
    """As a JPEG: what is judged is then, bit for bit, what is kept."""
    done, content = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    photo = content.tobytes() if done else b""
    return Shot(f"camera-{datetime.now():%Y%m%d-%H%M%S-%f}.jpg", lambda: photo)
