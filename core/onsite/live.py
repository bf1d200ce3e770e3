"""A camera as a source of live frames for taking photos: the same one that is watched on site."""

import threading
from collections.abc import Iterator

from core.onsite.extras import extra
from core.onsite.source import is_camera
from core.photos.shooting import EVERY_S, Back, Frame, Lost, Source
from core.problems import Problem

_LONGEST_WAIT_S = 5.0


def live_source(word: str) -> Source:
    """The frames of the camera of that word or address; it is opened, and OpenCV loaded, by the first frame.

    Raises (with the first frame):
        Problem: `photos.no_camera_word`, `onsite.extra_missing`.
    """

    def seen(stop: threading.Event, lost: Lost, back: Back) -> Iterator[Frame]:
        if not is_camera(word):
            raise Problem("photos.no_camera_word", source=word)
        with extra("camera"):
            from core.onsite.stream import camera_name, frames
        gone = Problem("onsite.camera_lost", camera=camera_name(word))
        yield from frames(
            word,
            EVERY_S,
            stop,
            wait_s=lambda failures: min(float(failures), _LONGEST_WAIT_S),
            lost=lambda: lost(gone),
            back=back,
        )

    return seen
