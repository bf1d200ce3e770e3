"""The epochs: cut off anywhere and taken up again, they end with the same bits; memory may run short."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Batch, Term
from core.problems import Problem
from core.training.checkpoint import load_checkpoint
from core.training.commands import Commands, Halt
from core.training.epochs import Epochs, Outcome, Watched
from core.training.events import Epoch, Event, Progress, Step, Warned
from core.training.lessons import Lessons, batches
from tests.core.tiny_backbone import tiny_backbone

CLASSES = [ClassText("a", "red bolt"), ClassText("b", "steel nut"), ClassText("c", "rubber cap")]
RECIPE = RecipeConfig(epochs=4, batch_size=4, views=3, learning_rate=0.05)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def _lessons(backbone: Backbone, photos: int = 14) -> Lessons:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(photos, RECIPE.views, backbone.embed_dim, generator=generator)
    return Lessons(inputs, torch.arange(photos) % len(CLASSES))


def _epochs(
    backbone: Backbone,
    run: Path,
    *,
    recipe: RecipeConfig = RECIPE,
    watch: Callable[[], Watched] = lambda: Watched(0.5, None, None, 1.0),
    photos: int = 14,
) -> Epochs:
    method = build_method("dept(coop)", {}, backbone, CLASSES, seed=1)
    return Epochs(
        method,
        _lessons(backbone, photos),
        recipe,
        1,
        watch=watch,
        zero_shot=Watched(0.3, 0.4, None, 2.0),
        run=run,
        job_id="job",
    )


class _Cut(Commands):
    """Asks for an end once the job has looked so many times."""

    def __init__(self, looks: int, kind: str = "interrupt") -> None:
        super().__init__()
        self._looks, self._kind = looks, kind

    def heed(self, emit: Callable[[Event], None]) -> None:
        self._looks -= 1
        if self._looks < 0:
            self.interrupt("test") if self._kind == "interrupt" else self.give("stop")
        super().heed(emit)


def _run_with_cuts(backbone: Backbone, run: Path, cuts: list[int]) -> Outcome:
    for looks in cuts:
        epochs = _epochs(backbone, run)
        checkpoint = load_checkpoint(run, "job")
        if checkpoint is not None:
            epochs.take_up(checkpoint)
        try:
            return epochs.run(lambda _: None, _Cut(looks))
        except Halt:
            continue
    return _run_with_cuts(backbone, run, [10_000])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 12), max_size=4))
def test_cut_off_anywhere_the_last_bits_are_the_same(
    backbone: Backbone, tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    whole = _run_with_cuts(backbone, tmp_path_factory.mktemp("whole"), [])
    resumed = _run_with_cuts(backbone, tmp_path_factory.mktemp("cut"), cuts)
    assert resumed.steps == whole.steps == 4 * 3
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)


def test_epochs_resumed_tell_the_same_losses(backbone: Backbone, tmp_path: Path) -> None:
    def losses(run: Path, cuts: list[int]) -> dict[int, float]:
        told: dict[int, float] = {}
        for looks in [*cuts, 1000]:
            epochs = _epochs(backbone, run)
            checkpoint = load_checkpoint(run, "job")
            if checkpoint is not None:
                epochs.take_up(checkpoint)
            try:
                epochs.run(
                    lambda e: told.update({e.epoch: e.loss}) if isinstance(e, Epoch) else None, _Cut(looks)
                )
            except Halt:
                continue
        return told

    assert losses(tmp_path / "cut", [2, 4]) == losses(tmp_path / "whole", [])


def test_a_run_to_the_end_keeps_the_last_epoch(backbone: Backbone, tmp_path: Path) -> None:
    accuracies = iter([0.9, 0.1, 0.2, 0.3])
    epochs = _epochs(backbone, tmp_path, watch=lambda: Watched(next(accuracies), None, None, 1.0))
    outcome = epochs.run(lambda _: None, Commands())
    assert (outcome.kept_epoch, outcome.epochs, outcome.stopped_because) == (4, 4, "all_epochs")
    last = epochs.method.learned_state()
    assert all(torch.equal(outcome.state[name], last[name]) for name in last)


def test_stopped_it_keeps_the_best_epoch_by_base_photos(backbone: Backbone, tmp_path: Path) -> None:
    accuracies = iter([0.2, 0.9, 0.4])
    states: list[dict[str, torch.Tensor]] = []

    def watch() -> Watched:
        states.append(epochs.method.learned_state())
        return Watched(next(accuracies), None, None, 1.0)

    epochs = _epochs(backbone, tmp_path, watch=watch)
    outcome = epochs.run(lambda _: None, _Cut(3 * 3 + 1, "stop"))
    assert (outcome.kept_epoch, outcome.epochs, outcome.stopped_because) == (2, 3, "asked")
    assert all(torch.equal(outcome.state[name], states[1][name]) for name in states[1])


def test_the_best_epoch_survives_a_cut(backbone: Backbone, tmp_path: Path) -> None:
    accuracies = iter([0.9, 0.1, 0.2])
    watch = lambda: Watched(next(accuracies), None, None, 1.0)  # noqa: E731
    with pytest.raises(Halt):
        _epochs(backbone, tmp_path, watch=watch).run(lambda _: None, _Cut(7))
    checkpoint = load_checkpoint(tmp_path, "job")
    assert checkpoint is not None
    epochs = _epochs(backbone, tmp_path, watch=watch)
    epochs.take_up(checkpoint)
    assert epochs.run(lambda _: None, _Cut(3, "stop")).kept_epoch == 1


def test_without_validation_photos_the_latest_epoch_counts_as_best(
    backbone: Backbone, tmp_path: Path
) -> None:
    epochs = _epochs(backbone, tmp_path, watch=lambda: Watched(None, None, None, 0.0))
    assert epochs.run(lambda _: None, _Cut(3 * 3, "stop")).kept_epoch == 3


def test_stopped_before_any_epoch_nothing_is_kept(backbone: Backbone, tmp_path: Path) -> None:
    with pytest.raises(Halt) as halt:
        _epochs(backbone, tmp_path).run(lambda _: None, _Cut(1, "stop"))
    assert halt.value.kind == "stop"


def test_memory_running_out_divides_the_step_not_the_result(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _epochs(backbone, tmp_path / "whole").run(lambda _: None, Commands())
    small = _epochs(backbone, tmp_path / "small")
    losses = small.method.losses

    def short_of_memory(batch: Batch) -> object:
        if len(batch.labels) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return losses(batch)

    monkeypatch.setattr(small.method, "losses", short_of_memory)
    events: list[Event] = []
    outcome = small.run(events.append, Commands())
    assert [event.data for event in events if isinstance(event, Warned)] == [{"parts": 2}, {"parts": 4}]
    for name, value in whole.state.items():
        assert torch.allclose(outcome.state[name], value, atol=1e-3)


def test_memory_for_not_even_one_photo_is_a_problem(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = _epochs(backbone, tmp_path)

    def no_memory(_: Batch) -> object:
        raise MemoryError

    monkeypatch.setattr(epochs.method, "losses", no_memory)
    with pytest.raises(Problem) as caught:
        epochs.run(lambda _: None, Commands())
    assert caught.value.code == "training.out_of_memory"


def test_other_errors_are_not_taken_for_memory(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = _epochs(backbone, tmp_path)

    def broken(_: Batch) -> object:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(epochs.method, "losses", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        epochs.run(lambda _: None, Commands())


def test_numbers_that_are_none_any_more_are_a_problem(backbone: Backbone, tmp_path: Path) -> None:
    epochs = _epochs(backbone, tmp_path)
    with torch.no_grad():
        epochs.lessons.inputs.fill_(float("nan"))
    with pytest.raises(Problem) as caught:
        epochs.run(lambda _: None, Commands())
    assert caught.value.code == "training.diverged"


def test_a_gradient_that_is_no_number_never_reaches_what_is_learned(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = _epochs(backbone, tmp_path)
    before = epochs.method.learned_state()

    def spoiled() -> None:
        for group in epochs.method.parameter_groups():
            for parameter in group.parameters:
                assert parameter.grad is not None
                parameter.grad[..., 0] = float("nan")

    monkeypatch.setattr(epochs.method, "before_step", spoiled)
    with pytest.raises(Problem) as caught:
        epochs.run(lambda _: None, Commands())
    assert caught.value.code == "training.diverged"
    after = epochs.method.learned_state()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_gone_astray_later_the_best_round_is_kept(backbone: Backbone, tmp_path: Path) -> None:
    accuracies = iter([0.9, 0.2])
    epochs = _epochs(backbone, tmp_path, watch=lambda: Watched(next(accuracies), None, None, 1.0))
    losses, steps = epochs.method.losses, iter(range(1000))

    def astray(batch: Batch) -> list[Term]:
        far = float("nan") if next(steps) >= 7 else 1.0
        return [Term(term.name, term.value * far, term.weight) for term in losses(batch)]

    epochs.method.losses = astray
    events: list[Event] = []
    outcome = epochs.run(events.append, Commands())
    assert (outcome.kept_epoch, outcome.epochs, outcome.stopped_because) == (1, 2, "diverged")
    warned = [(event.code, event.data) for event in events if isinstance(event, Warned)]
    assert warned == [("training.diverged_kept", {"epoch": 3, "kept": 1})]
    assert all(bool(torch.isfinite(value).all()) for value in outcome.state.values())


def test_the_generators_outside_are_left_as_they_were(backbone: Backbone, tmp_path: Path) -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    _epochs(backbone, tmp_path).run(lambda _: None, Commands())
    assert torch.equal(torch.rand(3), wanted)


def test_dropout_of_a_step_depends_on_its_place_alone(backbone: Backbone, tmp_path: Path) -> None:
    """With dropout in the loss, a run cut off within an epoch ends with the bits of an uncut one."""

    def with_dropout(run: Path) -> Epochs:
        epochs = _epochs(backbone, run)
        losses = epochs.method.losses
        drop = torch.nn.functional.dropout
        epochs.method.losses = lambda batch: losses(replace(batch, inputs=drop(batch.inputs, 0.5)))
        return epochs

    whole = with_dropout(tmp_path / "whole").run(lambda _: None, Commands())
    with pytest.raises(Halt):
        with_dropout(tmp_path).run(lambda _: None, _Cut(4))
    checkpoint = load_checkpoint(tmp_path, "job")
    assert checkpoint is not None
    epochs = with_dropout(tmp_path)
    epochs.take_up(checkpoint)
    torch.rand(7)
    resumed = epochs.run(lambda _: None, Commands())
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)
    plain = _epochs(backbone, tmp_path / "plain").run(lambda _: None, Commands())
    assert not all(torch.equal(plain.state[name], whole.state[name]) for name in whole.state)


def test_memory_that_torch_really_cannot_have_divides_the_step(backbone: Backbone, tmp_path: Path) -> None:
    """The first forward asks for more memory than there is: torch's own error, not a made-up one."""
    epochs = _epochs(backbone, tmp_path)
    losses, asked = epochs.method.losses, iter([True])

    def greedy(batch: Batch) -> list[Term]:
        if next(asked, False):
            torch.empty(1 << 60, dtype=torch.uint8)
        return losses(batch)

    epochs.method.losses = greedy
    events: list[Event] = []
    outcome = epochs.run(events.append, Commands())
    assert [event.data for event in events if isinstance(event, Warned)] == [{"parts": 2}]
    assert (outcome.steps, outcome.stopped_because) == (12, "all_epochs")


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_adam_cut_off_within_an_epoch_ends_with_the_same_bits(
    backbone: Backbone, tmp_path: Path, optimizer: str
) -> None:
    recipe = replace(RECIPE, optimizer=optimizer, learning_rate=1e-3)
    whole = _epochs(backbone, tmp_path / "whole", recipe=recipe).run(lambda _: None, Commands())
    with pytest.raises(Halt):
        _epochs(backbone, tmp_path, recipe=recipe).run(lambda _: None, _Cut(7))
    checkpoint = load_checkpoint(tmp_path, "job")
    assert checkpoint is not None
    assert {name.rpartition("/")[2] for name in checkpoint.optimizer} == {"step", "exp_avg", "exp_avg_sq"}
    epochs = _epochs(backbone, tmp_path, recipe=recipe)
    epochs.take_up(checkpoint)
    resumed = epochs.run(lambda _: None, Commands())
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)


