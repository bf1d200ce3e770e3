"""Logistic regression with an L2 penalty, solved to its optimum in float64, and the choice of its strength.

min over W, b:  ½‖W‖² + C · Σᵢ CE(W fᵢ + b, yᵢ)        (the bias is not penalised)
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

MAX_ITERATIONS = 1000
# Enough to tell strengths apart; a weak penalty takes all of the others to its very optimum, and wins rarely.
SEARCH_ITERATIONS = 100
STRENGTHS = (1e6, 1e4, 1e2, 1.0, 1e-2, 1e-4, 1e-6)
Score = tuple[float, float]


@torch.enable_grad()
def logistic_regression(
    features: Tensor, labels: Tensor, classes: int, c: float, iterations: int = MAX_ITERATIONS
) -> tuple[Tensor, Tensor]:
    """Features `(N, D)`, labels `(N,)` → weight `(M, D)` and bias `(M,)` in float64, by L-BFGS.

    Two exact changes of variables make it quick: features are centred, which only shifts the bias; and W lies in
    the span of the centred features, so with fewer photos than channels it has no more than N columns there.
    """
    middle = features.double().mean(dim=0)
    centred = features.double() - middle
    basis = torch.linalg.qr(centred.T)[0] if len(centred) < centred.shape[1] else None
    inputs = centred if basis is None else centred @ basis
    weight = torch.zeros(
        classes, inputs.shape[1], dtype=torch.float64, device=inputs.device, requires_grad=True
    )
    bias = torch.zeros(classes, dtype=torch.float64, device=inputs.device, requires_grad=True)
    solver = torch.optim.LBFGS(
        [weight, bias],
        max_iter=iterations,
        history_size=20,
        tolerance_grad=1e-8,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        solver.zero_grad()
        # Divided by C·N: the same optimum, and gradients of one size for every C.
        value = functional.cross_entropy(inputs @ weight.T + bias, labels)
        value = value + weight.square().sum() / (2 * c * len(inputs))
        value.backward()
        return value

    solver.step(loss)
    found = weight.detach() if basis is None else weight.detach() @ basis.T
    return found, bias.detach() - found @ middle


def judged(weight: Tensor, bias: Tensor, features: Tensor, labels: Tensor) -> Score:
    """Accuracy, and minus the mean loss to settle equal accuracies: higher is better."""
    scores = features.double() @ weight.T + bias
    right = (scores.argmax(dim=1) == labels).double().mean()
    return float(right), -float(functional.cross_entropy(scores, labels))


def choose_strength(score: Callable[[float], Score], steps: int) -> float:
    """The C with the best score: the best of `STRENGTHS`, then `steps` halvings of the decades around it."""
    found = {c: score(c) for c in STRENGTHS}
    best = max(found, key=lambda c: found[c])
    low, high = best / 10, best * 10
    for _ in range(steps):
        for c in (low, high):
            if c not in found:
                found[c] = score(c)
        middle = (low * high) ** 0.5
        low, high = (middle, high) if found[low] < found[high] else (low, middle)
    return max(found, key=lambda c: found[c])


def folds(labels: Tensor, wished: int) -> list[Tensor]:
    """Numbers of photos in up to `wished` parts with every class in each; none where a class has one photo only."""
    counts = labels.bincount()
    parts = min(wished, int(counts[counts > 0].min()))
    if parts < 2:
        return []
    rank = torch.zeros_like(labels)
    for label in labels.unique():
        own = labels == label
        rank[own] = torch.arange(int(own.sum()), device=labels.device)
    return [(rank % parts == part).nonzero().flatten() for part in range(parts)]
