"""The one truthful state machine of a job: the screen shows these states and nothing else.

queued → running ⇄ paused → exactly one of finished, stopped, failed, interrupted.
"""

from enum import StrEnum

from core.training.events import Event, Failed, Finished, Interrupted, StateChanged, Stopped


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def terminal(self) -> bool:
        """Whether nothing can follow (an interrupted job is resumed by a new worker)."""
        return self in _TERMINAL


_TERMINAL = frozenset({JobState.FINISHED, JobState.STOPPED, JobState.FAILED, JobState.INTERRUPTED})


def next_state(state: JobState, event: Event) -> JobState:
    """The state after an event; a terminal state is never left."""
    if state.terminal:
        return state
    match event:
        case StateChanged():
            return JobState(event.state)
        case Finished():
            return JobState.FINISHED
        case Stopped():
            return JobState.STOPPED
        case Failed():
            return JobState.FAILED
        case Interrupted():
            return JobState.INTERRUPTED
        case _:
            return JobState.RUNNING if state is JobState.QUEUED else state


def state_at_exit(state: JobState) -> JobState:
    """The state once the worker is gone: one that said no last word was interrupted."""
    return state if state.terminal else JobState.INTERRUPTED
