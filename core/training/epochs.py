"""The epochs: steps over photos' views, resumable at any batch with the same bits as if never cut off.

What a step does depends on (seed, stage, epoch, batch) and the parameters alone: the order of photos is drawn
anew from them, and torch's generators are seeded by them, so a checkpoint needs no generator state. Training goes
through the stages of the method, each with a schedule and an optimizer of its own; rounds are counted through.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.insight.findings import Distances
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Method, StageEnd, Term, total
from core.problems import Problem
from core.training.checkpoint import Best, Checkpoint, Position
from core.training.clock import CHECKPOINT_EVERY_S, SavingPace, TrainingClock
from core.training.commands import Commands, Emit, Halt
from core.training.events import Checkpoint as CheckpointWritten
from core.training.events import Collapse, Decided, Epoch, Progress, Step, Warned
from core.training.lessons import Lessons, batches
from core.training.memory import more_parts
from core.training.optimizers import make_optimizer, rates_in, state_of, take_up_state

_STEP_EVENT_EVERY_S = 0.1
_PROGRESS_EVERY_S = 2.0


@dataclass(frozen=True)
class Watched:
    """Accuracies on validation photos after an epoch; `base_loss` settles equal accuracies, `photos` is the number
    of the base ones. `base_collapse`, `new_collapse`: how far the classes are from neural collapse."""

    base: float | None
    new: float | None
    union_h: float | None
    base_loss: float
    photos: int = 0
    base_collapse: Distances | None = None
    new_collapse: Distances | None = None


@dataclass(frozen=True)
class Outcome:
    """What training kept: the learned state, the epoch (1-based) it is from, why training ended, and what was
    decided between its stages (code and data each)."""

    state: dict[str, Tensor]
    kept_epoch: int
    epochs: int
    steps: int
    seconds: float
    stopped_because: str
    decisions: tuple[dict[str, Any], ...] = ()


class _Diverged(Exception):
    """The loss, a gradient or a learned value is no number any more."""


class Epochs:
    """Trains a method; `watch` measures it after each epoch, `zero_shot` stands beside in the events."""

    def __init__(
        self,
        method: Method,
        lessons: Lessons,
        recipe: RecipeConfig,
        seed: int,
        *,
        watch: Callable[[], Watched],
        zero_shot: Watched,
        run: Path,
        job_id: str,
        autocast: bool = False,
    ) -> None:
        self.method = method
        self.lessons = lessons
        self.seed = seed
        self.position = Position()
        self._watch = watch
        self._zero_shot = zero_shot
        self._run = run
        self._job_id = job_id
        self._autocast = autocast
        self._device = lessons.labels.device
        self._stages = method.stages(recipe)
        self._last: Watched | None = None
        method.eval()
        method.start(lessons.as_judged())
        self._begin_stage()
        self._best_state = method.learned_state()
        self._kept_state: dict[str, Tensor] = {}
        self._clock, self._saving = TrainingClock(), SavingPace()
        self._rounds_before = self._steps_before = 0
        self._planned_steps = sum(
            stage.recipe.epochs * len(batches(lessons.labels, stage.recipe, seed, 0))
            for stage in self._stages
        )
        self._step_event_due = 0.0
        self._progress_due = 0.0

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Go on where a checkpoint was written."""
        self.position = checkpoint.position
        if self.position.stage:
            self._begin_stage()
        self.method.load_training_state(checkpoint.method)
        take_up_state(self._optimizer, self._named(), checkpoint.optimizer)
        self._best_state = checkpoint.best
        self._kept_state = checkpoint.kept
        self._clock.before = self.position.seconds
        self._rounds_before, self._steps_before = self._rounds, self.position.step

    def run(self, emit: Emit, commands: Commands) -> Outcome:
        """Train to the end of the last stage, or until stopped or astray (the best epoch is then kept).

        Raises:
            Halt: interrupted (a checkpoint is written first), or stopped before any epoch was done.
            Problem: `training.diverged` before any epoch was done, `training.out_of_memory`.
        """
        self._clock.start()
        self._progress_due = time.monotonic() + _PROGRESS_EVERY_S
        if not self.position.step:
            self._tell_collapse(self._zero_shot, emit)
        try:
            with deterministic(self._device), own_randomness(self._device):
                self._run_stages(emit, commands)
        except Halt as halt:
            self._save(emit)
            if halt.kind == "interrupt" or not self.position.best.epoch:
                raise
            return self._outcome(self._best_state, self.position.best.epoch, "asked")
        except _Diverged as error:
            best = self.position.best
            if not best.epoch:
                raise Problem("training.diverged", epoch=self._rounds + 1) from error
            emit(Warned(code="training.diverged_kept", data={"epoch": self._rounds + 1, "kept": best.epoch}))
            return self._outcome(self._best_state, best.epoch, "diverged")
        return self._outcome(self._kept_state, self.position.kept.epoch, "all_epochs")

    # Stages

    def _run_stages(self, emit: Emit, commands: Commands) -> None:
        at = self.position
        while True:
            while at.epoch < self._recipe.epochs:
                self._epoch(emit, commands)
                self._after_epoch(emit)
            ended = self._last or self._watch()
            self._keep_stage(ended, emit)
            if at.stage + 1 == len(self._stages) or not self._goes_on(ended, emit):
                return
            at.stage, at.epoch, self._last = at.stage + 1, 0, None
            self._begin_stage()

    def _begin_stage(self) -> None:
        at = self.position
        self._recipe = self._stages[at.stage].recipe
        with own_randomness(self._device):
            seed_torch(self.seed, at.stage)
            self.method.begin_stage(at.stage)
        self._groups = self.method.parameter_groups()
        self._parameters = [p for group in self._groups for p in group.parameters]
        self._optimizer = make_optimizer(self._recipe, self._groups)

    def _keep_stage(self, ended: Watched, emit: Emit) -> None:
        """Of the ends of all stages the best one by validation is kept; without validation photos the latest."""
        at = self.position
        better = ended.base is None or at.kept.beaten_by(ended.base, ended.base_loss)
        if at.stage:
            self._tell_decision(*_which_kept(at.kept, ended, better), emit)
        if better:
            at.kept = Best(self._rounds, -1.0 if ended.base is None else ended.base, ended.base_loss)
            self._kept_state = self.method.learned_state()

    def _goes_on(self, ended: Watched, emit: Emit) -> bool:
        end = StageEnd(ended.base, ended.base_loss, ended.photos, self._zero_shot.base)
        decision = self.method.next_stage_needed(self.position.stage, end)
        if decision is None:
            return True
        self._tell_decision(decision.code, decision.data, emit)
        return decision.go_on

    def _tell_decision(self, code: str, data: dict[str, Any], emit: Emit) -> None:
        self.position.decisions.append({"code": code, "data": data})
        emit(Decided(code=code, data=data))

    # Epochs

    @property
    def _rounds(self) -> int:
        """Rounds done, through all stages."""
        done = sum(stage.recipe.epochs for stage in self._stages[: self.position.stage])
        return done + self.position.epoch

    def _epoch(self, emit: Emit, commands: Commands) -> None:
        at = self.position
        rates = rates_in(self._recipe, self._groups, at.epoch)
        for target, rate in zip(self._optimizer.param_groups, rates, strict=True):
            target["lr"] = rate
        drawn = batches(self.lessons.labels, self._recipe, self.seed, self._rounds)
        self.method.train()
        while at.batch < len(drawn):
            self._clock.heed(commands, emit)
            if self._saving.due(CHECKPOINT_EVERY_S):
                self._save(emit)
            loss, terms = self._step(drawn[at.batch].to(self._device), emit)
            at.batch += 1
            at.step += 1
            at.loss_sum += loss
            self._tell_step(emit, loss, terms, rates[0])
            self._tell_progress(emit)

    def _after_epoch(self, emit: Emit) -> None:
        at = self.position
        if not all(bool(torch.isfinite(parameter).all()) for parameter in self._parameters):
            raise _Diverged
        loss = at.loss_sum / at.batch
        at.epoch, at.batch, at.loss_sum = at.epoch + 1, 0, 0.0
        self.method.eval()
        self.method.epoch_ended(at.epoch, self._recipe.epochs)
        watched = self._last = self._watch()
        # Without validation photos the latest epoch counts as the best.
        if watched.base is None or at.best.beaten_by(watched.base, watched.base_loss):
            at.best = Best(self._rounds, -1.0 if watched.base is None else watched.base, watched.base_loss)
            self._best_state = self.method.learned_state()
        emit(self._told(watched, loss))
        self._tell_collapse(watched, emit)
        if self._saving.due(0.0):
            self._save(emit)

    def _told(self, watched: Watched, loss: float) -> Epoch:
        rounds, planned = self._rounds, sum(stage.recipe.epochs for stage in self._stages)
        per_round = self._clock.spent / (rounds - self._rounds_before)
        return Epoch(
            epoch=rounds,
            epochs=planned,
            loss=loss,
            base=watched.base,
            new=watched.new,
            union_h=watched.union_h,
            zero_shot_base=self._zero_shot.base,
            zero_shot_new=self._zero_shot.new,
            seconds_left=per_round * (planned - rounds),
        )

    def _tell_collapse(self, watched: Watched, emit: Emit) -> None:
        base, new = watched.base_collapse, watched.new_collapse
        if base is not None or new is not None:
            emit(Collapse(epoch=self._rounds, base=base, new=new))

    # Steps

    def _step(self, photos: Tensor, emit: Emit) -> tuple[float, list[Term]]:
        at = self.position
        while True:
            try:
                self._optimizer.zero_grad()
                self.method.begin_batch()
                seed_torch(self.seed, at.stage, at.epoch, at.batch)
                terms = self._gradients(photos)
                break
            except (RuntimeError, MemoryError) as error:
                at.parts = more_parts(at.parts, len(photos), error)
                emit(Warned(code="training.batch_divided", data={"parts": at.parts}))
        self.method.before_step()
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        # One look at the device for all: a gradient that is no number makes the norm none.
        loss, norm = torch.stack([total(terms), torch.nn.utils.get_total_norm(gradients)]).tolist()
        if not (abs(loss) < float("inf") and norm < float("inf")):
            raise _Diverged
        self._optimizer.step()
        return loss, terms

    def _gradients(self, photos: Tensor) -> list[Term]:
        """Gradients of the whole batch, run in `position.parts` parts whose shares add up to it; its terms."""
        told: list[Term] = []
        for part in photos.chunk(self.position.parts):
            share = len(part) / len(photos)
            with torch.autocast(self._device.type, torch.bfloat16, enabled=self._autocast):
                found = self.method.losses(self.lessons.batch(part, self._rounds))
            self.method.backward(found, share)
            told += [Term(term.name, term.value.detach(), term.weight * share) for term in found]
        return told

    def _tell_step(self, emit: Emit, loss: float, terms: list[Term], rate: float) -> None:
        if time.monotonic() < self._step_event_due:
            return
        self._step_event_due = time.monotonic() + _STEP_EVENT_EVERY_S
        told = dict[str, float]()
        for term in terms:
            told[term.name] = told.get(term.name, 0.0) + term.weight * term.value.item()
        at = self.position
        emit(Step(step=at.step, epoch=self._rounds + 1, loss=loss, terms=told, learning_rate=rate))

    def _tell_progress(self, emit: Emit) -> None:
        """Also within a round: of a large model one may take an hour."""
        if time.monotonic() < self._progress_due:
            return
        self._progress_due = time.monotonic() + _PROGRESS_EVERY_S
        done, planned = self.position.step, self._planned_steps
        per_step = self._clock.spent / (done - self._steps_before)
        emit(Progress(done=done, total=planned, seconds_left=per_step * (planned - done)))

    # Saving

    def _save(self, emit: Emit) -> None:
        self.position.seconds = self._clock.seconds
        self._saving.save(lambda: self._checkpoint().save(self._run))
        emit(CheckpointWritten(epoch=self._rounds, step=self.position.step))

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(
            self._job_id,
            self.position,
            method=self.method.training_state(),
            optimizer=state_of(self._optimizer, self._named()),
            best=self._best_state,
            kept=self._kept_state,
        )

    def _named(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        return ((name, p) for name, p in self.method.named_parameters() if p.requires_grad)

    def _outcome(self, state: dict[str, Tensor], kept: int, because: str) -> Outcome:
        at = self.position
        return Outcome(state, kept, self._rounds, at.step, self._clock.seconds, because, tuple(at.decisions))


def _which_kept(before: Best, ended: Watched, better: bool) -> tuple[str, dict[str, Any]]:
    if ended.base is None:
        return "training.last_stage_kept", {}
    code = "training.later_stage_kept" if better else "training.earlier_stage_kept"
    return code, {"before": f"{100 * before.accuracy:.1f} %", "after": f"{100 * ended.base:.1f} %"}


def seed_torch(*place: int) -> None:
    """Seed torch's generators, of every device, from a place in training."""
    digest = hashlib.sha256("/".join(map(str, place)).encode()).digest()
    torch.manual_seed(int.from_bytes(digest[:8], "big") >> 1)


@contextmanager
def own_randomness(device: torch.device) -> Iterator[None]:
    """Whatever is drawn inside, torch's generators stand afterwards where they stood before."""
    cards = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards):
        yield


@contextmanager
def deterministic(device: torch.device) -> Iterator[None]:
    """Same bits every time on the CPU; GPUs would need slower kernels, some have none."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(device.type == "cpu")
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
