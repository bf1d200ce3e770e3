"""The epochs: SGD over photos' views, resumable at any batch with the same bits as if never cut off.

What an epoch does depends on (seed, epoch) and the parameters alone: the order of photos is drawn anew from
them, so a checkpoint needs no generator state, only how many batches are done.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Batch, Method, Term, total
from core.problems import Problem
from core.training.checkpoint import Best, Checkpoint, Position
from core.training.commands import Commands, Emit, Halt
from core.training.events import Checkpoint as CheckpointWritten
from core.training.events import Epoch, Step, Warned
from core.training.memory import free_cached_memory, is_out_of_memory
from core.training.schedule import learning_rate

CHECKPOINT_EVERY_S = 20.0
_STEP_EVENT_EVERY_S = 0.1
_EPOCH_STRIDE = 1_000_003


@dataclass(frozen=True)
class Lessons:
    """What is learned from: inputs `(N, K, …)` of K views per photo, labels `(N,)` among the learned classes."""

    inputs: Tensor
    labels: Tensor

    def batch(self, photos: Tensor, epoch: int) -> Batch:
        """The photos `(B,)` in the views of this epoch: neighbours see different ones, over K epochs all."""
        views = (photos + epoch) % self.inputs.shape[1]
        return Batch(self.inputs[photos, views], self.labels[photos])


@dataclass(frozen=True)
class Watched:
    """Accuracies on validation photos after an epoch; `base_loss` settles equal accuracies."""

    base: float | None
    new: float | None
    union_h: float | None
    base_loss: float


@dataclass(frozen=True)
class Outcome:
    """What training kept: the learned state, the epoch (1-based) it is from, and why training ended."""

    state: dict[str, Tensor]
    kept_epoch: int
    epochs: int
    steps: int
    seconds: float
    stopped_because: str


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
        self.recipe = recipe
        self.seed = seed
        self.position = Position()
        self._watch = watch
        self._zero_shot = zero_shot
        self._run = run
        self._job_id = job_id
        self._autocast = autocast
        self._device = lessons.inputs.device.type
        method.start(Batch(lessons.inputs[:, 0], lessons.labels))
        self._groups = method.parameter_groups()
        self._optimizer = torch.optim.SGD(
            [{"params": list(group.parameters)} for group in self._groups],
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
        )
        self._best_state = method.learned_state()
        self._checkpoint_due = time.monotonic() + CHECKPOINT_EVERY_S
        self._step_event_due = 0.0

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Go on where a checkpoint was written."""
        self.position = checkpoint.position
        self.method.load_training_state(checkpoint.method)
        self._best_state = checkpoint.best
        for name, parameter in self._named():
            if name in checkpoint.momentum:
                momentum = checkpoint.momentum[name].to(parameter.device)
                self._optimizer.state[parameter]["momentum_buffer"] = momentum

    def run(self, emit: Emit, commands: Commands) -> Outcome:
        """Train to the last epoch, or until stopped (the best epoch is then kept).

        Raises:
            Halt: interrupted (a checkpoint is written first), or stopped before any epoch was done.
            Problem: `training.diverged`, `training.out_of_memory`.
        """
        began, before, first = time.perf_counter(), self.position.seconds, self.position.epoch
        try:
            with _deterministic(self._device):
                while self.position.epoch < self.recipe.epochs:
                    self._epoch(emit, commands)
                    self.position.seconds = before + time.perf_counter() - began
                    self._after_epoch(emit, first, time.perf_counter() - began)
        except Halt as halt:
            self.position.seconds = before + time.perf_counter() - began
            self._save(emit)
            if halt.kind == "interrupt" or not self.position.best.epoch:
                raise
            return self._outcome(self._best_state, self.position.best.epoch, "asked")
        return self._outcome(self.method.learned_state(), self.recipe.epochs, "all_epochs")

    def _epoch(self, emit: Emit, commands: Commands) -> None:
        at = self.position
        rates = self._set_rates(at.epoch)
        drawn = batches(self.lessons.labels, self.recipe, self.seed, at.epoch)
        while at.batch < len(drawn):
            commands.heed(emit)
            if time.monotonic() >= self._checkpoint_due:
                self._save(emit)
            loss, terms = self._step(drawn[at.batch].to(self.lessons.labels.device), emit)
            at.batch += 1
            at.step += 1
            at.loss_sum += loss
            self._tell_step(emit, loss, terms, rates[0])

    def _after_epoch(self, emit: Emit, first: int, seconds: float) -> None:
        at = self.position
        loss = at.loss_sum / at.batch
        at.epoch, at.batch, at.loss_sum = at.epoch + 1, 0, 0.0
        self.method.epoch_ended(at.epoch, self.recipe.epochs)
        watched = self._watch()
        # Without validation photos the latest epoch counts as the best.
        if watched.base is None or at.best.beaten_by(watched.base, watched.base_loss):
            at.best = Best(at.epoch, -1.0 if watched.base is None else watched.base, watched.base_loss)
            self._best_state = self.method.learned_state()
        emit(
            Epoch(
                epoch=at.epoch,
                epochs=self.recipe.epochs,
                loss=loss,
                base=watched.base,
                new=watched.new,
                union_h=watched.union_h,
                zero_shot_base=self._zero_shot.base,
                zero_shot_new=self._zero_shot.new,
                seconds_left=seconds / (at.epoch - first) * (self.recipe.epochs - at.epoch),
            )
        )
        self._save(emit)

    def _step(self, photos: Tensor, emit: Emit) -> tuple[float, dict[str, float]]:
        while True:
            try:
                self._optimizer.zero_grad()
                loss, terms = self._gradients(photos)
                break
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(photos), emit, error)
        self._optimizer.step()
        return loss, terms

    def _gradients(self, photos: Tensor) -> tuple[float, dict[str, float]]:
        """Gradients of the whole batch, run in `position.parts` parts whose shares add up to it."""
        loss, terms = 0.0, dict[str, float]()
        for part in photos.chunk(self.position.parts):
            share = len(part) / len(photos)
            with torch.autocast(self._device, torch.bfloat16, enabled=self._autocast):
                found: list[Term] = self.method.losses(self.lessons.batch(part, self.position.epoch))
            value = total(found) * share
            value.backward()
            loss += value.item()
            for term in found:
                terms[term.name] = terms.get(term.name, 0.0) + share * term.weight * term.value.item()
        if not torch.isfinite(torch.tensor(loss)):
            raise Problem("training.diverged", epoch=self.position.epoch + 1)
        return loss, terms

    def _halve(self, batch: int, emit: Emit, error: BaseException) -> None:
        if self.position.parts >= batch:
            raise Problem("training.out_of_memory") from error
        free_cached_memory()
        self.position.parts = min(2 * self.position.parts, batch)
        emit(Warned(code="training.batch_divided", data={"parts": self.position.parts}))

    def _set_rates(self, epoch: int) -> list[float]:
        recipe = self.recipe
        rates = [
            learning_rate(
                epoch,
                recipe.epochs,
                recipe.learning_rate * group.lr_scale * group.sgd_scale,
                recipe.warmup_epochs,
            )
            for group in self._groups
        ]
        for target, rate in zip(self._optimizer.param_groups, rates, strict=True):
            target["lr"] = rate
        return rates

    def _tell_step(self, emit: Emit, loss: float, terms: dict[str, float], rate: float) -> None:
        if time.monotonic() >= self._step_event_due:
            self._step_event_due = time.monotonic() + _STEP_EVENT_EVERY_S
            at = self.position
            emit(Step(step=at.step, epoch=at.epoch + 1, loss=loss, terms=terms, learning_rate=rate))

    def _save(self, emit: Emit) -> None:
        momentum = {
            name: state["momentum_buffer"].detach().cpu()
            for name, parameter in self._named()
            if (state := self._optimizer.state.get(parameter)) and state.get("momentum_buffer") is not None
        }
        method = self.method.training_state()
        Checkpoint(self._job_id, self.position, method, momentum, self._best_state).save(self._run)
        self._checkpoint_due = time.monotonic() + CHECKPOINT_EVERY_S
        emit(CheckpointWritten(epoch=self.position.epoch, step=self.position.step))

    def _named(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        return ((name, p) for name, p in self.method.named_parameters() if p.requires_grad)

    def _outcome(self, state: dict[str, Tensor], kept: int, because: str) -> Outcome:
        at = self.position
        return Outcome(state, kept, at.epoch, at.step, at.seconds, because)


def batches(labels: Tensor, recipe: RecipeConfig, seed: int, epoch: int) -> list[Tensor]:
    """The epoch's batches of photo numbers; a rest is dropped unless it is all there is (methods.md §1.4)."""
    generator = torch.Generator().manual_seed(seed * _EPOCH_STRIDE + epoch)
    order = torch.randperm(len(labels), generator=generator)
    if recipe.balance:
        order = _balanced(order, labels.cpu())
        order = order[torch.randperm(len(order), generator=generator)]
    size = recipe.batch_size
    full = len(order) - len(order) % size if len(order) >= size else len(order)
    return list(torch.split(order[:full], size))


def _balanced(order: Tensor, labels: Tensor) -> Tensor:
    """As many photos of each class, rare ones again and again; with equal classes each photo once."""
    classes = [order[labels[order] == label] for label in labels.unique()]
    quota = max(1, len(order) // len(classes))
    return torch.cat([photos.repeat(-(-quota // len(photos)))[:quota] for photos in classes])


@contextmanager
def _deterministic(device: str) -> Iterator[None]:
    """Same bits every time on the CPU; GPUs would need slower kernels, some have none."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(device == "cpu")
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
