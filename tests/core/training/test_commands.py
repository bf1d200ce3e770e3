"""Commands: pause waits, stop and interruption end, a dead parent interrupts unless detached."""

import threading
from pathlib import Path

import pytest

from core.training.commands import Commands, Halt
from core.training.events import Event


def test_nothing_asked_means_go_on() -> None:
    Commands().heed(pytest.fail)


def test_pause_waits_until_resumed_and_tells_so() -> None:
    commands, events = Commands(), list[Event]()
    commands.give("pause")
    threading.Timer(0.1, commands.give, ["resume"]).start()
    commands.heed(events.append)
    assert [event.state for event in events] == ["paused", "running"]


@pytest.mark.parametrize("word", ["stop"])
def test_stop_ends_even_a_paused_job(word: str) -> None:
    commands = Commands()
    commands.give("pause")
    threading.Timer(0.1, commands.give, [word]).start()
    with pytest.raises(Halt) as halt:
        commands.heed(lambda _: None)
    assert halt.value.kind == "stop"


def test_a_dead_parent_interrupts() -> None:
    commands = Commands()
    commands.parent_gone()
    with pytest.raises(Halt) as halt:
        commands.heed(pytest.fail)
    assert (halt.value.kind, halt.value.reason) == ("interrupt", "parent_gone")


def test_a_detached_job_outlives_its_parent() -> None:
    commands = Commands()
    commands.give("detach")
    commands.parent_gone()
    commands.heed(pytest.fail)


def test_interruption_is_stronger_than_stop() -> None:
    commands = Commands()
    commands.give("stop")
    commands.interrupt("terminated")
    with pytest.raises(Halt) as halt:
        commands.heed(pytest.fail)
    assert halt.value.kind == "interrupt"


def test_words_in_the_control_file_are_heard_once_and_whole(tmp_path: Path) -> None:
    control = tmp_path / "control"
    commands = Commands(control)
    commands.heed(pytest.fail)
    control.write_text("hello\nsto")
    commands._control_looked = 0
    commands.heed(pytest.fail)
    with control.open("a") as file:
        file.write("p\n")
    commands._control_looked = 0
    with pytest.raises(Halt):
        commands.heed(pytest.fail)


def test_requests_come_in_order() -> None:
    commands = Commands()
    for number in range(3):
        commands.request({"request": number})
    assert [commands.next_request(0.01) for _ in range(4)] == [
        {"request": 0},
        {"request": 1},
        {"request": 2},
        None,
    ]
