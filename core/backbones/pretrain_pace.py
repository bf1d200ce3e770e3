"""What every pretraining of ours has in common: how far it is, the learning rate's course, which weights decay, the average
of weights over steps, and the part of a configuration that must not change on the way.
"""

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class PretrainProgress:
    """Where a pretraining stands; `seconds_left` is None until it can be guessed."""

    stage: str
    done: int
    total: int
    seconds_left: float | None = None
    losses: dict[str, float] | None = None


Progress = Callable[[PretrainProgress], None]


def schedule(done: float, warmup: float) -> float:
    """The learning rate's share of its highest at this share of all steps: linear warm-up, then cosine to a hundredth."""
    if done < warmup:
        return (done + 1e-3) / (warmup + 1e-3)
    share = (done - warmup) / (1 - warmup)
    return 0.01 + 0.99 * 0.5 * (1 + float(torch.cos(torch.tensor(share * math.pi))))


def decay_groups(parameters: Iterable[nn.Parameter], decay: float) -> list[dict[str, Any]]:
    """For AdamW: only matrices decay."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for parameter in parameters:
        (matrices if parameter.ndim >= 2 else others).append(parameter)
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


@torch.no_grad()
def update_average(
    average: Mapping[str, Tensor], weights: Mapping[str, Tensor], step: int, decay: float
) -> None:
    """Move the average towards the weights after `step` steps; the first steps weigh more."""
    decay = min(decay, step / (step + 9))
    for name, value in weights.items():
        average[name].lerp_(value, 1 - decay)


def fixed_part(config: Mapping[str, Any], adjustable: Iterable[str]) -> dict[str, Any]:
    """A configuration without what may be fitted to the machine on the way."""
    return {name: value for name, value in config.items() if name not in adjustable}


def print_progress(state: PretrainProgress) -> None:
    """One line on standard error now and then."""
    if state.done % (5 if state.losses else 2048) and state.done != state.total:
        return
    left = "" if state.seconds_left is None else f", {state.seconds_left / 60:.1f} min left"
    losses = " ".join(f"{k} {v:.3f}" for k, v in (state.losses or {}).items())
    print(f"{state.stage} {state.done}/{state.total}{left} {losses}", file=sys.stderr, flush=True)
