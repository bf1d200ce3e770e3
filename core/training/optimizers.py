"""The optimizer of a recipe: its rates by group and round, and its state as named tensors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import ParameterGroup
from core.training.schedule import learning_rate

Named = Iterable[tuple[str, nn.Parameter]]


def make_optimizer(recipe: RecipeConfig, groups: Sequence[ParameterGroup]) -> torch.optim.Optimizer:
    """The recipe's optimizer over the groups, in their order."""
    parameters: list[dict[str, Any]] = [{"params": list(group.parameters)} for group in groups]
    rate, decay = recipe.learning_rate, recipe.weight_decay
    match recipe.optimizer:
        case "adamw":
            return torch.optim.AdamW(parameters, lr=rate, eps=recipe.adam_eps, weight_decay=decay)
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, eps=recipe.adam_eps, weight_decay=decay)
    return torch.optim.SGD(parameters, lr=rate, momentum=recipe.momentum, weight_decay=decay)


def rates_in(recipe: RecipeConfig, groups: Sequence[ParameterGroup], epoch: int) -> list[float]:
    """The rate of each group in epoch `epoch` (from 0): warm-up holds for all alike; `sgd_scale` under SGD only."""
    scales = [group.lr_scale * (group.sgd_scale if recipe.optimizer == "sgd" else 1.0) for group in groups]
    return [
        learning_rate(epoch, recipe.epochs, recipe.learning_rate * scale, recipe.warmup_epochs)
        for scale in scales
    ]


def state_of(optimizer: torch.optim.Optimizer, named: Named) -> dict[str, Tensor]:
    """Everything that the optimizer remembers of each parameter, as `name/what`."""
    return {
        f"{name}/{what}": value.detach().cpu().clone()
        for name, parameter in named
        for what, value in _remembered(optimizer, parameter)
    }


def take_up_state(optimizer: torch.optim.Optimizer, named: Named, state: Mapping[str, Tensor]) -> None:
    """Remember what `state_of` gave."""
    parameters = dict(named)
    for key, value in state.items():
        name, _, what = key.rpartition("/")
        parameter = parameters[name]
        # Adam counts its steps on the CPU.
        optimizer.state[parameter][what] = value if what == "step" else value.to(parameter.device)


def _remembered(optimizer: torch.optim.Optimizer, parameter: nn.Parameter) -> Iterator[tuple[str, Tensor]]:
    for what, value in optimizer.state.get(parameter, {}).items():
        if isinstance(value, Tensor):
            yield what, value
