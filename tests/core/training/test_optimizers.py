"""Rates and optimizers: the trace of methods.md §1.4 for every group, and states that come back to the bit."""

import math

import pytest
import torch
from torch import nn

from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import ParameterGroup
from core.training.lessons import batches
from core.training.optimizers import make_optimizer, rates_in, state_of, take_up_state

OPTIMIZERS = ("sgd", "adamw", "adam")


def _groups() -> list[ParameterGroup]:
    slow, fast, scaled = (nn.Parameter(torch.zeros(3)) for _ in range(3))
    return [
        ParameterGroup((slow,)),
        ParameterGroup((fast,), lr_scale=6.5),
        ParameterGroup((scaled,), lr_scale=2.0, sgd_scale=5.0),
    ]


@pytest.mark.parametrize("epochs", [1, 2, 10, 50])
def test_every_group_follows_the_table_of_the_papers(epochs: int) -> None:
    recipe = RecipeConfig(epochs=epochs, learning_rate=0.0035)
    trace = [rates_in(recipe, _groups(), epoch) for epoch in range(epochs)]
    assert trace[0] == [1e-5, 1e-5, 1e-5]
    for epoch in range(1, epochs):
        height = (1 + math.cos(math.pi * (epoch - 1) / epochs)) / 2
        wanted = [0.0035 * height, 6.5 * 0.0035 * height, 10 * 0.0035 * height]
        assert trace[epoch] == pytest.approx(wanted, rel=1e-12)


def test_of_ten_epochs_the_last_still_learns_at_a_tenth() -> None:
    recipe = RecipeConfig(epochs=10, learning_rate=1.0)
    assert rates_in(recipe, _groups(), 9)[0] == pytest.approx(0.0955, abs=1e-4)


@pytest.mark.parametrize("optimizer", ["adamw", "adam"])
def test_what_evens_out_the_slope_is_for_sgd_alone(optimizer: str) -> None:
    recipe = RecipeConfig(epochs=3, warmup_epochs=0, learning_rate=0.01, optimizer=optimizer)
    assert rates_in(recipe, _groups(), 0) == pytest.approx([0.01, 0.065, 0.02])


@pytest.mark.parametrize(
    ("photos", "size", "steps"), [(80, 32, 2), (80, 128, 1), (16, 16, 1), (17, 16, 1), (5, 4, 1), (1, 4, 1)]
)
def test_a_round_has_as_many_steps_as_whole_batches_or_one(photos: int, size: int, steps: int) -> None:
    recipe = RecipeConfig(batch_size=size, balance=False)
    assert len(batches(torch.zeros(photos, dtype=torch.long), recipe, 1, 0)) == steps


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step_is_that_of_the_published_rule(optimizer: str) -> None:
    """Two steps with gradients g1, g2, written out."""
    recipe = RecipeConfig(
        optimizer=optimizer, learning_rate=0.1, momentum=0.9, weight_decay=0.01, adam_eps=1e-3
    )
    parameter = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    stepper = make_optimizer(recipe, [ParameterGroup((parameter,))])
    w, m, v = 1.0, 0.0, 0.0
    for number, slope in enumerate((0.5, -0.25), 1):
        parameter.grad = torch.tensor([slope], dtype=torch.float64)
        stepper.step()
        g = slope if optimizer == "adamw" else slope + 0.01 * w
        if optimizer == "sgd":
            m = g if number == 1 else 0.9 * m + g
            w -= 0.1 * m
            continue
        w *= 1 - 0.1 * 0.01 if optimizer == "adamw" else 1
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.1 * (m / (1 - 0.9**number)) / (math.sqrt(v / (1 - 0.999**number)) + 1e-3)
    assert parameter.item() == pytest.approx(w, rel=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_its_state_taken_up_goes_on_to_the_same_bits(optimizer: str) -> None:
    recipe = RecipeConfig(optimizer=optimizer, learning_rate=0.1)
    generator = torch.Generator().manual_seed(0)
    slopes = torch.randn(6, 4, generator=generator)
    whole, cut = (nn.Parameter(torch.ones(4)) for _ in range(2))
    steppers = [make_optimizer(recipe, [ParameterGroup((p,))]) for p in (whole, cut)]
    for number, slope in enumerate(slopes):
        if number == 3:
            state = state_of(steppers[1], [("w", cut)])
            steppers[1] = make_optimizer(recipe, [ParameterGroup((cut,))])
            take_up_state(steppers[1], [("w", cut)], state)
        for parameter, stepper in zip((whole, cut), steppers, strict=True):
            parameter.grad = slope.clone()
            stepper.step()
    assert torch.equal(whole, cut)
