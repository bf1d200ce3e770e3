"""Pretrain the embedded text model: descriptions and answers about pictures of the parts world.

`hikidashi pretrain --task caption|vqa --out DIR`. One model learns both tasks in both languages: its convolutions learn to
see (`core.tasks.seeing`), then all that follows them learns to write. Everything random is a function of (seed, step), and the checkpoint (safetensors) holds
all state: a run that was stopped and resumed gives the same bits as one that was not, on the same machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

from core.backbones import bank
from core.backbones.pretrain_pace import (
    PretrainProgress,
    Progress,
    decay_groups,
    fixed_part,
    schedule,
    update_average,
)
from core.files import write_atomic
from core.methods.full_tuning import own_parts
from core.methods.tower_tuning import blocks_of
from core.problems import Problem
from core.tasks.corpus import vocabulary_sentences
from core.tasks.embedded import PREPROCESSING, new_text_model, save_text_model, weights_of
from core.tasks.facts import FactHeads
from core.tasks.lessons import IGNORED, Lesson
from core.tasks.model import TextModel
from core.tasks.place import WEIGHTS_NAME
from core.tasks.pretrain_batches import Step, StepSource
from core.tasks.pretrain_config import PretrainConfig
from core.tasks.seeing import Seeing, learn_to_see
from core.tasks.tokenizer import TextTokenizer
from core.training.optimizers import state_of, take_up_state

CHECKPOINT_NAME = "pretrain.safetensors"
_WEIGHTS = {"facts": 0.5, "tell": 1.0, "answer": 1.0, "read": 0.1}
# Length and pace may be fitted to the machine on the way.
_ADJUSTABLE = ("steps", "checkpoint_every")


@dataclass(frozen=True)
class PretrainResult:
    """What a pretraining made; `steps` of writing, `seconds` spent in all steps over all calls. `plans` says from which step on how many
    were planned: the learning rate follows the plan."""

    weights: Path
    steps: int
    seconds: float
    plans: tuple[dict[str, int], ...]


def pretrain(
    config: PretrainConfig,
    out: Path,
    progress: Progress,
    work: Path | None = None,
    stop_after: int | None = None,
) -> PretrainResult:
    """Train, or go on training, and write the model under `out`.

    work: where pictures, vocabulary and checkpoint lie (default `out/work`). stop_after: stop at that step with a
    checkpoint, for a later call to go on.
    """
    work = work or out / "work"
    trainer = prepare(config, work, progress)
    trainer.load(work / CHECKPOINT_NAME)
    first, clock = trainer.step, time.monotonic()
    last = min(config.steps, stop_after or config.steps)
    while trainer.step < last:
        losses = trainer.advance()
        pace = (time.monotonic() - clock) / (trainer.step - first)
        left = pace * (config.steps - trainer.step)
        progress(PretrainProgress("training", trainer.step, config.steps, left, losses))
        if trainer.step % config.checkpoint_every == 0 or trainer.step == last:
            trainer.save(work / CHECKPOINT_NAME)
            trainer.export(out)
    trainer.export(out)
    return PretrainResult(out / WEIGHTS_NAME, trainer.step, trainer.seconds, tuple(trainer.plans))


class Trainer:
    """The model, its optimizer and its average, and one step of pretraining."""

    def __init__(self, config: PretrainConfig, model: TextModel, source: StepSource, seconds: float) -> None:
        self.config, self.model, self.source = config, model, source
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.heads = FactHeads(model.config.width)
        self.named = {**_learnable(model), **{f"heads.{n}": v for n, v in self.heads.named_parameters()}}
        self.optimizer = _optimizer(self.named, config)
        self.average = {name: value.clone() for name, value in weights_of(model).items()}
        self.step = 0
        self.seconds = seconds
        self.plans = [{"from_step": 0, "steps": config.steps}]

    def advance(self) -> dict[str, float]:
        """One optimizer step; returns the losses before weighting."""
        clock = time.monotonic()
        config = self.config
        batch = self.source.draw(
            self.step, config.batch_pictures, config.told, config.questions, config.plain
        )
        rate = config.learning_rate * schedule(self.step / config.steps, config.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        losses = self._losses(batch)
        torch.stack([_WEIGHTS[name] * value for name, value in losses.items()]).sum().backward()
        nn.utils.clip_grad_norm_(self.named.values(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        update_average(self.average, weights_of(self.model), self.step, config.average_decay)
        self.seconds += time.monotonic() - clock
        return {name: float(value.detach()) for name, value in losses.items()}

    def _losses(self, batch: Step) -> dict[str, Tensor]:
        photo = self.model.photo_tokens(self.model.pixels_of(batch.pictures))
        losses = {"facts": self.heads.loss(photo, batch.facts)}
        told = photo[: batch.told]
        return losses | {
            name: lesson_loss(self.model, lesson, told) for name, lesson in batch.lessons.items()
        }

    def save(self, path: Path) -> None:
        """Write the checkpoint, whole or not at all."""
        tensors = {f"model/{n}": v for n, v in weights_of(self.model).items()}
        tensors |= {f"heads/{n}": v for n, v in self.heads.state_dict().items()}
        tensors |= {f"average/{n}": v for n, v in self.average.items()}
        tensors |= {f"optimizer/{n}": v for n, v in state_of(self.optimizer, self.named.items()).items()}
        about = {
            "config": asdict(self.config),
            "step": self.step,
            "seconds": self.seconds,
            "plans": self.plans,
        }
        written = save({n: v.contiguous() for n, v in tensors.items()}, {"position": json.dumps(about)})
        write_atomic(path, written)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint, where there is one of the same configuration.

        Raises:
            Problem: `tasks.other_pretraining` where it is of another.
        """
        if not path.exists():
            return
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["position"])
            if fixed_part(about["config"], _ADJUSTABLE) != fixed_part(asdict(self.config), _ADJUSTABLE):
                raise Problem("tasks.other_pretraining", path=path)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        with torch.no_grad():
            for name, value in weights_of(self.model).items():
                value.copy_(tensors[f"model/{name}"])
                self.average[name].copy_(tensors[f"average/{name}"])
            for name, value in self.heads.state_dict().items():
                value.copy_(tensors[f"heads/{name}"])
        remembered = {
            n.removeprefix("optimizer/"): v for n, v in tensors.items() if n.startswith("optimizer/")
        }
        take_up_state(self.optimizer, self.named.items(), remembered)
        self.step, self.seconds, self.plans = about["step"], about["seconds"], about["plans"]
        if self.plans[-1]["steps"] != self.config.steps:
            self.plans.append({"from_step": self.step, "steps": self.config.steps})

    def export(self, out: Path) -> None:
        """Write the averaged weights as the embedded model is stored."""
        save_text_model(out, self.model, self.average)


