"""Telling how far a stage is."""

import pytest

from core.training.events import Event
from core.training.pace import Pace


def test_it_tells_now_and_then_and_at_the_end_and_estimates_once_there_is_a_basis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, told = [100.0], list[Event]()
    monkeypatch.setattr("core.training.pace.time.monotonic", lambda: clock[0])
    pace = Pace(1000, told.append)
    for done in range(1, 1001):
        clock[0] += 0.01
        pace(done)
    figures = [event.model_dump(include={"done", "total", "seconds_left"}) for event in told]
    assert figures[0] == {"done": 1, "total": 1000, "seconds_left": None}
    assert figures[-1] == {"done": 1000, "total": 1000, "seconds_left": 0.0}
    assert 40 <= len(told) <= 60
    assert all(
        f["seconds_left"] == pytest.approx(10 - f["done"] / 100, abs=0.1) for f in figures if f["done"] > 120
    )
