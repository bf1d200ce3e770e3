"""A training run from its folder to a verified artefact and a result.

Stages: prepare, features, zero_shot, train, evaluate, save, verify. Learned weights are the last epoch's when
training ran to its end (the papers' protocol), of several stages the better end's; the best epoch's on base
validation photos when it was stopped or went astray.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np

from core.backbones.clip import Backbone
from core.evaluation.intervals import difference, intervals_of
from core.evaluation.judged import Judged, metrics_of, true_class_loss
from core.evaluation.unsure import choose_threshold
from core.methods.classifier import Array, Classifier
from core.methods.protocol import Method
from core.project.leaks import LEAK, leak_of
from core.project.revision import DataRevision
from core.training.artefact import save_artefact
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Emit
from core.training.conduct import conduct
from core.training.epochs import Outcome
from core.training.events import Finished, Stage, Stopped, Terminal, Warned
from core.training.judging import Judging
from core.training.learn import learn
from core.training.pace import Pace
from core.training.photos import gather, leave_embeddings
from core.training.recall import recall
from core.training.result import RESULT_FILE, Choice, Interval, PhotoPrediction, TrainResult, UnsureThreshold
from core.training.run import CONTROL_FILE, Run
from core.training.seen import Seen
from core.training.setup import Setup, set_up

STAGES = ("prepare", "features", "zero_shot", "train", "evaluate", "save", "verify")


def train(
    run_folder: Path,
    emit: Emit,
    commands: Commands | None = None,
    resume: bool = False,
    *,
    backbone: Backbone | None = None,
    cache: Path | None = None,
) -> TrainResult:
    """Carry out the training job in a run's folder; with `resume` go on from its checkpoint, if there is one, and of
    a run that has its result give that.

    For many runs in one process `backbone` is the one that their jobs name, loaded once and for the device that it
    lies on, and `cache` a folder that they share.

    Raises:
        Problem: anything the operator can act on; the run's last event says the same.
        Halt: interrupted, or stopped before anything was learned.
    """
    commands = commands or Commands(run_folder / CONTROL_FILE)
    return conduct(
        run_folder,
        emit,
        lambda log: carry_out(Run(run_folder), log, commands, resume, backbone=backbone, cache=cache),
    )


def carry_out(
    run: Run,
    emit: Emit,
    commands: Commands,
    resume: bool,
    *,
    backbone: Backbone | None = None,
    cache: Path | None = None,
) -> tuple[TrainResult, Terminal]:
    """The work of `train` for a caller that conducts the run itself: its result and its last word."""
    if resume and (result := run.result()) is not None:
        return result, _last_word(result)
    for left in (CHECKPOINT_FILE, RESULT_FILE):
        if not resume:
            (run.folder / left).unlink(missing_ok=True)
    stages = _Stages(emit)
    with stages.stage("prepare"):
        setup = set_up(run, backbone, cache)
        if not setup.judges_new and setup.revision.new:
            emit(Warned(code="methods.new_by_zero_shot", data={"classes": len(setup.revision.new)}))
        leak = leak_of(setup.revision)
        if leak is not None:
            emit(Warned(code=LEAK, data=leak.told(setup.revision)))
    with stages.stage("features"):
        photos = gather(setup, emit, commands) if setup.features is None else recall(setup, setup.features)
        if setup.features is None:
            leave_embeddings(setup, photos)
    judging = Judging(setup, photos, emit)
    with stages.stage("zero_shot"):
        untouched = setup.zero_shot.classifier(setup.classes)
        zero_shot = judging.watched_untouched(untouched)
        commands.heed(emit)
    with stages.stage("train"):
        outcome = learn(setup, photos, judging, zero_shot, emit, commands)
        setup.method.load_learned_state(outcome.state)
    with stages.stage("evaluate"):
        tuned = setup.method.classifier(setup.classes)
        own = judging.encode(photos.test, Pace(len(photos.test.photos), emit))
        judged = {
            "zero_shot": judging.judge(untouched, photos.test, photos.test.features),
            "tuned": judging.judge(tuned, photos.test, own),
        }
    with stages.stage("save"):
        save_artefact(run.folder, setup.artefact_info(), outcome.state)
    with stages.stage("verify"):
        judging.verify(tuned, photos.test if photos.test.photos else photos.learned)
    stages.seconds["train"] = outcome.seconds
    unsure = _unsure(setup, tuned, photos.val, judging.encode(photos.val), emit)
    result = _result(setup, outcome, judged, photos.test, unsure, stages.seconds)
    result.save(run.folder)
    # Of a large model that is tuned whole it is several times the model.
    (run.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    return result, _last_word(result)


def _last_word(result: TrainResult) -> Terminal:
    told = result.model_dump(mode="json", exclude={"predictions"})
    return Stopped(result=told) if result.stopped_because == "asked" else Finished(result=told)


def _unsure(
    setup: Setup, classifier: Classifier, val: Seen, features: Array, emit: Emit
) -> UnsureThreshold | None:
    own = setup.own_classes
    threshold = choose_threshold(
        classifier.probabilities(features, own) if val.photos else np.zeros((0, len(own)), np.float32),
        val.among(own),
    )
    if threshold is None or not threshold.promised:
        emit(Warned(code="evaluation.unsure_not_promised", data={"photos": len(val.photos)}))
    return threshold


def _result(
    setup: Setup,
    outcome: Outcome,
    judged: dict[str, Judged],
    test: Seen,
    unsure: UnsureThreshold | None,
    stages_s: dict[str, float],
) -> TrainResult:
    tuned, before = judged["tuned"], judged["zero_shot"]
    intervals = {name: intervals_of(found) for name, found in judged.items()}
    intervals["tuned"] |= _gains(before, tuned)
    job = setup.job
    return TrainResult(
        composition=job.composition,
        preset=job.preset,
        backbone=job.backbone,
        backbone_sha256=setup.backbone.card.sha256,
        revision=setup.revision.id,
        seed=job.seed,
        shots=job.shots,
        sample=setup.sample.id,
        metrics={"zero_shot": metrics_of(before), "tuned": metrics_of(tuned)},
        intervals={"zero_shot": intervals["zero_shot"], "tuned": intervals["tuned"]},
        predictions=_as_listed(_predictions(test, tuned, before), setup.revision),
        unsure=unsure,
        steps=outcome.steps,
        epochs=outcome.epochs,
        kept_epoch=outcome.kept_epoch,
        stopped_because=outcome.stopped_because,
        stages_s=stages_s,
        device=setup.device,
        trained_parameters=_trained_parameters(setup.method),
        hyper=cast("dict[str, object]", job.hyper),
        new_judged_by="method" if setup.judges_new else "zero_shot",
        decisions=tuple(Choice(**decision) for decision in outcome.decisions),
    )


def _gains(before: Judged, after: Judged) -> dict[str, Interval]:
    """Paired gains over the untouched backbone on the same photos: `base_gain`, `new_gain`."""
    groups = {"base_gain": after.is_base, "new_gain": ~after.is_base}
    return {name: difference(before.right[g], after.right[g]) for name, g in groups.items() if g.any()}


def _predictions(test: Seen, tuned: Judged, before: Judged) -> tuple[PhotoPrediction, ...]:
    return tuple(
        PhotoPrediction(
            photo=photo.path,
            label=photo.label,
            predicted=int(now.argmax()),
            probability=float(now.max()),
            loss=float(loss),
            zero_shot_predicted=int(then.argmax()),
            zero_shot_probability=float(then.max()),
        )
        for photo, now, then, loss in zip(
            test.photos, tuned.probabilities, before.probabilities, true_class_loss(tuned), strict=True
        )
    )


def _as_listed(predictions: Iterable[PhotoPrediction], revision: DataRevision) -> tuple[PhotoPrediction, ...]:
    place = {photo.path: number for number, photo in enumerate(revision.photos)}
    return tuple(sorted(predictions, key=lambda prediction: place[prediction.photo]))


def _trained_parameters(method: Method) -> int:
    return sum(parameter.numel() for group in method.parameter_groups() for parameter in group.parameters)


class _Stages:
    """Tells each stage as it begins and keeps how long it took, in seconds."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._emit(Stage(stage=name, index=STAGES.index(name) + 1, of=len(STAGES)))
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