def lesson_loss(model: TextModel, lesson: Lesson, photo: Tensor) -> Tensor:
    """Teacher-forced cross-entropy, each wanted token weighing alike; `photo` `(P, T, D)` as the decoder reads it."""
    hidden = model.decoder.hidden(lesson.tokens, photo, lesson.rows)
    wanted = lesson.wanted != IGNORED
    return functional.cross_entropy(model.decoder.logits(hidden[wanted]), lesson.wanted[wanted])


def prepare(config: PretrainConfig, work: Path, progress: Progress) -> Trainer:
    """Pictures, vocabulary, and a model that has learned to see; what is there already is used.

    Raises:
        ValueError: as the bank.
        Problem: as `learn_to_see`.
    """

    def report(stage: str, done: int, total: int) -> None:
        progress(PretrainProgress(stage, done, total))

    work.mkdir(parents=True, exist_ok=True)
    size = PREPROCESSING.image_size
    pictures, _ = bank.make_parts_bank(work, config.seed, config.pictures, size, 1, report)
    file = work / f"tokenizer_{config.seed}_{config.vocabulary}.json"
    if not file.exists():
        report("vocabulary", 0, 1)
        write_atomic(
            file, TextTokenizer.learn(vocabulary_sentences(config.seed), config.vocabulary).to_json()
        )
    tokenizer = TextTokenizer.from_json(file.read_text(encoding="utf-8"))
    source = StepSource(config.seed, pictures, tokenizer)
    seeing = Seeing(config, source, PREPROCESSING)
    learn_to_see(seeing, work, progress)
    model = new_text_model(tokenizer, config.seed)
    model.image.patches.load_state_dict(seeing.net.folded())
    return Trainer(config, model, source, seeing.seconds)


def _learnable(model: TextModel) -> dict[str, nn.Parameter]:
    """Everything, by name."""
    for part in (model.image, model.connector, model.decoder):
        part.requires_grad_(True)
        for block in blocks_of(part):
            own_parts(block)
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def _optimizer(named: Mapping[str, nn.Parameter], config: PretrainConfig) -> torch.optim.Optimizer:
    """AdamW; the convolutions, which can see already, at a smaller rate."""
    seeing = [value for name, value in named.items() if name.startswith("image.patches.")]
    others = [value for name, value in named.items() if not name.startswith("image.patches.")]
    groups = [
        group | {"scale": scale}
        for parameters, scale in ((others, 1.0), (seeing, config.seeing_scale))
        for group in decay_groups(parameters, config.weight_decay)
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))
