"""The course of tuning a text model: stages and rounds, the best round kept, the second stage decided on checking texts.

As in classification: rates by the recipe's schedule, the best round of a stage by checking texts (more right, then the
smaller loss), and the best end of all stages in the end. Everything random is a function of the seed and the round.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Decision
from core.tasks.protocol import Lessons, TextSet, Tuning
from core.training.checkpoint import Best
from core.training.optimizers import make_optimizer, rates_in

_BATCH = 32


@dataclass(frozen=True)
class Round:
    """One pass over the texts. `right` is the share of checking texts that would be written word for word, None where
    there are none; `seconds_left` of the stage."""

    stage: str
    epoch: int
    epochs: int
    loss: float
    right: float | None
    seconds_left: float


@dataclass(frozen=True)
class Learned:
    """What tuning came to: steps taken, what was decided between the stages, how many checking texts are right."""

    steps: int
    decisions: tuple[Decision, ...]
    right: float | None
    stopped: bool
    seconds: float


Tell = Callable[[Round | Decision], None]


def learn(
    tuning: Tuning,
    train: TextSet,
    val: TextSet | None,
    seed: int,
    tell: Tell = lambda said: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Learned:
    """Tune on the texts of `train`; `val` are the checking texts. The tuning ends with its best state.

    Stopped on the way, it ends with the best round so far. Raises Problem as `wording_of`.
    """
    clock = time.monotonic()
    lessons = tuning.lessons(train)
    checks = tuning.lessons(val) if val is not None and val.examples else None
    course = _Course(tuning, lessons, checks, seed, tell, should_stop)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        course.run()
    if course.kept_state:
        tuning.load_learned_state(course.kept_state)
    tuning.eval()
    right = course.kept.accuracy if checks is not None else None
    return Learned(course.steps, tuple(course.decisions), right, course.stopped, time.monotonic() - clock)


class _Course:
    def __init__(
        self,
        tuning: Tuning,
        lessons: Lessons,
        checks: Lessons | None,
        seed: int,
        tell: Tell,
        should_stop: Callable[[], bool],
    ) -> None:
        self.tuning, self.lessons, self.checks, self.seed = tuning, lessons, checks, seed
        self.tell, self.should_stop = tell, should_stop
        self.steps, self.stopped = 0, False
        self.kept, self.kept_state = Best(), dict[str, Tensor]()
        self.decisions: list[Decision] = []

    def run(self) -> None:
        stages = self.tuning.stages()
        for number, stage in enumerate(stages):
            self.tuning.begin_stage(number)
            best = self._stage(number, stage.name, stage.recipe)
            if self.stopped or number + 1 == len(stages):
                return
            share = None if self.checks is None else best.accuracy
            texts = 0 if self.checks is None else len(self.checks)
            decision = self.tuning.next_stage_needed(share, round((share or 0.0) * texts), texts)
            if decision is not None:
                self.decisions.append(decision)
                self.tell(decision)
                if not decision.go_on:
                    return

    def _stage(self, number: int, name: str, recipe: RecipeConfig) -> Best:
        groups = self.tuning.parameter_groups()
        optimizer = make_optimizer(recipe, groups)
        best, best_state = Best(), dict[str, Tensor]()
        clock = time.monotonic()
        for epoch in range(recipe.epochs):
            rates = rates_in(recipe, groups, epoch)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate
            loss = self._epoch(optimizer, recipe, number, epoch)
            if self.stopped:
                break
            right, check_loss = self._check(loss)
            # Without checking texts the last round counts.
            if self.checks is None or best.beaten_by(right, check_loss):
                best, best_state = Best(epoch + 1, right, check_loss), self.tuning.learned_state()
            pace = (time.monotonic() - clock) / (epoch + 1)
            self.tell(
                Round(
                    name,
                    epoch + 1,
                    recipe.epochs,
                    loss,
                    right if self.checks is not None else None,
                    pace * (recipe.epochs - epoch - 1),
                )
            )
        if best_state:
            if self.checks is None or self.kept.beaten_by(best.accuracy, best.loss):
                self.kept, self.kept_state = best, best_state
            # The next stage begins where this one was best.
            self.tuning.load_learned_state(best_state)
        return best

    def _epoch(self, optimizer: torch.optim.Optimizer, recipe: RecipeConfig, stage: int, epoch: int) -> float:
        self.tuning.train()
        rng = np.random.default_rng([self.seed, stage, epoch])
        order = [int(n) for n in rng.permutation(len(self.lessons))]
        total = 0.0
        for batch in self.lessons.batches(order, recipe.batch_size):
            if self.should_stop():
                self.stopped = True
                break
            loss, right = self.tuning.loss(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            self.steps += 1
            total += float(loss.detach()) * len(right)
        return total / len(order)

    @torch.no_grad()
    def _check(self, loss: float) -> tuple[float, float]:
        """The share of checking texts that is right, and their mean loss; those of training where there are none."""
        if self.checks is None:
            return 0.0, loss
        self.tuning.eval()
        right, total = 0, 0.0
        count = len(self.checks)
        for batch in self.checks.batches(list(range(count)), _BATCH):
            value, found = self.tuning.loss(batch)
            right += int(found.sum())
            total += float(value) * len(found)
        return right / count, total / count