def test_events_tell_terms_rates_and_the_untouched_model(backbone: Backbone, tmp_path: Path) -> None:
    events: list[Event] = []
    _epochs(backbone, tmp_path).run(events.append, Commands())
    first = next(event for event in events if isinstance(event, Step))
    assert first.terms.keys() == {"matching", "head"}
    assert first.loss == pytest.approx(sum(first.terms.values()), rel=1e-5)
    assert first.learning_rate == 1e-5
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4]
    assert {(event.zero_shot_base, event.zero_shot_new, event.base) for event in epochs} == {(0.3, 0.4, 0.5)}
    assert epochs[-1].seconds_left == 0


def test_within_a_round_it_is_told_how_far_training_is(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.training.epochs._PROGRESS_EVERY_S", 0.0)
    events: list[Event] = []
    with pytest.raises(Halt):
        _epochs(backbone, tmp_path).run(events.append, _Cut(4))
    checkpoint = load_checkpoint(tmp_path, "job")
    assert checkpoint is not None
    epochs = _epochs(backbone, tmp_path)
    epochs.take_up(checkpoint)
    epochs.run(events.append, Commands())
    told = [event for event in events if isinstance(event, Progress)]
    assert [(event.done, event.total) for event in told] == [(step, 12) for step in range(1, 13)]
    assert all(event.seconds_left is not None and event.seconds_left > 0 for event in told[:-1])
    assert told[-1].seconds_left == 0


def test_a_pause_is_no_time_of_training(backbone: Backbone, tmp_path: Path) -> None:
    class Paused(Commands):
        def heed(self, emit: Callable[[Event], None]) -> None:
            clock[0] += 1000.0

    clock = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.epochs.time.perf_counter", lambda: clock[0])
        outcome = _epochs(backbone, tmp_path).run(lambda _: None, Paused())
    assert outcome.seconds == 0


LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=50)


