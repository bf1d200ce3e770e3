"""A run that tunes a model that writes, from its folder to a verified artefact and a result.

Stages: prepare, zero_shot (the untouched model on the test photos), train, evaluate, save, verify.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from core.backbones.device import choose_device
from core.evaluation.unsure import choose_threshold, photos_needed
from core.problems import Problem
from core.tasks.examine import Examination, changes, known_examination
from core.tasks.learning import Learned, learn
from core.tasks.metrics.words import words_of
from core.tasks.models import open_writer
from core.tasks.photos import openable, text_set
from core.tasks.protocol import Lessons, Told, TunableWriter, Tuning, Writer
from core.tasks.result import Group, TextPrediction, TextResult
from core.tasks.revision import TextRevision
from core.tasks.scoring import RIGHT
from core.tasks.tuned import load_tuned, save_tuned
from core.training.checkpoint import CHECKPOINT_FILE, load_checkpoint
from core.training.commands import Commands, Emit, Halt
from core.training.conduct import conduct
from core.training.events import Finished, Stopped, Terminal, Warned
from core.training.job import TextJob
from core.training.pace import Pace
from core.training.result import RESULT_FILE, Choice, UnsureThreshold, Validated
from core.training.run import CONTROL_FILE, Run
from core.training.stages import Stages

STAGES = ("prepare", "zero_shot", "train", "evaluate", "save", "verify")
TUNED_FILE = "tuned.safetensors"
# So many texts are written again by what was read back from disk.
_VERIFIED = 8
# Two ways to sum the same numbers.
_SAME_CONFIDENCE = 1e-3


def tune(run_folder: Path, emit: Emit, commands: Commands | None = None, resume: bool = False) -> TextResult:
    """Carry out the TextJob in a run's folder; with `resume` go on from its checkpoint, if there is one, and of a run that
    has its result give that.

    Raises:
        Problem: anything the operator can act on; the run's last event says the same.
        Halt: interrupted, or stopped before anything was learned.
    """
    commands = commands or Commands(run_folder / CONTROL_FILE)
    return conduct(run_folder, emit, lambda log: carry_out(Run(run_folder), log, commands, resume))


def carry_out(run: Run, emit: Emit, commands: Commands, resume: bool) -> tuple[TextResult, Terminal]:
    """The work of `tune` for a caller that conducts the run itself: its result and its last word."""
    if resume and (result := run.text_result()) is not None:
        return result, _last_word(result)
    for left in (CHECKPOINT_FILE, RESULT_FILE):
        if not resume:
            (run.folder / left).unlink(missing_ok=True)
    stages = Stages(STAGES, emit)
    with stages.stage("prepare"):
        setup = _set_up(run, emit, commands)
    with stages.stage("zero_shot"):
        before = _written(setup.writer, (setup.test, setup.known), emit, commands)
    with stages.stage("train"):
        learned = _learn(run, setup, resume, emit, commands)
    with stages.stage("evaluate"):
        *after, checked = _written(
            setup.tuning.writer, (setup.test, setup.known, setup.val), emit, commands, to_the_end=True
        )
        validated = _validated(setup.val, checked)
        unsure = _unsure(setup, validated, emit)
    with stages.stage("save"):
        save_tuned(run.folder / TUNED_FILE, setup.tuning, setup.job.hyper, setup.writer.card.sha256)
    with stages.stage("verify"):
        _verify(run, setup, after[0])
    # Those of a run that was taken up again as well.
    stages.seconds["train"] = learned.seconds
    result = _result(setup, learned, before, after, validated, unsure, stages.seconds)
    result.save(run.folder)
    (run.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    return result, _last_word(result)


@dataclass(frozen=True, eq=False)
class _Setup:
    """What a run stands on; `revision` is without the photos that cannot be opened."""

    job: TextJob
    frozen: str
    revision: TextRevision
    device: str
    writer: TunableWriter
    tuning: Tuning
    test: Examination
    known: Examination
    val: Examination
    lessons: Lessons
    checks: Lessons | None


def _set_up(run: Run, emit: Emit, commands: Commands) -> _Setup:
    job, frozen = run.job, run.text_revision
    assert isinstance(job, TextJob), "not a job about texts"
    pace = Pace(len(frozen.photos), emit)

    def look(done: int) -> None:
        commands.heed(emit)
        pace(max(done, 1))

    revision, bad = openable(frozen, look)
    if bad:
        path, problem = bad[0]
        data = {"count": len(bad), "photo": path, "cause": problem.code}
        emit(Warned(code="training.photos_left_out", data=data))
    if not revision.of("train"):
        raise Problem("tasks.too_few_texts", photos=len(revision.photos), learned=0, needed=1)
    if cut := _cut_groups(revision):
        emit(Warned(code="tasks.leak", data={"photos": cut}))
    device = choose_device(job.device)
    writer = open_writer(job.model, device.torch_name)
    if writer.loaded is not None:
        emit(Warned(code=writer.loaded.code, data=writer.loaded.data))
    if job.model_sha256 not in ("", writer.card.sha256):
        raise Problem("tasks.tuned_other_model", path=run.folder)
    knows = writer.card.kind == "embedded"
    known = known_examination(revision.task, revision.language) if knows else Examination.of(revision, ())
    tuning, checking = writer.tune(job.composition, job.hyper, job.seed), revision.of("val")
    return _Setup(
        job,
        frozen.id,
        revision,
        device.name,
        writer,
        tuning,
        Examination.of(revision, revision.of("test")),
        known,
        Examination.of(revision, checking if revision.task == "vqa" else ()),
        # Before anything is written: a text that cannot be learned ends the run at its beginning.
        tuning.lessons(text_set(revision, revision.of("train"))),
        tuning.lessons(text_set(revision, checking)) if checking else None,
    )


def _cut_groups(revision: TextRevision) -> int:
    """Test photos that have one of their group among those that are learned or chosen from."""
    other = {photo.group for photo in revision.photos if photo.group and photo.part != "test"}
    return sum(photo.part == "test" and photo.group in other for photo in revision.photos)


def _learn(run: Run, setup: _Setup, resume: bool, emit: Emit, commands: Commands) -> Learned:
    job = setup.job
    # Whatever else it was asked for: on another device, or elsewhere, it goes on.
    asked = job.model_dump_json(exclude={"run", "device", "wished_error"})
    job_id = hashlib.sha256(f"{setup.frozen}{setup.writer.card.sha256}{asked}".encode()).hexdigest()
    return learn(
        setup.tuning,
        setup.lessons,
        setup.checks,
        job.seed,
        emit,
        commands,
        device=setup.writer.device,
        run=run.folder,
        job_id=job_id,
        checkpoint=load_checkpoint(run.folder, job_id) if resume else None,
    )


def _written(
    writer: Writer,
    examinations: Sequence[Examination],
    emit: Emit,
    commands: Commands,
    *,
    to_the_end: bool = False,
) -> list[list[Told]]:
    """What a model writes in each examination; `to_the_end`: also when asked to stop, for that was asked of the training."""
    pace = Pace(sum(map(len, examinations)), emit)
    found: list[list[Told]] = []
    before = 0

    def look(done: int) -> None:
        try:
            commands.heed(emit)
        except Halt as halt:
            if not to_the_end or halt.kind != "stop":
                raise
            commands.answered()
        pace(before + done)

    for examination in examinations:
        found.append(examination.write(writer, look))
        before += len(examination)
    return found


def _validated(val: Examination, told: Sequence[Told]) -> tuple[Validated, ...]:
    """The answers to checking questions, as an unsure threshold is chosen on them."""
    return tuple(
        Validated(probability=one.confidence, right=score >= RIGHT)
        for one, score in zip(told, val.each(told), strict=True)
    )


def _unsure(setup: _Setup, validated: tuple[Validated, ...], emit: Emit) -> UnsureThreshold | None:
    if setup.revision.task == "caption":
        return None
    threshold = choose_threshold(validated, setup.job.wished_error)
    if threshold is None or not threshold.promised:
        data = {"answers": len(validated), "needed": photos_needed(setup.job.wished_error)}
        emit(Warned(code="tasks.unsure_not_promised", data=data))
    return threshold


def _verify(run: Run, setup: _Setup, tested: Sequence[Told]) -> None:
    """What lies on disk writes what the tuned model wrote about test photos or, where there are none, writes about others.

    Raises:
        Problem: `tasks.not_verified`.
    """
    revision = setup.revision
    others = Examination.of(revision, revision.of("val") or revision.of("train"))
    examination = (setup.test if tested else others).first(_VERIFIED)
    told = tested or examination.write(setup.tuning.writer)
    again = examination.write(load_tuned(run.folder / TUNED_FILE, setup.writer).writer)
    for one, other in zip(told, again, strict=False):
        if one.text != other.text or abs(one.confidence - other.confidence) > _SAME_CONFIDENCE:
            raise Problem("tasks.not_verified", wanted=one.text, found=other.text)


def _result(
    setup: _Setup,
    learned: Learned,
    before: Sequence[list[Told]],
    after: Sequence[list[Told]],
    validated: tuple[Validated, ...],
    unsure: UnsureThreshold | None,
    seconds: dict[str, float],
) -> TextResult:
    job, revision = setup.job, setup.revision
    roles: dict[str, Group] = {photo.path: photo.role for photo in revision.of("test")}
    known: dict[str, Group] = dict.fromkeys(setup.known.names, "known")
    metrics = changes(setup.test, before[0], after[0], roles)
    metrics |= changes(setup.known, before[1], after[1], known)
    return TextResult(
        task=revision.task,
        language=revision.language,
        composition=job.composition,
        preset=job.preset,
        model=job.model,
        model_sha256=setup.writer.card.sha256,
        revision=setup.frozen,
        seed=job.seed,
        metrics=metrics,
        predictions=_predictions(setup.test, roles, before[0], after[0]),
        unsure=unsure,
        validated=validated,
        words=words_of(revision.language).name if revision.task == "caption" else "",
        right=learned.right,
        learned_texts=len(text_set(revision, revision.of("train")).examples),
        questions=revision.questions,
        steps=learned.steps,
        epochs=learned.epochs,
        kept_epoch=learned.kept_epoch,
        stopped_because=learned.stopped_because,
        stages_s=seconds,
        device=setup.device,
        trained_parameters=sum(value.numel() for value in learned.state.values()),
        hyper=cast("dict[str, object]", job.hyper),
        decisions=tuple(Choice(**decision) for decision in learned.decisions),
    )


def _predictions(
    test: Examination, roles: dict[str, Group], before: Sequence[Told], after: Sequence[Told]
) -> tuple[TextPrediction, ...]:
    rows = zip(
        test.names,
        test.questions,
        test.written,
        after,
        test.each(after),
        before,
        test.each(before),
        strict=True,
    )
    return tuple(
        TextPrediction(
            photo=name,
            role="new" if roles[name] == "new" else "base",
            question=question,
            written=written,
            said=now.text,
            confidence=now.confidence,
            score=score,
            complete=now.complete,
            untouched_said=then.text,
            untouched_confidence=then.confidence,
            untouched_score=score_then,
        )
        for name, question, written, now, score, then, score_then in rows
    )


def _last_word(result: TextResult) -> Terminal:
    told = result.model_dump(mode="json", exclude={"predictions", "validated"})
    return Stopped(result=told) if result.stopped_because == "asked" else Finished(result=told)
