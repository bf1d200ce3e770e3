"""Pretrain the embedded backbone: a small CLIP learned from the parts world and, where given, from teachers.

`hikidashi pretrain --out DIR [--teachers DIR]`. The architecture is open_clip's stock `CLIP`. Everything random is
a function of (seed, step), gradients are summed in a fixed order, and the checkpoint holds all state: a run that
was stopped and resumed gives the same bits as one that was not, on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones import bank
from core.backbones.embedded import WEIGHTS_NAME, save_embedded
from core.backbones.pretrain_batches import NAME_TEMPLATES, Batch, BatchSource
from core.backbones.pretrain_losses import (
    WEIGHTS,
    PretrainHeads,
    attribute_loss,
    contrast_loss,
    map_loss,
    name_loss,
    pooled_loss,
    ranking_loss,
    target_loss,
)  # fmt: skip
from core.backbones.pretrain_pace import (
    PretrainProgress,
    Progress,
    decay_groups,
    fixed_part,
    print_progress,
    schedule,
    update_average,
)
from core.backbones.teacher import Teacher, load_teacher
from core.backbones.torchvision_shim import make_torchvision_importable
from core.backbones.towers import run_image_tower, run_text_tower
from core.backbones.vocabulary_map import VocabularyMap
from core.partsworld.captions import caption_wording

MODEL_CFG: dict[str, Any] = {
    "embed_dim": 512,
    "vision_cfg": {"image_size": 112, "patch_size": 16, "width": 192, "head_width": 64, "layers": 6},
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 192, "heads": 3, "layers": 4},
}
CHECKPOINT_NAME = "pretrain.pt"
_PHOTO_FOLDERS = ("sets/grocery25", "captions/grocery_descriptions", "weights/mobilenet_v2_imagenet/photos")
_SHARDS = 2  # fixed, so that results do not depend on the number of cores
_MAX_LOGIT_SCALE = 100.0
_ADJUSTABLE = ("steps", "batch_parts", "batch_views", "batch_names", "sparse_share", "checkpoint_every")


@dataclass(frozen=True)
class PretrainConfig:
    """Everything a pretraining result depends on, beside the teachers' files."""

    seed: int = 1
    steps: int = 3000
    parts_pictures: int = 40_000
    parts_with_teacher: int = 1_024
    photo_views: int = 6_016
    batch_parts: int = 48
    batch_views: int = 16
    batch_names: int = 24
    learning_rate: float = 1.2e-3
    weight_decay: float = 0.05
    warmup: float = 0.04
    sparse_share: float = 0.6
    sparse_patches: float = 0.55
    average_decay: float = 0.99
    checkpoint_every: int = 50

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_parts < 2 or self.batch_parts % _SHARDS or self.batch_views % _SHARDS:
            raise ValueError("steps must be at least 1, the batch's parts and views even numbers")


@dataclass(frozen=True)
class PretrainResult:
    """What a pretraining made. `seconds` are those spent in steps, over all calls; `plans` as in
    `Trainer.load`."""

    weights: Path
    steps: int
    with_teachers: bool
    seconds: float
    plans: list[dict[str, float]]


def pretrain(
    config: PretrainConfig,
    out: Path,
    progress: Progress,
    teachers: Path | None = None,
    work: Path | None = None,
    stop_after: int | None = None,
) -> PretrainResult:
    """Train, or go on training, and write the embedded format under `out`.

    teachers: a folder with `weights/`, `sets/` and `captions/` as the teachers' licences allow them, or None.
    work: where picture banks and the checkpoint lie (default `out/work`). stop_after: stop at that step with
    a checkpoint, for a later call to go on.
    """
    work = work or out / "work"
    torch.use_deterministic_algorithms(True)
    source, teacher = _prepare(config, work, teachers, progress)
    trainer = Trainer(config, source, teacher)
    trainer.load(work / CHECKPOINT_NAME)
    first, clock = trainer.step, time.monotonic()
    last = min(config.steps, stop_after or config.steps)
    while trainer.step < last:
        step_clock = time.monotonic()
        losses = trainer.advance()
        trainer.seconds += time.monotonic() - step_clock
        pace = (time.monotonic() - clock) / (trainer.step - first)
        progress(
            PretrainProgress(
                "training", trainer.step, config.steps, pace * (config.steps - trainer.step), losses
            )
        )
        if trainer.step % config.checkpoint_every == 0 or trainer.step == last:
            trainer.save(work / CHECKPOINT_NAME)
            trainer.export(out)
    trainer.export(out)
    return PretrainResult(
        out / WEIGHTS_NAME, trainer.step, teacher is not None, trainer.seconds, trainer.plans
    )


