"""Photos from a camera: one at this PC by its number, or one in the plant's network by its address.

OpenCV reads both kinds on Windows, macOS and Linux; PyAV would want another name for the same USB camera on each.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from core.onsite.answers import Shot
from core.onsite.delivery import Pace
from core.onsite.happenings import Recovered, Tell, Trouble
from core.onsite.line import Line
from core.onsite.mover import Mover
from core.onsite.source import CAMERA_NUMBER
from core.problems import Problem

_TIMEOUT_MS = 5000
_QUALITY = 95
Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Camera:
    """A source for which `is_camera` holds, looked at every so many seconds."""

    source: str
    every_s: float = 1.0
    pace: Pace = field(default_factory=lambda: Pace(1.0, 30.0))

    @property
    def name(self) -> str:
        """Without a password that the address may hold."""
        return re.sub(r"//[^/@]*@", "//", self.source)

    def shots(self, stop: threading.Event, tell: Tell) -> Iterator[Shot]:
        """A photo of this moment every so often; a camera that is lost is looked for again."""
        failures = 0
        while not stop.is_set():
            with _opened(self.source) as newest:
                while not stop.is_set() and (frame := newest.take(_TIMEOUT_MS / 1000)) is not None:
                    if failures:
                        tell(Recovered(self.name))
                    failures = 0
                    began = time.monotonic()
                    yield _shot(frame)
                    stop.wait(max(0.0, self.every_s - (time.monotonic() - began)))
            if stop.is_set():
                return
            failures += 1
            if failures == 1:
                tell(Trouble(self.name, Problem("onsite.camera_lost", camera=self.name)))
            stop.wait(self.pace.wait_s(failures))


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


class _Newest:
    """The newest frame of a camera: older ones are let go, so that nothing is judged late."""

    def __init__(self, capture: "cv2.VideoCapture") -> None:
        self._capture = capture
        self._arrived = threading.Condition()
        self._frame: Frame | None = None
        self._over = not capture.isOpened()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def take(self, patience_s: float) -> Frame | None:
        """The next frame that comes; None when none comes any more."""
        with self._arrived:
            self._frame = None
            self._arrived.wait_for(lambda: self._frame is not None or self._over, patience_s)
            return self._frame

    def end(self) -> None:
        """Let go of the camera."""
        self._over = True
        self._thread.join()
        self._capture.release()

    def _run(self) -> None:
        while not self._over:
            read, frame = self._capture.read()
            with self._arrived:
                self._over = self._over or not read
                self._frame = np.asarray(frame, np.uint8) if read else None
                self._arrived.notify_all()


@contextmanager
def _opened(source: str) -> Iterator[_Newest]:
    number = CAMERA_NUMBER.fullmatch(source)
    if number:
        capture = cv2.VideoCapture(int(number[1]))
    else:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _TIMEOUT_MS]
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    newest = _Newest(capture)
    try:
        yield newest
    finally:
        newest.end()


def _shot(frame: Frame) -> Shot:
    """As a JPEG: what is judged is then, bit for bit, what is kept."""
    done, content = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    photo = content.tobytes() if done else b""
    return Shot(f"camera-{datetime.now():%Y%m%d-%H%M%S-%f}.jpg", lambda: photo)
