"""`hikidashi pretrain --task caption|vqa`: train, measure on held-out compositions, write card and record."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from core.backbones.pretrain_pace import print_progress
from core.files import write_atomic
from core.tasks.card import render_card
from core.tasks.embedded import load_text_model
from core.tasks.heldout_check import check_text_model
from core.tasks.place import WEIGHTS_NAME
from core.tasks.pretrain import Trainer, prepare, pretrain
from core.tasks.pretrain_config import PretrainConfig

RECORD_NAME, FIGURES_NAME, CARD_NAME = "pretrain.json", "card.json", "card.md"
_TRIAL_STEPS = 3


def run(
    task: str,
    out: Path,
    work: Path | None,
    seed: int,
    steps: int | None,
    minutes: float | None,
    pictures: int | None,
) -> dict[str, Any]:
    """Pretrain as told by the command line; returns `{"weights", "steps", "task", "caption", "vqa", …}`.

    Raises:
        Problem: as `pretrain`.
    """
    # One thread: torch's own would wait for each other on a busy machine, and sums stay in one order.
    torch.set_num_threads(1)
    config = PretrainConfig(seed=seed)
    config = replace(config, steps=steps or config.steps, pictures=pictures or config.pictures)
    if minutes:
        clock = time.monotonic()
        trainer = prepare(config, work or out / "work", print_progress)
        left = minutes * 60 - (time.monotonic() - clock)
        config = replace(config, steps=_steps_in(trainer, left))
    result = pretrain(config, out, print_progress, work)
    record = {
        "config": asdict(config),
        "steps": result.steps,
        "seconds": round(result.seconds),
        "plans": result.plans,
    }
    write_atomic(out / RECORD_NAME, json.dumps(record, indent=2) + "\n")
    print("measuring on held-out compositions", file=sys.stderr, flush=True)
    figures = write_card(out)
    return {"weights": str(result.weights), "task": task, **record, **figures["held_out"]}


def write_card(folder: Path) -> dict[str, Any]:
    """Measure the model in a folder and write `card.json` and `card.md` there; returns the figures.

    Raises:
        Problem: as `load_text_model`.
    """
    model = load_text_model(folder)
    record = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
    parts = {"image": model.image, "connector": model.connector, "decoder": model.decoder}
    figures = {
        "weights_bytes": (folder / WEIGHTS_NAME).stat().st_size,
        "parameters": {name: sum(p.numel() for p in part.parameters()) for name, part in parts.items()},
        "vocabulary": len(model.tokenizer),
        "held_out": check_text_model(model),
        "pretrain": record,
    }
    write_atomic(folder / FIGURES_NAME, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    write_atomic(folder / CARD_NAME, render_card(figures))
    return figures


def _steps_in(trainer: Trainer, seconds: float) -> int:
    """How many steps fit, by a short trial."""
    clock = time.monotonic()
    for _ in range(_TRIAL_STEPS):
        trainer.advance()
    return max(20, int(seconds * _TRIAL_STEPS / (time.monotonic() - clock)))


if __name__ == "__main__":
    write_card(Path(sys.argv[1]))
