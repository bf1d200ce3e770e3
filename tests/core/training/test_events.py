"""Events are typed JSON lines: what is written is what is read, and anything else is only log text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from core.training.events import (
    PREFIX,
    Checkpoint,
    Epoch,
    Event,
    Failed,
    Finished,
    Interrupted,
    Predicted,
    Progress,
    Stage,
    StateChanged,
    Step,
    Stopped,
    Warned,
    decode,
    encode,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
fraction = st.none() | st.floats(0, 1)
data = st.dictionaries(st.text(max_size=8), st.text() | st.integers(-(2**31), 2**31), max_size=3)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Stage, stage=st.text(), index=st.integers(0, 9), of=st.integers(0, 9), time=finite),
    st.builds(
        Progress, done=st.integers(), total=st.integers(), seconds_left=st.none() | finite, time=finite
    ),
    st.builds(Step, step=st.integers(), epoch=st.integers(), loss=finite, learning_rate=finite, time=finite),
    st.builds(
        Epoch,
        epoch=st.integers(),
        epochs=st.integers(),
        loss=finite,
        base=fraction,
        new=fraction,
        union_h=fraction,
        zero_shot_base=fraction,
        zero_shot_new=fraction,
        time=finite,
    ),
    st.builds(StateChanged, state=st.sampled_from(["running", "paused"]), time=finite),
    st.builds(Checkpoint, epoch=st.integers(), step=st.integers(), time=finite),
    st.builds(Warned, code=st.text(), data=data, time=finite),
    st.builds(
        Predicted,
        request=st.integers(),
        photo=st.text(),
        ranking=st.lists(st.tuples(st.text(), finite), max_size=3).map(tuple),
        unsure=st.booleans(),
        seconds=finite,
        time=finite,
    ),
    st.builds(Finished, result=data, time=finite),
    st.builds(Stopped, result=data, time=finite),
    st.builds(Failed, code=st.text(), data=data, detail=st.text(), time=finite),
    st.builds(Interrupted, reason=st.text(), time=finite),
)


@given(events)
def test_what_is_written_is_read_back(event: Event) -> None:
    line = encode(event)
    assert "\n" not in line and line.isascii()
    assert decode(line) == event


@given(st.text())
def test_any_other_line_is_log_text(line: str) -> None:
    assert decode(line) is None or line.startswith(PREFIX)


@given(st.text())
def test_a_spoiled_line_is_passed_over(rest: str) -> None:
    assert decode(PREFIX + "{" + rest) is None or rest.startswith('"')


def test_a_type_of_a_newer_program_is_passed_over() -> None:
    assert decode(PREFIX + json.dumps({"type": "hologram", "v": 9, "time": 0})) is None


def test_a_further_key_of_a_newer_program_is_dropped() -> None:
    line = PREFIX + json.dumps(
        {"type": "checkpoint", "v": 2, "time": 0, "epoch": 1, "step": 2, "colour": "red"}
    )
    assert decode(line) == Checkpoint(v=2, time=0, epoch=1, step=2)
