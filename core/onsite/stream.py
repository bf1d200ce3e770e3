"""What a camera sees, frame by frame; a camera that is lost is looked for again.

OpenCV reads cameras of this PC and of the network on Windows, macOS and Linux; PyAV would want another name for the
same USB camera on each.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from core.onsite.source import CAMERA_NUMBER

_TIMEOUT_MS = 5000
Frame = NDArray[np.uint8]


def frames(
    source: str,
    every_s: float,
    stop: threading.Event,
    *,
    wait_s: Callable[[int], float],
    lost: Callable[[], None],
    back: Callable[[], None],
) -> Iterator[Frame]:
    """The newest frame `(H, W, 3)`, blue first, every so often. `lost` is told once when none comes, `back` when they
    come again; between the nth and the next try `wait_s(n)` seconds pass."""
    failures = 0
    while not stop.is_set():
        with _opened(source) as newest:
            while not stop.is_set() and (frame := newest.take(_TIMEOUT_MS / 1000)) is not None:
                if failures:
                    back()
                failures = 0
                began = time.monotonic()
                yield frame
                stop.wait(max(0.0, every_s - (time.monotonic() - began)))
        if stop.is_set():
            return
        failures += 1
        if failures == 1:
            lost()
        stop.wait(wait_s(failures))


def camera_name(source: str) -> str:
    """A camera's word without a password that its address may hold."""
    return re.sub(r"//[^/@]*@", "//", source)


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
