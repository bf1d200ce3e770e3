"""What tuning a text model learned, on disk: one safetensors file with what it belongs to inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from core.files import write_atomic
from core.problems import Problem
from core.tasks.protocol import TunableWriter, Tuning
from core.training.job import HyperValue

TUNED_SCHEMA = 1
_KEY = "tuned"


def save_tuned(path: Path, tuning: Tuning, hyper: Mapping[str, HyperValue], weights_sha256: str) -> None:
    """Write it, whole or not at all; `weights_sha256` names the text model that was tuned.

    Every setting goes along, given or not: what suits a model where nothing is said may be another in the next version.
    """
    about = {
        "schema_version": TUNED_SCHEMA,
        "composition": str(tuning.composition),
        "hyper": {**settings_of(tuning), **hyper},
        "weights_sha256": weights_sha256,
    }
    tensors = {name: value.contiguous() for name, value in tuning.learned_state().items()}
    write_atomic(path, save(tensors, {_KEY: json.dumps(about)}))


def settings_of(tuning: Tuning) -> dict[str, HyperValue]:
    """Every setting that a tuning stands on, given or not, by key."""
    parts = ((entry.key, *entry.key.split(".", 1)) for entry in tuning.composition.settings())
    return {key: getattr(tuning.configs[part], name) for key, part, name in parts}


def load_tuned(path: Path, base: TunableWriter) -> Tuning:
    """The tuned model around `base`, ready to write.

    Raises:
        Problem: `tasks.tuned_unreadable` when the file is damaged; `tasks.tuned_other_model` when it was learned on
            another text model; `tasks.other_tuning` when its tensors are not those of its method.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about: dict[str, Any] = json.loads(file.metadata()[_KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        if about["schema_version"] != TUNED_SCHEMA:
            raise ValueError(f"schema {about['schema_version']}")
        composition, hyper, learned_on = (about[key] for key in ("composition", "hyper", "weights_sha256"))
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Problem("tasks.tuned_unreadable", path=path, reason=error) from error
    if learned_on != base.card.sha256:
        raise Problem("tasks.tuned_other_model", path=path)
    tuning = base.tune(composition, hyper, seed=0)
    tuning.load_learned_state(tensors)
    tuning.eval()
    return tuning
