"""A judge that needs no model, pictures it knows, and waiting for what happens in other threads."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from core.onsite.answers import NotJudged, Photo, Prediction, Shot
from core.onsite.happenings import Happening, Judged, Trouble
from core.onsite.okng import OkNg
from core.onsite.result import Result, Verdict
from core.photos.decode import decode_photo, open_photo
from core.problems import Problem

GOOD, BAD = "良品", "きず"
OK_NG = OkNg(frozenset((GOOD,)), frozenset((BAD,)))
GREEN, RED, GREY = (30, 200, 30), (200, 30, 30), (120, 120, 120)


class ColourJudge:
    """Green is 良品, red is きず, and of anything grey it is unsure. `seen` are the photos it was asked about."""

    class_names = (GOOD, BAD)

    def __init__(self, seconds: float = 0.0) -> None:
        self.seen: list[str] = []
        self._seconds = seconds

    def predict(self, photos: Sequence[Photo]) -> Iterator[Prediction | NotJudged]:
        for photo in photos:
            self.seen.append(str(photo))
            time.sleep(self._seconds)
            try:
                image = _opened(photo)
            except Problem as problem:
                yield NotJudged(str(photo), problem)
                continue
            red, green, _ = np.asarray(image).reshape(-1, 3).mean(axis=0)
            chance = 0.9 if abs(red - green) > 20 else 0.6
            names = (GOOD, BAD) if green >= red else (BAD, GOOD)
            yield Prediction(
                str(photo), ((names[0], chance), (names[1], 1 - chance)), chance < 0.7, self._seconds
            )


def picture(colour: tuple[int, int, int] = GREEN, size: int = 8) -> bytes:
    """A PNG of one colour."""
    content = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(content, "PNG")
    return content.getvalue()


def result(key: str = "1", photo: str = "a.png", name: str = GOOD, verdict: Verdict = Verdict.OK) -> Result:
    return Result(
        id=key,
        time=datetime(2026, 11, 25, 7, 0, 0, tzinfo=UTC),
        photo=photo,
        class_name=name,
        probability=0.875,
        verdict=verdict,
        ranking=((name, 0.875),),
    )


class Told(list[Happening]):
    """What was told, in order."""

    def __call__(self, happening: Happening) -> None:
        self.append(happening)

    @property
    def results(self) -> list[Result]:
        return [entry.result for entry in self if isinstance(entry, Judged)]

    @property
    def troubles(self) -> list[str]:
        return [entry.problem.code for entry in self if isinstance(entry, Trouble)]


def wait_until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds; fails when it does not come to hold."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def _opened(photo: Photo) -> Image.Image:
    if isinstance(photo, Shot):
        return decode_photo(photo.read(), Path(photo.name))
    return open_photo(photo)
