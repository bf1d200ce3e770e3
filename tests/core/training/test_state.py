"""The job's state machine: every path ends in exactly one terminal state, and never leaves it."""

from hypothesis import given
from hypothesis import strategies as st

from core.training.events import Event, Failed, Finished, Interrupted, Progress, StateChanged, Stopped
from core.training.state import JobState, next_state, state_at_exit

PLAIN: list[Event] = [
    StateChanged(state="running"),
    StateChanged(state="paused"),
    Progress(done=1, total=2),
]
LAST: list[tuple[Event, JobState]] = [
    (Finished(), JobState.FINISHED),
    (Stopped(), JobState.STOPPED),
    (Failed(code="x"), JobState.FAILED),
    (Interrupted(), JobState.INTERRUPTED),
]


def run_through(events: list[Event]) -> list[JobState]:
    states = [JobState.QUEUED]
    for event in events:
        states.append(next_state(states[-1], event))
    return states


@given(st.lists(st.sampled_from(PLAIN + [event for event, _ in LAST])))
def test_every_path_ends_in_exactly_one_terminal_state(events: list[Event]) -> None:
    states = [*run_through(events)]
    states.append(state_at_exit(states[-1]))
    assert states[-1].terminal
    assert len({state for state in states if state.terminal}) == 1


@given(st.lists(st.sampled_from(PLAIN)), st.sampled_from(LAST), st.lists(st.sampled_from(PLAIN)))
def test_the_first_last_word_counts(
    before: list[Event], last: tuple[Event, JobState], after: list[Event]
) -> None:
    event, expected = last
    assert run_through([*before, event, *after, Finished()])[-1] is expected


def test_pause_and_go_on() -> None:
    states = run_through(
        [StateChanged(state="running"), StateChanged(state="paused"), StateChanged(state="running")]
    )
    assert states == [JobState.QUEUED, JobState.RUNNING, JobState.PAUSED, JobState.RUNNING]


def test_a_worker_that_dies_without_a_word_was_interrupted() -> None:
    assert state_at_exit(JobState.RUNNING) is JobState.INTERRUPTED
    assert state_at_exit(JobState.FINISHED) is JobState.FINISHED