@given(LABELS, st.integers(1, 20), st.integers(0, 5), st.integers(0, 5))
def test_batches_are_whole_unless_there_is_only_a_rest(
    labels: list[int], size: int, seed: int, epoch: int
) -> None:
    recipe = RecipeConfig(batch_size=size, balance=False)
    drawn = batches(torch.tensor(labels), recipe, seed, epoch)
    assert [len(batch) for batch in drawn] == ([size] * (len(labels) // size) or [len(labels)])
    photos = torch.cat(drawn).tolist()
    assert len(set(photos)) == len(photos)
    again = batches(torch.tensor(labels), recipe, seed, epoch)
    assert all(torch.equal(one, other) for one, other in zip(drawn, again, strict=True))


@given(LABELS, st.integers(0, 5))
def test_balanced_classes_are_shown_equally_often(labels: list[int], epoch: int) -> None:
    drawn = torch.cat(batches(torch.tensor(labels), RecipeConfig(batch_size=1), 1, epoch))
    shown = torch.tensor(labels)[drawn].tolist()
    assert {shown.count(label) for label in set(labels)} == {max(1, len(labels) // len(set(labels)))}


@given(st.integers(1, 6), st.integers(1, 8))
def test_with_equal_classes_balance_shows_each_photo_once(classes: int, photos: int) -> None:
    labels = torch.arange(classes).repeat(photos)
    drawn = torch.cat(batches(labels, RecipeConfig(batch_size=1), 1, 0))
    assert sorted(drawn.tolist()) == list(range(len(labels)))


def test_over_the_epochs_every_view_is_seen(backbone: Backbone) -> None:
    lessons = _lessons(backbone)
    photo = torch.tensor([5])
    seen = {tuple(lessons.batch(photo, epoch).inputs[0].tolist()) for epoch in range(RECIPE.views)}
    assert len(seen) == RECIPE.views
