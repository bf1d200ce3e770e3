"""A training run from its folder to a verified artefact and a result.

Stages: prepare, features, zero_shot, train, evaluate, save, verify. Learned weights are the last epoch's when
training ran to its end (the papers' protocol), of several stages the better end's; the best epoch's on base
validation photos when it was stopped or went astray.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from core.backbones.clip import Backbone
from core.evaluation.intervals import gains, intervals_of
from core.evaluation.judged import Judged, metrics_of, true_class_loss
from core.evaluation.reliability import calibrated_by
from core.evaluation.union import calibrate, calibrated
from core.evaluation.unsure import choose_threshold, photos_needed, validated
from core.methods.catalogue import parse_composition
from core.methods.classifier import Array, Classifier
from core.methods.protocol import Method
from core.project.leaks import LEAK, leak_of
from core.project.revision import DataRevision
from core.training.artefact import save_artefact
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Emit
from core.training.conduct import conduct
from core.training.epochs import Outcome
from core.training.events import Finished, Stopped, Terminal, Warned
from core.training.job import TrainJob
from core.training.judging import Judging
from core.training.learn import learn
from core.training.pace import Pace
from core.training.photos import gather, leave_embeddings
from core.training.recall import recall
from core.training.result import (
    CHOICE_FILE,
    RESULT_FILE,
    Calibrated,
    Choice,
    PhotoPrediction,
    TrainResult,
    UnsureThreshold,
    Validated,
)
from core.training.run import CONTROL_FILE, Run
from core.training.seen import Seen
from core.training.setup import Setup, set_up
from core.training.stages import Stages

STAGES = ("prepare", "features", "zero_shot", "train", "evaluate", "save", "verify")
# Goes before them where the job asks for a search.
SEARCH = "search"


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
    for left in (CHECKPOINT_FILE, RESULT_FILE, CHOICE_FILE):
        if not resume:
            (run.folder / left).unlink(missing_ok=True)
    job, decided, stages = _decided(run, resume, emit, commands, backbone, cache)
    with stages.stage("prepare"):
        setup = set_up(run, backbone, cache, job)
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
        learned = setup.method.classifier(setup.classes)
        own = judging.encode(photos.test, Pace(len(photos.test.photos), emit))
        val = judging.encode(photos.val)
        temperatures = calibrate(learned, val, photos.val.labels, setup.revision.base)
        tuned = calibrated(learned, temperatures)
        judged = {
            "zero_shot": judging.judge(untouched, photos.test, photos.test.features),
            "tuned": judging.judge(tuned, photos.test, own),
        }
        calibration = calibrated_by(temperatures, learned, own, judged["tuned"])
    with stages.stage("save"):
        save_artefact(run.folder, setup.artefact_info(), outcome.state)
    with stages.stage("verify"):
        judging.verify(learned, photos.test if photos.test.photos else photos.learned)
    stages.seconds["train"] = outcome.seconds
    validation = _validation(setup, tuned, photos.val, val)
    result = _result(
        setup,
        outcome,
        judged,
        photos.test,
        calibration,
        validation,
        _unsure(setup, validation, emit),
        stages,
        decided,
    )
    result.save(run.folder)
    # Of a large model that is tuned whole it is several times the model.
    (run.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    return result, _last_word(result)


def _decided(
    run: Run, resume: bool, emit: Emit, commands: Commands, backbone: Backbone | None, cache: Path | None
) -> tuple[TrainJob, tuple[Choice, ...], Stages]:
    """The job to carry out: as it was asked for, or with what the search chose where it asked for one; and its stages."""
    job = run.job
    assert isinstance(job, TrainJob), "not a training job"
    if parse_composition(job.composition).learns != "by_search":
        return job, (), Stages(STAGES, emit)
    # Only a search needs the libraries of a search.
    from core.search.run import choose

    stages = Stages((SEARCH, *STAGES), emit)
    with stages.stage(SEARCH):
        found = choose(run, emit, commands, resume, backbone, cache)
    return found.job(job), (Choice(**found.decision),), stages


def _last_word(result: TrainResult) -> Terminal:
    told = result.model_dump(mode="json", exclude={"predictions", "validated"})
    return Stopped(result=told) if result.stopped_because == "asked" else Finished(result=told)


def _validation(setup: Setup, classifier: Classifier, val: Seen, features: Array) -> tuple[Validated, ...]:
    """Base validation photos judged among the classes that are offered on site."""
    own = setup.own_classes
    return validated(classifier.probabilities(features, own), val.among(own)) if val.photos else ()


def _unsure(setup: Setup, validation: tuple[Validated, ...], emit: Emit) -> UnsureThreshold | None:
    threshold = choose_threshold(validation, setup.job.wished_error)
    if threshold is None or not threshold.promised:
        needed = photos_needed(setup.job.wished_error)
        emit(
            Warned(code="evaluation.unsure_not_promised", data={"photos": len(validation), "needed": needed})
        )
    return threshold


def _result(
    setup: Setup,
    outcome: Outcome,
    judged: dict[str, Judged],
    test: Seen,
    calibration: Calibrated | None,
    validation: tuple[Validated, ...],
    unsure: UnsureThreshold | None,
    stages: Stages,
    decided: Sequence[Choice],
) -> TrainResult:
    tuned, before = judged["tuned"], judged["zero_shot"]
    intervals = {name: intervals_of(found) for name, found in judged.items()}
    intervals["tuned"] |= gains(before, tuned)
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
        validated=validation,
        calibration=calibration,
        steps=outcome.steps,
        epochs=outcome.epochs,
        kept_epoch=outcome.kept_epoch,
        stopped_because=outcome.stopped_because,
        stages_s=stages.seconds,
        device=setup.device,
        trained_parameters=_trained_parameters(setup.method),
        hyper=cast("dict[str, object]", job.hyper),
        new_judged_by="method" if setup.judges_new else "zero_shot",
        decisions=(*decided, *(Choice(**decision) for decision in outcome.decisions)),
    )


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
            own_right=bool(own),
            zero_shot_own_right=bool(own_then),
        )
        for photo, now, then, loss, own, own_then in zip(
            test.photos,
            tuned.probabilities,
            before.probabilities,
            true_class_loss(tuned),
            tuned.right,
            before.right,
            strict=True,
        )
    )


def _as_listed(predictions: Iterable[PhotoPrediction], revision: DataRevision) -> tuple[PhotoPrediction, ...]:
    place = {photo.path: number for number, photo in enumerate(revision.photos)}
    return tuple(sorted(predictions, key=lambda prediction: place[prediction.photo]))


def _trained_parameters(method: Method) -> int:
    return sum(parameter.numel() for group in method.parameter_groups() for parameter in group.parameters)