class Trainer:
    """The model, its heads and optimizer, and one step of pretraining."""

    def __init__(self, config: PretrainConfig, source: BatchSource, teacher: Teacher | None) -> None:
        self.config, self.source, self.teacher = config, source, teacher
        self.vocabulary = VocabularyMap(_all_wording(teacher))
        self.model, self.heads = _build(config.seed, len(self.vocabulary))
        self.parameters = [*self.model.parameters(), *self.heads.parameters()]
        self.tower_parameters = [p for p in self.model.parameters() if p is not self.model.logit_scale]
        self.optimizer = torch.optim.AdamW(
            decay_groups(self.parameters, config.weight_decay), betas=(0.9, 0.98)
        )
        self.average = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.step = 0
        self.plans = [{"from_step": 0, **_plan(config)}]
        self.seconds = 0.0  # spent in steps, over all calls
        # One thread a shard: torch's own threads inside a shard would wait for each other on a busy machine.
        self.pool = ThreadPoolExecutor(_SHARDS, initializer=torch.set_num_threads, initargs=(1,))

    def advance(self) -> dict[str, float]:
        """One optimizer step; returns the losses before weighting."""
        config = self.config
        batch = self.source.draw(
            self.step, config.batch_parts, config.batch_views if self.teacher else 0,
            config.batch_names if self.teacher else 0, self._keep_share(),
        )  # fmt: skip
        for group in self.optimizer.param_groups:
            group["lr"] = config.learning_rate * schedule(self.step / config.steps, config.warmup)
        losses = self._backward(batch)
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=float(torch.tensor(_MAX_LOGIT_SCALE).log()))
        self.step += 1
        update_average(self.average, self.model.state_dict(), self.step, config.average_decay)
        return losses

    def _keep_share(self) -> float:
        return self.config.sparse_patches if self.step < self.config.sparse_share * self.config.steps else 1.0

    def _backward(self, batch: Batch) -> dict[str, float]:
        """Towers by shards in threads, losses over the whole batch; gradients are added in the order of shards."""
        rows, ends = self.vocabulary.encode(batch.texts)
        picture_parts = _shards(self.config.batch_parts, len(batch.pixels))
        text_parts = torch.arange(len(rows)).chunk(_SHARDS)

        def forward(shard: int) -> tuple[Tensor, Tensor, Tensor]:
            chosen, told = picture_parts[shard], text_parts[shard]
            kept = None if batch.kept is None else batch.kept[chosen]
            tokens, image = run_image_tower(self.model.visual, batch.pixels[chosen], kept)
            text = run_text_tower(self.model, self.model.token_embedding(rows[told]), ends[told])
            return tokens, image, text

        def backward(shard: int) -> tuple[Tensor | None, ...]:
            return torch.autograd.grad(
                outputs[shard], self.tower_parameters, wanted[shard], allow_unused=True
            )

        outputs = list(self.pool.map(forward, range(_SHARDS)))
        leaves = [tuple(o.detach().requires_grad_() for o in shard) for shard in outputs]
        losses = self._losses(batch, leaves, torch.cat(picture_parts).argsort())
        total = torch.stack([WEIGHTS[name] * value for name, value in losses.items()]).sum()
        total.backward()
        wanted = [tuple(leaf.grad for leaf in shard) for shard in leaves]
        for gradients in self.pool.map(backward, range(_SHARDS)):
            for parameter, gradient in zip(self.tower_parameters, gradients, strict=True):
                if gradient is not None:
                    parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        return {name: float(value.detach()) for name, value in losses.items()}

    def _losses(self, batch: Batch, leaves: list[tuple[Tensor, ...]], order: Tensor) -> dict[str, Tensor]:
        tokens = torch.cat([shard[0] for shard in leaves])[order]
        image = torch.cat([shard[1] for shard in leaves])[order]
        text = torch.cat([shard[2] for shard in leaves])
        parts = self.config.batch_parts
        scale = self.model.logit_scale.exp()
        losses = {
            "contrast": contrast_loss(image[:parts], text[:parts], batch.allowed, scale),
            "attributes": attribute_loss(self.heads, tokens[:parts, 0], batch.codes),
        }
        if self.teacher is None:
            return losses
        taught = tokens[batch.with_teacher]
        kept = None if batch.kept is None else batch.kept[batch.with_teacher]
        views = len(image) - parts
        targets = self.teacher.image_targets(batch.pooled_targets[-views:])
        losses["maps"] = map_loss(self.heads, taught[:, 1:], batch.map_targets, kept)
        losses["pooled"] = pooled_loss(self.heads, taught[:, 0], batch.pooled_targets)
        losses["target"] = target_loss(image[parts:], targets)
        losses["ranking"] = ranking_loss(image[parts:], targets, self.teacher.name_targets)
        losses["names"] = name_loss(text[parts:], batch.names, self.teacher.name_targets)
        return losses

    def save(self, path: Path) -> None:
        """Write the checkpoint; a crash while writing leaves the one before it."""
        state = {
            "config": asdict(self.config), "step": self.step, "model": self.model.state_dict(),
            "heads": self.heads.state_dict(), "optimizer": self.optimizer.state_dict(), "average": self.average,
            "plans": self.plans,
            "seconds": self.seconds,
        }  # fmt: skip
        partial = path.with_suffix(".partial")
        with partial.open("wb") as stream:
            torch.save(state, stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint, where there is one of the same configuration.

        Length and batch sizes (`_ADJUSTABLE`) may differ: a run may be fitted to the machine's pace on the way, and
        `plans` remembers from which step on it was done how.
        """
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if fixed_part(state["config"], _ADJUSTABLE) != fixed_part(asdict(self.config), _ADJUSTABLE):
            raise ValueError(f"{path} is of another configuration: remove it or choose another work folder")
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step = state["average"], state["step"]
        self.plans, self.seconds = state["plans"], state["seconds"]
        plan = {"from_step": self.step, **_plan(self.config)}
        if {**self.plans[-1], "from_step": self.step} != plan:
            self.plans.append(plan)

    def export(self, out: Path) -> None:
        """Write the averaged weights in the embedded format."""
        save_embedded(out, MODEL_CFG, self.average, self.vocabulary.token_ids)


def _prepare(
    config: PretrainConfig, work: Path, teachers: Path | None, progress: Progress
) -> tuple[BatchSource, Teacher | None]:
    def report(stage: str, done: int, total: int) -> None:
        progress(PretrainProgress(stage, done, total))

    work.mkdir(parents=True, exist_ok=True)
    vision = MODEL_CFG["vision_cfg"]
    size, grid = vision["image_size"], vision["image_size"] // vision["patch_size"]
    processes = min(2, os.cpu_count() or 1)
    pictures, codes = bank.make_parts_bank(work, config.seed, config.parts_pictures, size, processes, report)
    teacher = load_teacher(teachers / "weights") if teachers else None
    if teacher is None or teachers is None:
        return BatchSource(config.seed, bank.PartsBank(pictures, codes, None), None, (), grid), None
    photos = bank.find_photos([teachers / folder for folder in _PHOTO_FOLDERS])
    if not photos:
        raise FileNotFoundError(f"no photos under {teachers} in {', '.join(_PHOTO_FOLDERS)}")
    views = bank.make_views(work, photos, config.seed, config.photo_views, report)
    basis = bank.map_basis(teacher, views[:400])
    of_views = bank.make_teacher_features(work / "views_teacher", teacher, views, basis, report)
    with_teacher = pictures[: config.parts_with_teacher]
    of_parts = bank.make_teacher_features(work / "parts_teacher", teacher, with_teacher, basis, report)
    parts_bank = bank.PartsBank(pictures, codes, of_parts)
    views_bank = bank.ViewsBank(bank.shrink(views, size), of_views)
    return BatchSource(config.seed, parts_bank, views_bank, teacher.names, grid), teacher


def _build(seed: int, tokens: int) -> tuple[Any, PretrainHeads]:
    """open_clip's CLIP with a token embedding for the seen tokens only, and the heads."""
    make_torchvision_importable()
    from open_clip.model import CLIP

    generator_state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    model = CLIP(**MODEL_CFG)
    width = MODEL_CFG["text_cfg"]["width"]
    model.token_embedding = nn.Embedding(tokens, width)
    nn.init.normal_(model.token_embedding.weight, std=0.02)
    heads = PretrainHeads(MODEL_CFG["vision_cfg"]["width"])
    torch.random.set_rng_state(generator_state)
    return model, heads


def _shards(parts: int, pictures: int) -> list[Tensor]:
    """Picture numbers of each shard: an equal share of the parts and of the views."""
    by_part = torch.arange(parts).chunk(_SHARDS)
    by_view = torch.arange(parts, pictures).tensor_split(_SHARDS)
    return [torch.cat(pair) for pair in zip(by_part, by_view, strict=True)]


def _plan(config: PretrainConfig) -> dict[str, float]:
    return {name: value for name, value in asdict(config).items() if name in _ADJUSTABLE}


def _all_wording(teacher: Teacher | None) -> list[str]:
    names = list(teacher.names) if teacher else []
    return [*caption_wording(), *(t.format("") for t in NAME_TEMPLATES), *names]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hikidashi pretrain`."""
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, configuration and card")
    parser.add_argument(
        "--teachers", type=Path, help="folder with weights/, sets/, captions/ of the teachers"
    )
    parser.add_argument(
        "--work", type=Path, help="folder for picture banks and the checkpoint (default OUT/work)"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--steps", type=int, help="optimizer steps (default: as many as the shipped one's plan)"
    )
    length.add_argument(
        "--minutes", type=float, help="train for about this long: steps are set by a short trial"
    )
    parser.add_argument("--seed", type=int, default=PretrainConfig.seed)
    parser.add_argument("--pictures", type=int, help="rendered pictures to learn from")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Pretrain as told by the command line; returns `{"weights", "steps", "zero_shot_top1", …}`."""
    from core.backbones.zero_shot import check_embedded

    torch.set_num_threads(1)  # the two shards are the parallelism
    config = _config_of(args)
    if args.teachers is None:
        print(
            "no --teachers given: learning from the parts world alone, real photos will mean little",
            file=sys.stderr,
        )
    result = pretrain(config, args.out, print_progress, args.teachers, args.work)
    check = check_embedded(args.out)
    record = {
        "config": asdict(config),
        "steps": result.steps,
        "with_teachers": result.with_teachers,
        "seconds": round(result.seconds),
    }
    (args.out / "pretrain.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return {"weights": str(result.weights), "zero_shot_top1": check["top1"], **record}


def _config_of(args: argparse.Namespace) -> PretrainConfig:
    config = PretrainConfig(
        seed=args.seed,
        steps=args.steps or PretrainConfig.steps,
        parts_pictures=args.pictures or PretrainConfig.parts_pictures,
    )
    config = replace(config, parts_with_teacher=min(config.parts_with_teacher, config.parts_pictures))
    return replace(config, steps=_steps_in(args.minutes)) if args.minutes else config


def _steps_in(minutes: float) -> int:
    """How many steps fit, by timing two forward and backward passes of a model of this size."""
    model, _ = _build(0, 2)
    pixels = torch.zeros(64, 3, *[MODEL_CFG["vision_cfg"]["image_size"]] * 2)
    clock = time.monotonic()
    for _ in range(2):
        run_image_tower(model.visual, pixels)[1].sum().backward()
    # A step is two shards side by side, a third of them on half the patches, plus texts: about 1.25 such passes.
    return max(20, int(minutes * 60 / ((time.monotonic() - clock) / 2 * 1.25)))
