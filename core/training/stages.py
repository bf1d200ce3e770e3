"""The stages of a run: each is told as it begins, and how long it took is kept."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from core.training.commands import Emit
from core.training.events import Stage


class Stages:
    """`names` in their order; `seconds` holds those that came to their end."""

    def __init__(self, names: Sequence[str], emit: Emit) -> None:
        self._names = tuple(names)
        self._emit = emit
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Around the work of a stage."""
        self._emit(Stage(stage=name, index=self._names.index(name) + 1, of=len(self._names)))
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
