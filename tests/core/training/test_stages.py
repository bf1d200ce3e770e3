"""Stages: each by its own schedule, the next one only where the method wants it, and the better end is kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Decision, Method, StageEnd, TrainingStage
from core.training.checkpoint import load_checkpoint
from core.training.commands import Commands, Halt
from core.training.epochs import Epochs, Outcome, Watched
from core.training.events import Decided, Epoch, Event, Step
from core.training.lessons import Lessons
from tests.core.tiny_backbone import tiny_backbone
from tests.core.training.test_epochs import _Cut

CLASSES = [ClassText("a", "red bolt"), ClassText("b", "steel nut")]
RECIPE = RecipeConfig(epochs=2, batch_size=4, views=1, learning_rate=0.05)
SECOND = replace(RECIPE, epochs=3, learning_rate=0.01, optimizer="adam")


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def _staged(backbone: Backbone, decide: Callable[[int, StageEnd], Decision | None]) -> Method:
    """CoOp in two stages; tells in `begun` which ones began."""
    method = build_method("coop", {}, backbone, CLASSES, seed=1)
    method.stages = lambda _: (TrainingStage("one", RECIPE), TrainingStage("two", SECOND))
    method.next_stage_needed = decide
    method.begun = []
    method.begin_stage = method.begun.append
    return method


def _epochs(method: Method, run: Path, accuracies: list[float | None]) -> Epochs:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(8, 1, method.backbone.embed_dim, generator=generator)
    told = iter(accuracies)
    return Epochs(
        method,
        Lessons(inputs, torch.arange(8) % 2),
        RECIPE,
        1,
        watch=lambda: Watched(next(told), None, None, 1.0, photos=20),
        zero_shot=Watched(0.25, None, None, 2.0),
        run=run,
        job_id="job",
    )


def _train(
    backbone: Backbone, run: Path, accuracies: list[float | None], decision: Decision | None = None
) -> tuple[Outcome, list[Event], list[StageEnd]]:
    asked: list[StageEnd] = []

    def decide(number: int, ended: StageEnd) -> Decision | None:
        assert number == 0
        asked.append(ended)
        return decision

    events: list[Event] = []
    outcome = _epochs(_staged(backbone, decide), run, accuracies).run(events.append, Commands())
    return outcome, events, asked


def test_each_stage_has_its_own_schedule_and_rounds_count_through(backbone: Backbone, tmp_path: Path) -> None:
    outcome, events, asked = _train(backbone, tmp_path, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert (outcome.epochs, outcome.steps, outcome.kept_epoch) == (5, 10, 5)
    assert [(e.epoch, e.epochs) for e in events if isinstance(e, Epoch)] == [(n, 5) for n in range(1, 6)]
    assert asked == [StageEnd(0.2, 1.0, 20, 0.25)]
    first = next(event for event in events if isinstance(event, Step))
    assert first.learning_rate == 1e-5


def test_the_better_end_of_two_stages_is_kept_and_it_is_said(backbone: Backbone, tmp_path: Path) -> None:
    better, events, _ = _train(backbone, tmp_path / "a", [0.1, 0.5, 0.9, 0.9, 0.6])
    worse, _, _ = _train(backbone, tmp_path / "b", [0.1, 0.5, 0.9, 0.9, 0.4])
    unwatched, _, _ = _train(backbone, tmp_path / "c", [None] * 5)
    kept = [outcome.decisions[-1]["code"] for outcome in (better, worse, unwatched)]
    assert kept == [f"training.{word}_stage_kept" for word in ("later", "earlier", "last")]
    assert [better.kept_epoch, worse.kept_epoch, unwatched.kept_epoch] == [5, 2, 5]
    assert worse.decisions[-1]["data"] == {"before": "50.0 %", "after": "40.0 %"}
    told = [{"code": event.code, "data": event.data} for event in events if isinstance(event, Decided)]
    assert told == list(better.decisions)
    assert not torch.equal(better.state["ctx"], worse.state["ctx"])


def test_a_stage_that_is_not_needed_is_left_out(backbone: Backbone, tmp_path: Path) -> None:
    stays = Decision("training.second_not_needed", go_on=False, data={"right": 4})
    outcome, events, _ = _train(backbone, tmp_path, [0.1, 0.2], stays)
    assert (outcome.epochs, outcome.kept_epoch, outcome.stopped_because) == (2, 2, "all_epochs")
    assert outcome.decisions == ({"code": "training.second_not_needed", "data": {"right": 4}},)
    assert [event.code for event in events if isinstance(event, Decided)] == ["training.second_not_needed"]


@pytest.mark.parametrize("looks", range(10))
def test_cut_off_in_either_stage_it_ends_with_the_same_bits(
    backbone: Backbone, tmp_path: Path, looks: int
) -> None:
    accuracies = [0.1, 0.5, 0.9, 0.9, 0.4]
    goes_on = Decision("training.second_needed", go_on=True)
    whole, _, _ = _train(backbone, tmp_path / "whole", list(accuracies), goes_on)
    told = iter(accuracies)
    method = _staged(backbone, lambda *_: goes_on)
    with pytest.raises(Halt):
        _epochs(method, tmp_path, told).run(lambda _: None, _Cut(looks))
    checkpoint = load_checkpoint(tmp_path, "job")
    assert checkpoint is not None
    method = _staged(backbone, lambda *_: goes_on)
    epochs = _epochs(method, tmp_path, told)
    epochs.take_up(checkpoint)
    resumed = epochs.run(lambda _: None, Commands())
    assert resumed.decisions == whole.decisions
    assert (resumed.kept_epoch, resumed.steps, resumed.epochs) == (2, 10, 5)
    assert torch.equal(resumed.state["ctx"], whole.state["ctx"])
    assert method.begun == [0, 1]
