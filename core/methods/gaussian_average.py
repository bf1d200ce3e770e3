"""The average of learned values over epochs, weighed by a Gaussian (PromptSRC's GPA; methods.md §6).

θ = Σ_e g_e θ_e,   g_e ∝ exp(−½((e − μ)/σ)²),   Σ_e g_e = 1,   e = 1…T
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class GaussianAverage(nn.Module):
    """The sum so far, in buffers: training that is taken up again goes on with it.

    μ and σ are shares of the number of epochs T: 0.75 and 0.05 are the published 15 and 1 of 20 epochs.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter], mean: float, deviation: float) -> None:
        super().__init__()
        self.mean, self.deviation = mean, deviation
        for name, value in parameters.items():
            self.register_buffer(_buffer(name), torch.zeros_like(value))

    @torch.no_grad()
    def add(self, parameters: Mapping[str, nn.Parameter], epoch: int, epochs: int) -> None:
        """Take in the values after epoch `epoch` (1-based); after the last one, put the average in their place."""
        weight = float(epoch_weights(epochs, self.mean, self.deviation)[epoch - 1])
        for name, value in parameters.items():
            average = self.get_buffer(_buffer(name))
            if epoch == 1:
                average.zero_()
            average.add_(value, alpha=weight)
            if epoch == epochs:
                value.copy_(average)


def _buffer(name: str) -> str:
    return name.replace(".", "_")


def epoch_weights(epochs: int, mean: float, deviation: float) -> Tensor:
    """g `(T,)`, float64; never divides by a sum that underflows."""
    epoch = torch.arange(1, epochs + 1, dtype=torch.float64)
    return torch.softmax(-0.5 * ((epoch - mean * epochs) / (deviation * epochs)).square(), dim=0)
