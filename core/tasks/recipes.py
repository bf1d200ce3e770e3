"""How a text model is tuned where nothing else is said: AdamW at a rate that suits each method.

The recipes of classification are the papers' for CLIP (SGD on a matching loss of scale 100); writing has another loss
and no published recipe for models this small. Of two or three rates each, those are taken that scored best after 24
rounds on plant photos of seed 0, which no protocol uses (prefix 1e-3, 3e-3, 1e-2; LoRA 1e-3, 3e-3; adapters 1e-3, 4e-3;
full 3e-4, 1e-3); at 3e-2 a prefix tears the model apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.methods.catalogue import Composition
from core.methods.settings import Setting
from core.training.job import HyperValue

_COMMON: dict[str, HyperValue] = {
    "training.optimizer": "adamw",
    "training.epochs": 24,
    "training.batch_size": 8,
    "training.weight_decay": 0.01,
    "training.warmup_epochs": 0,
    "training.views": 1,
    "training.flip": False,
}
_RATES: dict[str, float] = {"prefix": 1e-2, "lora": 3e-3, "adapter": 1e-3, "full": 3e-4}
_OF_METHOD: dict[str, dict[str, HyperValue]] = {
    # All linear layers, as is usual for models that write: new wording moves more than where one looks.
    "lora": {
        "lora.targets": "qkvo+mlp",
        "lora.rank": 16,
        "lora.alpha": 32,
        "lora.dropout": 0.05,
        "lora.rslora": False,
    },
}
_TWO_STAGES: dict[str, HyperValue] = {
    "pt-peft.first_epochs": 12,
    "pt-peft.first_rate": 1e-2,
    "pt-peft.prefix_lr_scale": 1.0,
}


def with_text_defaults(composition: Composition, hyper: Mapping[str, HyperValue]) -> dict[str, HyperValue]:
    """The settings given, over those that suit text models."""
    inner = composition.inner or composition
    defaults = _COMMON | {"training.learning_rate": _RATES[inner.name]} | _OF_METHOD.get(inner.name, {})
    if composition.inner is not None:
        defaults |= _TWO_STAGES
    return {**defaults, **hyper}


# Of the recipe, what is about kinds and about drawing views of a photo; and sentences that kinds stand in.
_NOT_OF_TEXTS = ("training.balance", "training.views", "training.smallest_crop", "training.flip")


def text_settings(composition: Composition) -> tuple[Setting, ...]:
    """All that can be set for tuning a model that writes; what would change nothing there is left out."""
    return tuple(
        entry
        for entry in composition.settings()
        if entry.key not in _NOT_OF_TEXTS and not entry.key.endswith(".template")
    )


def text_values(composition: Composition, hyper: Mapping[str, HyperValue]) -> dict[str, HyperValue]:
    """Each of them with its value: the one given, else the one that suits models that write."""
    values = with_text_defaults(composition, hyper)
    return {entry.key: values.get(entry.key, entry.default) for entry in text_settings(composition)}
