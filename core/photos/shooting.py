"""Photos taken from a live camera: a thread of its own reads frames, keeps the newest to be looked at, and writes bursts.

Nothing is queued: who looks sees the newest frame, and a burst takes frames as they come. A photo is whole on the disk
or not there at all; what was taken before the disk was full or the camera was lost is kept.
"""

import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.files import write_atomic
from core.photos.bursts import burst_name, photo_name
from core.photos.quality import Doubt, Doubts, quality_of
from core.problems import Problem

Frame = NDArray[np.uint8]
MOST_IN_ONE = 20
VIEW_EDGE = 960  # pixels of the longer side of what is looked at
EVERY_S = 1 / 15
_JUDGE_EVERY_S = 0.2
_QUALITY = 95
_EXIF_BLOCK, _TAKEN, _PARTS_OF_A_SECOND = 0x8769, 0x9003, 0x9291

Lost = Callable[[Problem], None]
Back = Callable[[], None]
Source = Callable[[threading.Event, Lost, Back], Iterator[Frame]]


@dataclass(frozen=True)
class Taken:
    """A photo that was written: what it looks like small `(H, W, 3)`, red first, and what speaks against it."""

    path: Path
    view: Frame
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Burst:
    """So many photos wanted, `every_s` apart, of a class (None: without a label); `taken` so far. `problem`: why it
    ended early."""

    class_id: int | None
    wanted: int
    every_s: float
    taken: tuple[Taken, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class Sight:
    """What the camera sees now: the newest frame made small (None before the first), its number, what speaks against
    it, the trouble that the camera has, and the burst under way."""

    view: Frame | None = None
    number: int = 0
    doubts: tuple[Doubt, ...] = ()
    problem: Problem | None = None
    burst: Burst | None = None


class Shooting:
    """A camera at work from now until `end`. `source` gives frames `(H, W, 3)`, blue first, until its event is set."""

    def __init__(self, source: Source, folder: Path) -> None:
        self._source, self._folder = source, folder
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._sight, self._done = Sight(), list[Burst]()
        self._doubts, self._judged, self._judged_at = Doubts(), tuple[Doubt, ...](), float("-inf")
        self._next_at, self._name = 0.0, ""
        self._thread = threading.Thread(target=self._run, name="shooting", daemon=True)
        self._thread.start()

    def sight(self) -> Sight:
        """What is seen now."""
        with self._lock:
            return self._sight

    def begin(self, class_id: int | None, wanted: int, every_s: float) -> bool:
        """Take a burst of the frames that come from now on; False while another is under way, or none come."""
        with self._lock:
            if self._sight.burst or self._sight.problem or self._sight.view is None or self._stop.is_set():
                return False
            self._name, self._next_at = burst_name(datetime.now()), 0.0
            self._sight = replace(self._sight, burst=Burst(class_id, wanted, every_s))
            return True

    def finished(self) -> list[Burst]:
        """The bursts that came to their end since this was last asked."""
        with self._lock:
            done, self._done = self._done, []
            return done

    def stop(self) -> None:
        """Let go of the camera as soon as it can be; a burst under way ends with what it has."""
        self._stop.set()

    def end(self, patience_s: float = 6.0) -> list[Burst]:
        """`stop`, and wait; gives the bursts that nobody asked for yet."""
        self.stop()
        self._thread.join(patience_s)
        return self.finished()

    def _run(self) -> None:
        try:
            for frame in self._source(self._stop, self._lost, self._back):
                self._see(frame)
        except Problem as problem:
            self._lost(problem)
        self._end_burst(None)

    def _see(self, frame: Frame) -> None:
        now, view = time.monotonic(), _view(frame)
        with self._lock:
            burst = self._sight.burst
        # Frames come at their own pace: half a frame early is nearer than half a frame late.
        due = burst is not None and now >= self._next_at - EVERY_S / 2
        if due or now - self._judged_at >= _JUDGE_EVERY_S:
            self._judged, self._judged_at = self._doubts.about(quality_of(frame), now), now
        with self._lock:
            number = self._sight.number + 1
            self._sight = replace(self._sight, view=view, number=number, doubts=self._judged, problem=None)
        if burst is not None and due:
            self._next_at = now + burst.every_s
            self._keep(frame, Taken(self._next_path(burst), view, self._judged), burst)

    def _next_path(self, burst: Burst) -> Path:
        day = f"{datetime.now():%Y-%m-%d}"
        return self._folder / day / photo_name(self._name, len(burst.taken) + 1)

    def _keep(self, frame: Frame, photo: Taken, burst: Burst) -> None:
        try:
            write_atomic(photo.path, _jpeg(frame, datetime.now()))
        except OSError as error:
            reason = error.strerror or str(error)
            self._end_burst(Problem("photos.camera_not_kept", path=photo.path.parent, reason=reason))
            return
        burst = replace(burst, taken=(*burst.taken, photo))
        with self._lock:
            self._sight = replace(self._sight, burst=burst)
        if len(burst.taken) >= burst.wanted:
            self._end_burst(None)

    def _lost(self, problem: Problem) -> None:
        self._end_burst(problem)
        with self._lock:
            self._sight = replace(self._sight, problem=problem)

    def _back(self) -> None:
        with self._lock:
            self._sight = replace(self._sight, problem=None)

    def _end_burst(self, problem: Problem | None) -> None:
        with self._lock:
            burst = self._sight.burst
            if burst is not None:
                self._done.append(replace(burst, problem=problem))
                self._sight = replace(self._sight, burst=None)


def _view(frame: Frame) -> Frame:
    """Small, red first."""
    step = -(-max(frame.shape[:2]) // VIEW_EDGE)
    small = Image.fromarray(frame).reduce(step) if step > 1 else frame
    return np.ascontiguousarray(np.asarray(small)[..., ::-1])


def _jpeg(frame: Frame, moment: datetime) -> bytes:
    """The whole frame, with the moment at which it was taken."""
    exif, content = Image.Exif(), io.BytesIO()
    said: dict[int, Any] = exif.get_ifd(_EXIF_BLOCK)
    said[_TAKEN] = f"{moment:%Y:%m:%d %H:%M:%S}"
    said[_PARTS_OF_A_SECOND] = f"{moment:%f}"
    rgb = np.ascontiguousarray(frame[..., ::-1])
    Image.fromarray(rgb).save(content, "JPEG", quality=_QUALITY, subsampling=0, exif=exif)
    return content.getvalue()
