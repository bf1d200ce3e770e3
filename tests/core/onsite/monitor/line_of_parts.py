"""Parts on a line whose look is known: features drawn around a direction for each class."""

from collections.abc import Sequence

import numpy as np

from core.methods.classifier import Array
from core.onsite.monitor.look import Expected, Seen, half
from core.package.reference import ReferenceSample, unit

NAMES = ("良品", "きず")
DIM = 32


class Parts:
    """Draws parts; `away` moves how they look, in units of their scatter."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        directions = np.random.default_rng(0)
        self._centres = directions.normal(size=(2, DIM)) * 3
        self._aside = unit(directions.normal(size=DIM)) * np.sqrt(DIM)

    def features(self, columns: Sequence[int], away: float = 0.0) -> Array:
        noise = self.rng.normal(size=(len(columns), DIM))
        return unit(self._centres[list(columns)] + noise + away * self._aside)

    def columns(self, n: int, bad: float = 0.5) -> list[int]:
        return [int(part) for part in self.rng.random(n) < bad]

    def reference(self, n: int = 200) -> ReferenceSample:
        columns = [part % 2 for part in range(n)]
        return ReferenceSample(self.features(columns), np.array(columns), np.full(n, 0.9, np.float32))

    def seen(
        self, n: int, *, away: float = 0.0, bad: float = 0.1, unsure: float = 0.05, start: float = 0.0
    ) -> list[Seen]:
        columns = self.columns(n, bad)
        features = self.features(columns, away)
        return [
            Seen(start + at, f"{start + at:.0f}.jpg", NAMES[column], 0.9, bool(self.rng.random() < unsure), 0.1,
                 half(features[at]))
            for at, column in enumerate(columns)
        ]  # fmt: skip


def expected(parts: Parts, reference: bool = True) -> Expected:
    """A package that sends 5 % to a person, by 200 reference photos."""
    return Expected(NAMES, parts.reference() if reference else None, unsure=10, photos=200)
