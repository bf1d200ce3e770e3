"""A camera that is not there: a part moves before it, and its focus, light and cable are the test's to change."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

from core.photos.shooting import Back, Frame, Lost
from core.problems import Problem

GONE = Problem("onsite.camera_lost", camera="camera:0")


def part(size: tuple[int, int] = (320, 240), shift: int = 0, seed: int = 0) -> Image.Image:
    """Blocks of many greys, as sharp as can be; another seed is another part, `shift` moves it by pixels."""
    width, height = size
    blocks = np.random.default_rng(seed).integers(40, 216, (height // 16, width // 16, 3), dtype=np.uint8)
    whole = np.repeat(np.repeat(blocks, 16, 0), 16, 1)
    return Image.fromarray(np.roll(whole, shift, 1))


@dataclass
class SyntheticCamera:
    """As a source of `Shooting`: `opened` counts how often it was asked for its frames."""

    blur: float = 0.0
    exposure: float = 1.0
    plugged: bool = True
    moving: bool = True
    seed: int = 0
    opened: int = 0
    given: int = 0
    words: list[str] = field(default_factory=list)

    def open(self, word: str) -> "SyntheticCamera":
        """The camera of that word."""
        self.words.append(word)
        return self

    def __call__(self, stop: threading.Event, lost: Lost, back: Back) -> Iterator[Frame]:
        self.opened += 1
        told = False
        while not stop.wait(0.01):
            if self.plugged and told:
                back()
                told = False
            if self.plugged:
                self.given += 1
                yield self.frame()
            elif not told:
                lost(GONE)
                told = True

    def frame(self) -> Frame:
        """What it sees now, blue first."""
        picture = part(shift=3 * self.given if self.moving else 0, seed=self.seed)
        if self.blur:
            picture = picture.filter(ImageFilter.GaussianBlur(self.blur))
        lit = (np.asarray(picture, np.float32) * self.exposure).clip(0, 255)
        return np.ascontiguousarray(lit.astype(np.uint8)[..., ::-1])
