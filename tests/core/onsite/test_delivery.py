"""Delivery: in order, again and again until taken, each output for itself; a late signal is not shown."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core.onsite.delivery import Delivery, Pace, Signalling
from core.onsite.happenings import Recovered
from core.onsite.journal import Journal
from core.onsite.outputs.protocol import Refused
from core.onsite.result import Result, Verdict
from core.problems import Problem
from tests.core.onsite.stand_ins import Told, result, wait_until

QUICK = Pace(0.01, 0.05)


class Place:
    """An output; `reaction` is called first and may raise."""

    name, at_once = "place", 1

    def __init__(self, reaction: Callable[[Result], None] = lambda _: None) -> None:
        self.taken: list[str] = []
        self.closed = False
        self._reaction = reaction

    def send(self, results: Sequence[Result]) -> None:
        for entry in results:
            self._reaction(entry)
            self.taken.append(entry.id)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db")


def down() -> Problem:
    return Problem("onsite.output_failed", output="place", reason="down")


def test_waits_grow_and_are_never_in_step() -> None:
    pace = Pace(1.0, 300.0)
    for failures, most in ((1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10**6, 300)):
        waits = {pace.wait_s(failures) for _ in range(50)}
        assert len(waits) > 40
        assert all(most / 2 <= wait <= most for wait in waits)


def test_what_waited_before_the_start_comes_first(journal: Journal) -> None:
    journal.record([result("old")], ["place"])
    place = Place()
    delivery = Delivery(place, journal, Told(), QUICK)
    journal.record([result("new")], ["place"])
    delivery.wake()
    wait_until(lambda: place.taken == ["old", "new"])
    delivery.end(5)
    assert place.closed
    assert journal.waiting() == {}


def test_a_failure_is_told_once_and_tried_until_it_works(journal: Journal) -> None:
    tries = iter(range(100))

    def react(_: Result) -> None:
        if next(tries) < 5:
            raise down()

    place, told = Place(react), Told()
    journal.record([result("1"), result("2")], ["place"])
    delivery = Delivery(place, journal, told, QUICK)
    wait_until(lambda: journal.waiting() == {})
    delivery.end(5)
    assert place.taken == ["1", "2"]
    assert told.troubles == ["onsite.output_failed"]
    assert [type(entry) for entry in told[1:]] == [Recovered]


def test_a_fault_of_a_library_does_not_end_deliveries(journal: Journal) -> None:
    faults = iter([RuntimeError("planted"), None])

    def react(_: Result) -> None:
        fault = next(faults, None)
        if fault:
            raise fault

    place, told = Place(react), Told()
    journal.record([result("1")], ["place"])
    delivery = Delivery(place, journal, told, QUICK)
    wait_until(lambda: place.taken == ["1"])
    delivery.end(5)
    assert told.troubles == ["onsite.output_failed"]


def test_what_is_refused_holds_up_nothing(journal: Journal) -> None:
    def react(entry: Result) -> None:
        if entry.id == "1":
            raise Refused("HTTP 422")

    place, told = Place(react), Told()
    journal.record([result("1"), result("2")], ["place"])
    delivery = Delivery(place, journal, told, QUICK)
    wait_until(lambda: place.taken == ["2"])
    delivery.end(5)
    assert told.troubles == ["onsite.refused"]


def test_ending_does_not_wait_for_an_output_that_is_down(journal: Journal) -> None:
    def react(_: Result) -> None:
        raise down()

    journal.record([result("1")], ["place"])
    delivery = Delivery(Place(react), journal, Told(), Pace(60.0, 60.0))
    wait_until(lambda: delivery.failures == 1)
    began = time.monotonic()
    delivery.end(30)
    assert time.monotonic() - began < 10
    assert journal.waiting() == {"place": 1}


class Lamp:
    name = "lamp"

    def __init__(self) -> None:
        self.shown: list[Verdict | None] = []
        self.fails = False

    def show(self, verdict: Verdict) -> None:
        if self.fails:
            raise down()
        self.shown.append(verdict)

    def clear(self) -> None:
        self.shown.append(None)

    def close(self) -> None:
        self.shown.append(None)


def test_signals_are_shown_in_order_and_end_dark() -> None:
    lamp = Lamp()
    signalling = Signalling(lamp, Told(), hold_s=0.01)
    for verdict in (Verdict.OK, Verdict.OK, Verdict.NG):
        signalling.show(verdict)
    wait_until(lambda: len(lamp.shown) == 3)
    signalling.end(5)
    assert lamp.shown == [Verdict.OK, Verdict.OK, Verdict.NG, None]


def test_a_late_verdict_is_not_shown() -> None:
    lamp, told = Lamp(), Told()
    signalling = Signalling(lamp, told, hold_s=0.3, late_s=0.1)
    for _ in range(3):
        signalling.show(Verdict.OK)
    wait_until(lambda: len(lamp.shown) == 3)
    signalling.end(5)
    assert lamp.shown[:3] == [Verdict.OK, None, None]
    assert told.troubles == ["onsite.signal_late"]


def test_what_a_signal_missed_is_not_made_up_for() -> None:
    lamp, told = Lamp(), Told()
    lamp.fails = True
    signalling = Signalling(lamp, told, hold_s=0.0)
    signalling.show(Verdict.OK)
    wait_until(lambda: signalling.failures == 1)
    lamp.fails = False
    signalling.show(Verdict.NG)
    wait_until(lambda: lamp.shown == [Verdict.NG])
    signalling.end(5)
    assert told.troubles == ["onsite.output_failed"]
    assert isinstance(told[-1], Recovered)


def test_one_journal_serves_many_outputs_at_once(journal: Journal) -> None:
    class Other(Place):
        name = "other"

    blocked = threading.Event()
    slow, quick = Place(lambda _: blocked.wait(10) and None), Other()
    deliveries = [Delivery(place, journal, Told(), QUICK) for place in (slow, quick)]
    for number in range(20):
        journal.record([result(str(number))], ["place", "other"])
        for delivery in deliveries:
            delivery.wake()
    wait_until(lambda: len(quick.taken) == 20)
    assert slow.taken == []
    blocked.set()
    wait_until(lambda: len(slow.taken) == 20)
    for delivery in deliveries:
        delivery.end(5)
