"""The course of tuning a model that writes: stages and rounds, the best round kept, resumable at any batch.

As in classification: rates by the recipe's schedule, the second stage decided on checking texts. Of a stage the best
round by checking texts counts (more right, then the smaller loss), and the next stage begins there; in the end the best
of all stages. Without checking texts the last round counts. What a step does depends on (seed, stage, round, batch) and
the parameters alone, so a run that was cut off and taken up again gives the same bits as one that was not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.methods.configs.recipe import RecipeConfig
from core.problems import Problem
from core.tasks.protocol import Lessons, Tuning
from core.training.checkpoint import Best, Checkpoint, Position
from core.training.clock import CHECKPOINT_EVERY_S, SavingPace, TrainingClock
from core.training.commands import Commands, Emit, Halt
from core.training.epochs import deterministic, own_randomness, seed_torch
from core.training.events import Checkpoint as CheckpointWritten
from core.training.events import Decided, Progress, Step, TextEpoch, Warned
from core.training.memory import more_parts
from core.training.optimizers import make_optimizer, rates_in, state_of, take_up_state

_CHECKED_AT_ONCE = 32
_STEP_EVENT_EVERY_S = 0.1
_PROGRESS_EVERY_S = 2.0


@dataclass(frozen=True)
class Learned:
    """What tuning came to. `state`: what is kept, of round `kept_epoch` (1-based, counted through the stages); `right`:
    the share of checking texts that are written word for word then, None where there were none."""

    state: dict[str, Tensor]
    kept_epoch: int
    epochs: int
    steps: int
    right: float | None
    stopped_because: str
    seconds: float
    decisions: tuple[dict[str, Any], ...]


def learn(
    tuning: Tuning,
    train: Lessons,
    val: Lessons | None,
    seed: int,
    emit: Emit = lambda event: None,
    commands: Commands | None = None,
    *,
    device: torch.device | None = None,
    run: Path | None = None,
    job_id: str = "",
    checkpoint: Checkpoint | None = None,
) -> Learned:
    """Tune on the texts of `train`; `val` are the checking texts. The tuning ends with what is kept.

    With `run`, checkpoints are written there under `job_id`; from `checkpoint` it goes on.

    Raises:
        Halt: interrupted (a checkpoint is written first), or stopped before any round was done.
        Problem: `training.diverged` before any round was done.
    """
    course = _Course(tuning, train, val if val is not None and len(val) else None, seed, emit, run, job_id)
    device = device or torch.device("cpu")
    with deterministic(device), own_randomness(device):
        if checkpoint is not None:
            course.take_up(checkpoint)
        learned = course.run(commands or Commands())
    tuning.load_learned_state(learned.state)
    tuning.eval()
    return learned


class _Diverged(Exception):
    """The loss, a gradient or a learned value is no number any more."""


class _Course:
    def __init__(
        self,
        tuning: Tuning,
        lessons: Lessons,
        checks: Lessons | None,
        seed: int,
        emit: Emit,
        run: Path | None,
        job_id: str,
    ) -> None:
        self.tuning, self.lessons, self.checks, self.seed = tuning, lessons, checks, seed
        self.emit, self.folder, self.job_id = emit, run, job_id
        self.position = Position()
        self._stages = tuning.stages()
        # The best round of this stage, and the best of all stages that ended.
        self._best_state: dict[str, Tensor] = {}
        self._kept_state: dict[str, Tensor] = {}
        self._begin_stage()
        self._clock, self._saving = TrainingClock(), SavingPace()
        self._rounds_before = self._steps_before = 0
        self._step_due = 0.0
        self._progress_due = time.monotonic() + _PROGRESS_EVERY_S

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Go on where a checkpoint was written."""
        self.position = checkpoint.position
        self._best_state, self._kept_state = checkpoint.best, checkpoint.kept
        if self.position.stage:
            self._begin_stage()
        learnable = self.tuning.learnable()
        with torch.no_grad():
            for name, value in learnable.items():
                value.copy_(checkpoint.method[name])
        take_up_state(self._optimizer, learnable.items(), checkpoint.optimizer)
        self._clock.before = self.position.seconds
        self._rounds_before, self._steps_before = self._rounds, self.position.step

    def run(self, commands: Commands) -> Learned:
        """Train to the end of the last stage, or until stopped or astray."""
        try:
            self._run_stages(commands)
        except Halt as halt:
            self._save()
            if halt.kind == "interrupt" or not self._best_state:
                raise
            return self._learned("asked")
        except _Diverged as error:
            if not self._best_state:
                raise Problem("training.diverged", epoch=self._rounds + 1) from error
            learned = self._learned("diverged")
            data = {"epoch": self._rounds + 1, "kept": learned.kept_epoch}
            self.emit(Warned(code="training.diverged_kept", data=data))
            return learned
        return self._learned("all_epochs")

    # Stages

    def _run_stages(self, commands: Commands) -> None:
        at = self.position
        while True:
            while at.epoch < self._recipe.epochs:
                self._round(commands)
                self._after_round()
            if at.stage + 1 == len(self._stages) or not self._goes_on():
                return
            self._keep()
            at.stage, at.epoch, at.best = at.stage + 1, 0, Best()
            self.tuning.load_learned_state(self._best_state)
            self._begin_stage()

    def _begin_stage(self) -> None:
        at = self.position
        self._recipe: RecipeConfig = self._stages[at.stage].recipe
        seed_torch(self.seed, at.stage)
        self.tuning.begin_stage(at.stage)
        self._groups = self.tuning.parameter_groups()
        self._optimizer = make_optimizer(self._recipe, self._groups)

    def _goes_on(self) -> bool:
        texts = 0 if self.checks is None else len(self.checks)
        share = None if self.checks is None else self.position.best.accuracy
        decision = self.tuning.next_stage_needed(share, round((share or 0.0) * texts), texts)
        if decision is None:
            return True
        self.position.decisions.append({"code": decision.code, "data": dict(decision.data)})
        self.emit(Decided(code=decision.code, data=dict(decision.data)))
        return decision.go_on

    def _keep(self) -> None:
        """The best round of this stage, if it is better than what earlier ones came to."""
        at = self.position
        if not self._kept_state or self.checks is None or at.kept.beaten_by(at.best.accuracy, at.best.loss):
            # A copy: a checkpoint holds both, and a file holds no tensor twice.
            at.kept, self._kept_state = at.best, {name: t.clone() for name, t in self._best_state.items()}

    # Rounds

    @property
    def _rounds(self) -> int:
        """Rounds done, through all stages."""
        at = self.position
        return sum(stage.recipe.epochs for stage in self._stages[: at.stage]) + at.epoch

    @property
    def _planned(self) -> int:
        return sum(stage.recipe.epochs for stage in self._stages)

    def _round(self, commands: Commands) -> None:
        at = self.position
        rates = rates_in(self._recipe, self._groups, at.epoch)
        for group, rate in zip(self._optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self.tuning.train()
        for texts in self._rest_of_round():
            self._clock.heed(commands, self.emit)
            if self._saving.due(CHECKPOINT_EVERY_S):
                self._save()
            loss = self._step(texts)
            at.batch, at.step, at.loss_sum = at.batch + 1, at.step + 1, at.loss_sum + loss * len(texts)
            self._tell_step(loss, rates[0])

    def _rest_of_round(self) -> Iterator[list[int]]:
        """Texts by number, a step's at a time."""
        at, size = self.position, self._recipe.batch_size
        order = np.random.default_rng([self.seed, at.stage, at.epoch]).permutation(len(self.lessons)).tolist()
        for first in range(at.batch * size, len(order), size):
            yield order[first : first + size]

    def _step(self, texts: list[int]) -> float:
        at = self.position
        while True:
            try:
                self._optimizer.zero_grad(set_to_none=True)
                seed_torch(self.seed, at.stage, at.epoch, at.batch)
                loss = self._gradients(texts)
                break
            except (RuntimeError, MemoryError) as error:
                at.parts = more_parts(at.parts, len(texts), error)
                self.emit(Warned(code="training.batch_divided", data={"parts": at.parts}))
        if not math.isfinite(loss):
            raise _Diverged
        self._optimizer.step()
        return loss

    def _gradients(self, texts: list[int]) -> float:
        """Gradients of a step's texts, run in `position.parts` parts whose shares add up to it; their mean loss."""
        total = 0.0
        for batch in self.lessons.batches(texts, math.ceil(len(texts) / self.position.parts)):
            loss, right = self.tuning.loss(batch)
            share = len(right) / len(texts)
            (share * loss).backward()
            total += share * float(loss.detach())
        return total

    def _after_round(self) -> None:
        at = self.position
        if not all(bool(torch.isfinite(value).all()) for value in self.tuning.learnable().values()):
            raise _Diverged
        loss = at.loss_sum / len(self.lessons)
        at.epoch, at.batch, at.loss_sum = at.epoch + 1, 0, 0.0
        right, check_loss = self._check()
        if right is None or at.best.beaten_by(right, check_loss):
            at.best = Best(self._rounds, -1.0 if right is None else right, check_loss)
            self._best_state = self.tuning.learned_state()
        pace = self._clock.spent / (self._rounds - self._rounds_before)
        self.emit(
            TextEpoch(
                epoch=self._rounds,
                epochs=self._planned,
                stage=self._stages[at.stage].name,
                loss=loss,
                right=right,
                check_loss=None if right is None else check_loss,
                seconds_left=pace * (self._planned - self._rounds),
            )
        )
        if self._saving.due(0.0):
            self._save()

    @torch.no_grad()
    def _check(self) -> tuple[float | None, float]:
        """The share of checking texts that is right, and their mean loss."""
        self.tuning.eval()
        if self.checks is None:
            return None, math.inf
        right, total, count = 0, 0.0, len(self.checks)
        for batch in self.checks.batches(range(count), _CHECKED_AT_ONCE):
            value, found = self.tuning.loss(batch)
            right += int(found.sum())
            total += float(value) * len(found)
        return right / count, total / count

    # Telling and saving

    def _tell_step(self, loss: float, rate: float) -> None:
        now, at = time.monotonic(), self.position
        if now >= self._step_due:
            self._step_due = now + _STEP_EVENT_EVERY_S
            self.emit(Step(step=at.step, epoch=self._rounds + 1, loss=loss, learning_rate=rate))
        if now >= self._progress_due:
            self._progress_due = now + _PROGRESS_EVERY_S
            planned = sum(
                s.recipe.epochs * math.ceil(len(self.lessons) / s.recipe.batch_size) for s in self._stages
            )
            pace = self._clock.spent / (at.step - self._steps_before)
            self.emit(Progress(done=at.step, total=planned, seconds_left=pace * (planned - at.step)))

    def _save(self) -> None:
        folder = self.folder
        if folder is None:
            return
        self.position.seconds = self._clock.seconds
        self._saving.save(lambda: self._checkpoint().save(folder))
        self.emit(CheckpointWritten(epoch=self._rounds, step=self.position.step))

    def _checkpoint(self) -> Checkpoint:
        learnable = self.tuning.learnable()
        return Checkpoint(
            self.job_id,
            self.position,
            method=_copies(learnable),
            optimizer=state_of(self._optimizer, learnable.items()),
            best=self._best_state,
            kept=self._kept_state,
        )

    def _learned(self, because: str) -> Learned:
        if self.position.best.epoch:
            self._keep()
        at = self.position
        return Learned(
            state=self._kept_state,
            kept_epoch=at.kept.epoch,
            epochs=self._rounds,
            steps=at.step,
            right=None if self.checks is None else at.kept.accuracy,
            stopped_because=because,
            seconds=self._clock.seconds,
            decisions=tuple(at.decisions),
        )


def _copies(learnable: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in learnable.items()}
