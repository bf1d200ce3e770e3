"""The story of a run: the same whether it was heard live, read from the record, or both."""

from hypothesis import given
from hypothesis import strategies as st

from app.run_story import RunStory
from core.training.events import Epoch, Failed, Finished, Interrupted, Progress, Stage, StateChanged, Warned
from core.training.state import JobState
from tests.app.run_data import round_told, whole_story


def test_a_whole_training_ends_finished_with_all_its_rounds() -> None:
    story = RunStory.of(whole_story(epochs=7))
    assert story.state is JobState.FINISHED
    assert story.series("base")[0] == [1, 2, 3, 4, 5, 6, 7]
    assert story.latest is not None and story.latest.epoch == 7
    assert story.seconds_left is None


def test_rounds_without_a_figure_are_left_out_of_its_line() -> None:
    told = [round_told(1), round_told(2).model_copy(update={"new": None})]
    assert RunStory.of(told).series("new")[0] == [1]


def test_time_left_is_the_trainings_while_training_and_the_stages_before() -> None:
    story = RunStory.of([StateChanged(state="running"), Stage(stage="features", index=2, of=7)])
    assert story.seconds_left is None
    story.tell(Progress(done=1, total=10, seconds_left=40.0))
    assert story.seconds_left == 40.0
    story.tell(Stage(stage="train", index=4, of=7))
    assert story.seconds_left is None
    story.tell(Progress(done=3, total=400, seconds_left=90.0))
    assert story.seconds_left == 90.0, "within the first round too"
    story.tell(round_told(18, epochs=20))
    assert story.seconds_left == 6.0


def test_a_resumed_run_forgets_how_it_failed_and_replaces_its_rounds() -> None:
    story = RunStory.of([StateChanged(state="running"), round_told(1), Failed(code="training.fault")])
    assert story.state is JobState.FAILED and story.failure is not None
    again = round_told(1).model_copy(update={"loss": 0.5})
    for event in (StateChanged(state="running"), again):
        story.tell(event)
    assert story.state is JobState.RUNNING and story.failure is None
    assert story.series("loss") == ([1], [0.5])


def test_nothing_is_told_after_a_finished_run() -> None:
    story = RunStory.of([Finished(), StateChanged(state="running")])
    assert story.state is JobState.FINISHED


told = st.lists(
    st.sampled_from(
        [
            StateChanged(state="running"),
            StateChanged(state="paused"),
            round_told(1),
            round_told(2),
            Interrupted(),
            Failed(code="training.fault"),
            Finished(),
            Warned(code="evaluation.unsure_not_promised"),
        ]
    ),
    max_size=12,
)


@given(told)
def test_hearing_the_record_twice_changes_no_round(events: list[Epoch]) -> None:
    """A window that follows a worker may hear again what it has read already."""
    once, twice = RunStory.of(events), RunStory.of([*events, *events])
    assert once.rounds == twice.rounds
