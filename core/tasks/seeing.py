"""The first half of pretraining: the convolutions of the image tower learn to see what a picture shows.

Asked directly for part, finish, defect, background and number, on pictures alone, they learn from several times as many
as a decoder could read about in the same time. Batch normalisation makes that quick; it and the heads are gone
afterwards: the one folded into the convolutions, the others thrown away.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.preprocess import Preprocessing, normalise
from core.backbones.pretrain_pace import PretrainProgress, Progress, decay_groups, schedule
from core.files import write_atomic
from core.problems import Problem
from core.tasks.facts import FactHeads
from core.tasks.pretrain_batches import StepSource
from core.tasks.pretrain_config import PretrainConfig
from core.tasks.tower import added, convolution_sizes
from core.training.optimizers import state_of, take_up_state

CHECKPOINT_NAME = "seeing.safetensors"
_EPSILON = 1e-5


class SeeingNet(nn.Module):
    """The tower's convolutions, each normalised over the batch, and heads for the facts."""

    def __init__(self) -> None:
        super().__init__()
        sizes = convolution_sizes()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, width, 3, step, padding=1, bias=False) for before, width, step in sizes
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width, _EPSILON) for _, width, _ in sizes)
        self.heads = FactHeads(sizes[-1][1])

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels `(B, 3, H, W)` → patches `(B, D, H / 16, W / 16)`."""
        x = pixels.contiguous(memory_format=torch.channels_last)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = added(functional.relu(norm(convolution(x))), x)
        return x

    def loss(self, pixels: Tensor, facts: Tensor) -> Tensor:
        """As `FactHeads.loss`, of the greatest and the mean of the patches."""
        seen = self(pixels).flatten(2)
        return self.heads.loss(torch.stack([seen.amax(dim=2), seen.mean(dim=2)], dim=1), facts)

    @torch.no_grad()
    def folded(self) -> dict[str, Tensor]:
        """The state of `Patches` that sees the same as this does in evaluation mode."""
        state = {}
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            found = norm.state_dict()
            scale = found["weight"] / (found["running_var"] + _EPSILON).sqrt()
            weight = convolution.get_parameter("weight")
            state[f"convolutions.{number}.weight"] = weight * scale[:, None, None, None]
            state[f"convolutions.{number}.bias"] = found["bias"] - found["running_mean"] * scale
        return state


class Seeing:
    """The net, its optimizer and one step; everything is a function of the seed and the step."""

    def __init__(self, config: PretrainConfig, source: StepSource, preprocessing: Preprocessing) -> None:
        self.config, self.source, self.preprocessing = config, source, preprocessing
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.net = SeeingNet()
        self.named = dict(self.net.named_parameters())
        self.optimizer = torch.optim.AdamW(
            decay_groups(self.named.values(), config.weight_decay), lr=config.seeing_rate, betas=(0.9, 0.98)
        )
        self.step = 0
        self.seconds = 0.0

    def advance(self) -> float:
        """One optimizer step; returns the loss."""
        clock = time.monotonic()
        config = self.config
        share = schedule(self.step / config.seeing_steps, config.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = config.seeing_rate * share
        pictures, facts = self.source.seen(self.step, config.seeing_pictures)
        loss = self.net.loss(torch.from_numpy(normalise(pictures, self.preprocessing)), facts)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.seconds += time.monotonic() - clock
        return float(loss.detach())

    def save(self, path: Path) -> None:
        """Write the checkpoint, whole or not at all."""
        tensors = {f"net/{n}": v for n, v in self.net.state_dict().items()}
        tensors |= {f"optimizer/{n}": v for n, v in state_of(self.optimizer, self.named.items()).items()}
        about = {"config": part_of_seeing(self.config), "step": self.step, "seconds": self.seconds}
        written = save({n: v.contiguous() for n, v in tensors.items()}, {"position": json.dumps(about)})
        write_atomic(path, written)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint, where there is one.

        Raises:
            Problem: `tasks.other_pretraining` where it is of another configuration.
        """
        if not path.exists():
            return
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["position"])
            if about["config"] != part_of_seeing(self.config):
                raise Problem("tasks.other_pretraining", path=path)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        self.net.load_state_dict(
            {n.removeprefix("net/"): v for n, v in tensors.items() if n.startswith("net/")}
        )
        remembered = {
            n.removeprefix("optimizer/"): v for n, v in tensors.items() if n.startswith("optimizer/")
        }
        take_up_state(self.optimizer, self.named.items(), remembered)
        self.step, self.seconds = about["step"], about["seconds"]


def learn_to_see(seeing: Seeing, work: Path, progress: Progress, stop_after: int | None = None) -> None:
    """Train, or go on training, up to the last step or that one; a checkpoint stays in `work`.

    Raises:
        Problem: as `Seeing.load`.
    """
    config = seeing.config
    seeing.load(work / CHECKPOINT_NAME)
    first, clock = seeing.step, time.monotonic()
    last = min(config.seeing_steps, stop_after or config.seeing_steps)
    while seeing.step < last:
        loss = seeing.advance()
        left = (time.monotonic() - clock) / (seeing.step - first) * (config.seeing_steps - seeing.step)
        progress(PretrainProgress("seeing", seeing.step, config.seeing_steps, left, {"facts": loss}))
        if seeing.step % config.checkpoint_every == 0 or seeing.step == last:
            seeing.save(work / CHECKPOINT_NAME)


def part_of_seeing(config: PretrainConfig) -> dict[str, Any]:
    """What of a configuration this half depends on."""
    names = ("seed", "pictures", "seeing_steps", "seeing_pictures", "seeing_rate", "weight_decay", "warmup")
    return {name: getattr(config, name) for name in names}
