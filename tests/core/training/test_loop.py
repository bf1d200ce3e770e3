"""A training run from folder to verified result."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.evaluation.run import evaluate
from core.evaluation.unsure import choose_threshold
from core.files import sha256_file
from core.methods.class_text import ClassText
from core.photos.embeddings import read_embeddings
from core.problems import Problem
from core.project.leaks import LEAK
from core.project.revision import DataRevision, PhotoEntry
from core.training import loop
from core.training.artefact import ARTEFACT_FILE, open_artefact, read_artefact, save_artefact
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Emit, Halt
from core.training.conduct import EventLog, conduct
from core.training.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Interrupted,
    Progress,
    Stage,
    StateChanged,
    Step,
    Stopped,
    Terminal,
    Warned,
)
from core.training.job import save_job
from core.training.loop import STAGES, train
from core.training.run import Run
from core.training.sampling import few_shot
from core.training.state import JobState
from tests.core.tiny_backbone import NAME
from tests.core.tiny_run import tiny_revision, tiny_run


class _After(Commands):
    """Gives a word as soon as the given number of epochs is done."""

    def __init__(self, epochs: int, word: str) -> None:
        super().__init__()
        self.events: list[Event] = []
        self._epochs, self._word = epochs, word

    def emit(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Epoch) and event.epoch == self._epochs:
            self.interrupt("test") if self._word == "interrupt" else self.give(self._word)


@pytest.mark.parametrize("composition", ["zero-shot", "coop", "dept(coop)"])
def test_a_run_ends_with_a_verified_result(tmp_path: Path, composition: str) -> None:
    run = tiny_run(tmp_path / "run", composition)
    events: list[Event] = []
    result = train(run, events.append)
    assert isinstance(events[0], StateChanged)
    assert isinstance(events[-1], Finished)
    assert [event.stage for event in events if isinstance(event, Stage)] == list(STAGES)
    assert Run(run).state() is JobState.FINISHED
    assert Run(run).result() == result
    assert result.stages_s.keys() == set(STAGES)
    tuned = result.metrics["tuned"]
    assert None not in (tuned.base, tuned.new, tuned.h, tuned.union_base, tuned.union_new, tuned.union_h)
    assert len(result.predictions) == 16
    assert result.sample == few_shot(Run(run).revision, None, result.seed).id
    assert result.epochs == (0 if composition == "zero-shot" else 3)
    if composition == "zero-shot":
        assert result.metrics["tuned"] == result.metrics["zero_shot"]


def test_training_learns_what_it_is_shown(tmp_path: Path) -> None:
    hyper = {
        "training.epochs": 12,
        "training.batch_size": 4,
        "training.views": 2,
        "training.learning_rate": 0.02,
    }
    result = train(tiny_run(tmp_path / "run", hyper=hyper), lambda _: None)
    assert result.metrics["tuned"].base == 1.0
    assert result.trained_parameters > 0


def test_progress_and_epochs_are_told(tmp_path: Path) -> None:
    events: list[Event] = []
    train(tiny_run(tmp_path / "run"), events.append)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].done == progress[-1].total
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == [1, 2, 3]
    assert all(None not in (e.base, e.new, e.union_h, e.zero_shot_base, e.zero_shot_new) for e in epochs)


def test_it_is_told_how_far_judging_is(tmp_path: Path) -> None:
    events: list[Event] = []
    train(tiny_run(tmp_path / "run", "vpt-deep"), events.append)
    begun = [event.stage if isinstance(event, Stage) else "" for event in events].index("evaluate")
    told = next(event for event in events[begun:] if isinstance(event, Progress))
    assert (told.done, told.total) == (16, 16)


def test_the_same_job_gives_the_same_bits(tmp_path: Path) -> None:
    one, other = (
        tiny_run(tmp_path / name) if name == "a" else tiny_run(tmp_path / name, backbone="tiny")
        for name in "ab"
    )
    train(one, lambda _: None)
    train(other, lambda _: None)
    first, second = read_artefact(one)[1], read_artefact(other)[1]
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_interrupted_and_resumed_the_result_is_that_of_an_uncut_run(tmp_path: Path) -> None:
    whole, cut = tiny_run(tmp_path / "whole"), tiny_run(tmp_path / "cut", backbone="tiny")
    train(whole, lambda _: None)
    commands = _After(2, "interrupt")
    with pytest.raises(Halt):
        train(cut, commands.emit, commands)
    assert isinstance(commands.events[-1], Interrupted)
    assert Run(cut).state() is JobState.INTERRUPTED
    train(cut, lambda _: None, resume=True)
    assert Run(cut).state() is JobState.FINISHED
    first, second = read_artefact(whole)[1], read_artefact(cut)[1]
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(("stopped_after", "ended"), [(2, Stopped), (99, Finished)])
def test_a_run_that_has_its_result_keeps_no_checkpoint_and_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_after: int, ended: type[Terminal]
) -> None:
    monkeypatch.setattr("core.training.epochs.CHECKPOINT_EVERY_S", 0.0)
    run, commands, events = tiny_run(tmp_path / "run"), _After(stopped_after, "stop"), list[Event]()
    result = train(run, commands.emit, commands)
    assert not (run / CHECKPOINT_FILE).exists()
    assert train(run, events.append, resume=True) == result
    assert isinstance(events[-1], ended) and not any(isinstance(event, Stage) for event in events)
    assert train(run, events.append).epochs == 3, "asked for anew, it is trained anew"


def test_stopped_it_ends_stopped_with_the_best(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run")
    commands = _After(2, "stop")
    result = train(run, commands.emit, commands)
    assert isinstance(commands.events[-1], Stopped)
    assert (result.stopped_because, result.epochs) == ("asked", 2)
    assert result.kept_epoch in (1, 2)
    assert Run(run).state() is JobState.STOPPED


def test_stopped_before_anything_was_learned_there_is_no_result(tmp_path: Path) -> None:
    run, events = tiny_run(tmp_path / "run"), list[Event]()
    commands = Commands()
    commands.give("stop")
    with pytest.raises(Halt):
        train(run, events.append, commands)
    assert events[-1] == Stopped(time=events[-1].time)
    assert Run(run).result() is None


def test_a_broken_photo_is_left_out_and_said(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    (tmp_path / "photos" / revision.photos[0].path).write_bytes(b"no picture")
    (tmp_path / "photos" / revision.photos[-1].path).unlink()
    events: list[Event] = []
    result = train(tiny_run(tmp_path / "run", revision=revision), events.append)
    warned = next(e for e in events if isinstance(e, Warned) and e.code == "training.photos_left_out")
    assert warned.data["count"] == 2
    assert len(result.predictions) == 15


def test_no_validation_photos_no_threshold(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    photos = tuple(photo for photo in revision.photos if photo.part != "val")
    run = tiny_run(tmp_path / "run", revision=revision.model_copy(update={"photos": photos}))
    events: list[Event] = []
    assert train(run, events.append).unsure is None
    assert {event.base for event in events if isinstance(event, Epoch)} == {None}


def test_too_few_validation_photos_promise_nothing(tmp_path: Path) -> None:
    result = train(tiny_run(tmp_path / "run"), lambda _: None)
    assert result.unsure is not None
    assert not result.unsure.promised


def test_temperatures_come_from_validation_photos_and_are_told_with_what_they_do(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos", {"train": 2, "val": 10, "test": 3})
    run = tiny_run(tmp_path / "run", "nearest-mean", {}, revision=revision)
    result = train(run, lambda _: None)
    assert result.calibration is not None
    assert result.temperatures.photos == 20
    assert result.temperatures.matching != result.temperatures.fused
    assert result.calibration.after.n == len(result.predictions) == 12
    union = [p.predicted == p.label for p in result.predictions if p.label < 2]
    assert result.metrics["tuned"].union_base == pytest.approx(sum(union) / len(union))
    assert [p.own_right for p in result.predictions if p.label < 2].count(True) / 6 == pytest.approx(
        result.metrics["tuned"].base
    )
    assert len(result.validated) == 20
    assert result.unsure == choose_threshold(result.validated)
    told = evaluate(Run(run), revision)
    assert told["metrics"]["tuned"] == result.metrics["tuned"].model_dump()
    assert told["calibration"]["temperatures"] == result.temperatures.model_dump()
    assert told["calibration"]["after"]["ece"] == pytest.approx(result.calibration.after.ece, abs=1e-4)
    assert told["unsure"]["probability"] == result.unsure.probability
    assert told["abstention"][0]["to_person"] == 0
    # Test photos play no part: with others the temperatures are the same.
    other = revision.model_copy(update={"photos": tuple(p for p in revision.photos if "test0" not in p.path)})
    again = train(
        tiny_run(tmp_path / "again", "nearest-mean", {}, revision=other, backbone=NAME), lambda _: None
    )
    assert again.temperatures.model_dump() == pytest.approx(result.temperatures.model_dump(), rel=1e-3)
    assert [p.right for p in again.validated] == [p.right for p in result.validated]


def test_the_wish_of_the_job_chooses_the_threshold_and_nothing_else(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    runs = [
        tiny_run(tmp_path / folder, "nearest-mean", {}, revision=revision, backbone=backbone)
        for folder, backbone in (("usual", None), ("strict", NAME))
    ]
    job = Run(runs[1]).job
    save_job(job.model_copy(update={"wished_error": 1 / 500}))
    usual, strict = (train(run, lambda _: None) for run in runs)
    assert usual.unsure is not None and strict.unsure is not None
    assert (usual.unsure.wished_error, strict.unsure.wished_error) == (1 / 50, 1 / 500)
    assert usual.validated == strict.validated
    assert usual.predictions == strict.predictions


@pytest.mark.parametrize("part", ["new", "test"])
def test_what_cannot_be_measured_is_none(tmp_path: Path, part: str) -> None:
    revision = tiny_revision(tmp_path / "photos")
    keep = (lambda p: p.label < 2) if part == "new" else (lambda p: p.part != "test")
    photos: tuple[PhotoEntry, ...] = tuple(photo for photo in revision.photos if keep(photo))
    result = train(
        tiny_run(tmp_path / "run", revision=revision.model_copy(update={"photos": photos})), lambda _: None
    )
    assert result.metrics["tuned"].new is None
    assert result.metrics["tuned"].h is None
    assert (result.metrics["tuned"].base is None) == (part == "test")


def _without_training(revision: DataRevision) -> DataRevision:
    kept = tuple(photo for photo in revision.photos if (photo.label, photo.part) != (1, "train"))
    return revision.model_copy(update={"photos": kept})


def test_a_class_without_photos_fails_with_its_name(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", revision=_without_training(tiny_revision(tmp_path / "photos")))
    events: list[Event] = []
    with pytest.raises(Problem):
        train(run, events.append)
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.data) == ("training.class_without_photos", {"classes": "緑"})


def test_all_photos_of_a_class_gone_fails_with_its_name(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    for path in (tmp_path / "photos" / "赤").iterdir():
        path.unlink()
    with pytest.raises(Problem) as caught:
        train(tiny_run(tmp_path / "run", revision=revision), lambda _: None)
    assert (caught.value.code, caught.value.data["classes"]) == ("training.no_photos", "赤")


def test_an_artefact_that_judges_differently_is_not_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = loop.save_artefact
    monkeypatch.setattr(
        loop,
        "save_artefact",
        lambda run, info, state: save(run, info, {n: t * 1.01 for n, t in state.items()}),
    )
    run, events = tiny_run(tmp_path / "run"), list[Event]()
    with pytest.raises(Problem):
        train(run, events.append)
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "training.not_verified"
    assert Run(run).result() is None


def test_another_backbone_under_the_same_name_is_refused(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", "coop")
    train(run, lambda _: None)
    info, state = read_artefact(run)
    save_artefact(run, info.model_copy(update={"backbone_sha256": "0" * 64}), state)
    with pytest.raises(Problem) as caught:
        open_artefact(run)
    assert caught.value.code == "training.other_backbone"


def test_a_damaged_artefact_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as missing:
        read_artefact(tmp_path)
    (tmp_path / ARTEFACT_FILE).write_bytes(b"\0" * 40)
    with pytest.raises(Problem) as damaged:
        read_artefact(tmp_path)
    assert {missing.value.code, damaged.value.code} == {"training.artefact_unreadable"}


def test_a_reopened_run_judges_classes_it_never_saw(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run")
    train(run, lambda _: None)
    tuned = open_artefact(run)
    classes = [*tuned.info.class_texts, ClassText("紫", "purple part")]
    features = np.random.default_rng(0).normal(size=(3, tuned.backbone.embed_dim)).astype(np.float32)
    assert tuned.method.classifier(classes).probabilities(features).shape == (3, 3)


def test_evaluating_the_runs_own_data_gives_its_own_metrics(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run")
    result = train(run, lambda _: None)
    answer = evaluate(Run(run), Run(run).revision)
    assert answer["metrics"] == {name: metrics.model_dump() for name, metrics in result.metrics.items()}
    assert np.sum(answer["confusion"]) == len(result.predictions) == answer["photos"]
    assert answer["classes"] == ["赤", "緑", "青", "黄"]


def test_a_class_unknown_to_the_run_is_new_to_it(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run")
    train(run, lambda _: None)
    revision = tiny_revision(tmp_path / "photos")
    renamed = (revision.classes[0].model_copy(update={"name": "別の赤"}), *revision.classes[1:])
    assert evaluate(Run(run), revision.model_copy(update={"classes": renamed}))["base"] == [1]


def test_evaluating_without_photos_is_a_problem(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", "zero-shot")
    train(run, lambda _: None)
    with pytest.raises(Problem) as caught:
        evaluate(Run(run), Run(run).revision.model_copy(update={"photos": ()}))
    assert caught.value.code == "evaluation.no_test_photos"


def test_whoever_works_on_a_run_works_alone(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", "zero-shot")
    Run(run).lock()
    with pytest.raises(Problem) as caught:
        train(run, lambda _: None)
    assert caught.value.code == "training.already_running"


def test_words_that_were_left_for_an_earlier_worker_are_not_heeded(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "run", "zero-shot")
    Run(run).command("stop")
    train(run, lambda _: None)
    assert Run(run).state() is JobState.FINISHED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device", "x"), "training.disk_full"),
        (MemoryError(), "training.out_of_memory"),
        (RuntimeError("CUDA out of memory"), "training.out_of_memory"),
        (ValueError("odd"), "training.fault"),
        (Problem("photos.missing", path=Path("a")), "photos.missing"),
    ],
)
def test_whatever_goes_wrong_is_told_once_with_a_code(tmp_path: Path, error: Exception, code: str) -> None:
    def work(_: Emit) -> tuple[None, Terminal]:
        raise error

    events: list[Event] = []
    with pytest.raises(type(error)):
        conduct(tmp_path, events.append, work)
    terminal = [event for event in events if isinstance(event, Terminal)]
    assert [event.code for event in terminal if isinstance(event, Failed)] == [code]
    assert type(error).__name__ in terminal[0].detail
    assert Run(tmp_path).state() is JobState.FAILED


def test_of_what_passes_quickly_all_is_told_and_little_is_kept(tmp_path: Path) -> None:
    told: list[Event] = []
    log = EventLog(tmp_path, told.append)
    for number in range(50):
        log(Step(step=number, epoch=1, loss=1.0, learning_rate=0.1))
        log(Progress(done=number, total=50))
    rounds = [Epoch(epoch=n, epochs=2, loss=1.0, base=None, new=None, union_h=None, zero_shot_base=None,
                    zero_shot_new=None) for n in (1, 2)]  # fmt: skip
    for event in (*rounds, Finished()):
        log(event)
    assert len(told) == 103
    kept = Run(tmp_path).events()
    assert kept[:2] == told[:2] and kept[-3:] == told[-3:]
    assert len(kept) < 20


def test_after_the_last_word_nothing_is_heard(tmp_path: Path) -> None:
    events: list[Event] = []
    log = EventLog(tmp_path, events.append)
    for event in (
        Stage(stage="x", index=1, of=1),
        Finished(),
        Failed(code="a"),
        Stage(stage="y", index=1, of=1),
    ):
        log(event)
    assert [event.type for event in events] == ["stage", "finished"]
    assert Run(tmp_path).events() == events


def test_a_run_of_a_project_leaves_what_the_backbone_saw_and_says_a_leak(tmp_path: Path) -> None:
    (tmp_path / "project.hikidashi").touch()
    plain = tiny_revision(tmp_path / "photos")
    hashed = tuple(
        photo.model_copy(
            update={
                "sha256": sha256_file(plain.photo_path(photo)),
                "group": "one" if photo.label == 0 else "",
            }
        )
        for photo in plain.photos
    )
    run = tiny_run(tmp_path / "runs" / "1", "zero-shot", revision=plain.model_copy(update={"photos": hashed}))
    events: list[Event] = []
    train(run, events.append)
    leaks = [event.data for event in events if isinstance(event, Warned) and event.code == LEAK]
    assert leaks == [{"photos": 4, "groups": 1, "classes": "赤"}]
    kept = read_embeddings(tmp_path / "cache")
    tested = {photo.sha256 for photo in hashed if photo.part == "test"}
    assert kept is not None and tested <= set(kept.hashes)
    assert np.allclose(np.linalg.norm(kept.of(kept.hashes), axis=1), 1, atol=1e-2)
