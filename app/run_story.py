"""What a run has told so far, folded from its events: all that the training page shows, and nothing else.

The same story comes out of a live worker, of `events.jsonl` after the window was closed, and of both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.ways import CHOSEN
from core.training.events import (
    Decided,
    Epoch,
    Event,
    Failed,
    Interrupted,
    Progress,
    Ranked,
    Resources,
    Stage,
    StateChanged,
    Step,
    TextEpoch,
    Tried,
    Warned,
)
from core.training.state import JobState, next_state

_SECOND = ("training.second_", "tasks.second_")
_RESUMABLE = frozenset({JobState.INTERRUPTED, JobState.FAILED})


@dataclass
class RunStory:
    """The state of the job and the latest of each kind of event; rounds by their number, notices by their code.

    A resumed run trains some rounds again: the later telling of a round replaces the earlier one.
    """

    state: JobState = JobState.QUEUED
    stage: Stage | None = None
    progress: Progress | None = None
    step: Step | None = None
    resources: Resources | None = None
    trying: Tried | None = None
    ranked: Ranked | None = None
    rounds: dict[int, Epoch | TextEpoch] = field(default_factory=dict)
    notices: dict[str, Warned | Decided] = field(default_factory=dict)
    failure: Failed | None = None
    interruption: str = ""

    @classmethod
    def of(cls, events: Iterable[Event]) -> "RunStory":
        """The story that these events tell, oldest first."""
        story = cls()
        for event in events:
            story.tell(event)
        return story

    @property
    def latest(self) -> Epoch | TextEpoch | None:
        """The last round that was finished."""
        return self.rounds[max(self.rounds)] if self.rounds else None

    @property
    def searching(self) -> bool:
        """Whether the automatic search goes on, or was cut off."""
        return self.stage is not None and self.stage.stage == "search" and self.chosen is None

    @property
    def chosen(self) -> Decided | None:
        """What the automatic search chose; None where there was none, or it is not over."""
        found = self.notices.get(CHOSEN)
        return found if isinstance(found, Decided) else None

    @property
    def second_stage(self) -> bool:
        """Whether a training in two stages has decided on the second."""
        return any(code.startswith(_SECOND) for code in self.notices)

    @property
    def seconds_left(self) -> float | None:
        """Until the end of the training as last estimated, else of the present stage; None if unknown."""
        if self.state.terminal:
            return None
        if self.progress is not None and self.progress.seconds_left is not None:
            return self.progress.seconds_left
        training = self.stage is not None and self.stage.stage == "train"
        return self.latest.seconds_left if training and self.latest is not None else None

    def series(self, name: str) -> tuple[list[int], list[float]]:
        """Round numbers and values of one figure of the rounds, leaving out rounds without it."""
        told = [
            (n, value)
            for n in sorted(self.rounds)
            if (value := getattr(self.rounds[n], name, None)) is not None
        ]
        return [n for n, _ in told], [value for _, value in told]

    def tell(self, event: Event) -> None:
        """Take one more event into the story."""
        if isinstance(event, StateChanged) and self.state in _RESUMABLE:
            self.state, self.failure, self.interruption = JobState.QUEUED, None, ""
        self.state = next_state(self.state, event)
        match event:
            case Stage():
                self.stage, self.progress = event, None
            case Progress():
                self.progress = event
            case Step():
                self.step = event
            case Epoch() | TextEpoch():
                self.rounds[event.epoch], self.progress = event, None
            case Resources():
                self.resources = event
            case Tried(state="started"):
                self.trying = event
            case Ranked():
                self.ranked = event
            case Warned() | Decided():
                self.notices[event.code] = event
            case Failed():
                self.failure = event
            case Interrupted():
                self.interruption = event.reason
            case _:
                pass
