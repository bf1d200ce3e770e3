"""What a pretraining of the text model is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PretrainConfig:
    """Everything a pretraining result depends on.

    First the convolutions learn to see, from `seeing_pictures` at a time; then all learns to write, the convolutions
    at `seeing_scale` of the rate. Of the pictures of a batch the first `told` have texts then; the others only say what they show, which costs less.
    """

    seed: int = 1
    pictures: int = 49_152
    vocabulary: int = 3072
    seeing_steps: int = 1000
    seeing_pictures: int = 64
    seeing_rate: float = 2e-3
    steps: int = 1000
    batch_pictures: int = 36
    told: int = 32
    questions: int = 3
    plain: int = 2
    learning_rate: float = 1.5e-3
    seeing_scale: float = 0.2
    weight_decay: float = 0.05
    warmup: float = 0.04
    average_decay: float = 0.99
    checkpoint_every: int = 100

    def __post_init__(self) -> None:
        batch = (self.seeing_pictures, self.told, self.questions, self.plain)
        if min(self.seeing_steps, self.steps, self.pictures, *batch) < 1:
            raise ValueError("steps, pictures and all parts of a batch must be at least 1")
        if self.batch_pictures < self.told:
            raise ValueError("no more pictures can have texts than there are")
