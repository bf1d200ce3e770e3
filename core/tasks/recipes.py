"""How a text model is tuned where nothing else is said: AdamW at a rate that suits each method.

The recipes of classification are the papers' for CLIP (SGD on a matching loss of scale 100); writing has another loss
and no published recipe for models this small. Of two or three rates each, those are taken that scored best after 24
rounds on plant photos of seed 0, which no protocol uses (prefix 1e-3, 3e-3, 1e-2; LoRA 1e-3, 3e-3; adapters 1e-3, 4e-3;
full 3e-4, 1e-3); at 3e-2 a prefix tears the model apart. LoRA's 3e-3 made the next embedded model's loss jump where it
answered the sample's questions (66 % right, 93 % at 2e-3), and describes hardly better (CIDEr 9.3, 8.7): so 2e-3.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.methods.catalogue import Composition
from core.methods.settings import Setting
from core.tasks.writers import Kind
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
_RATES: dict[str, float] = {"prefix": 1e-2, "lora": 2e-3, "adapter": 1e-3, "full": 3e-4}
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


# Large models that were trained on millions of photos: the usual rates for fine-tuning a language model, smaller by an
# order, since what they know is worth keeping. LoRA 1e-4…2e-4, prefixes 1e-3…1e-2 (methods.md §10.4); a gated prefix
# begins at nothing and takes the upper end.
_LARGE: dict[str, HyperValue] = {"training.epochs": 8, "training.batch_size": 8}
# Hundreds of photo tokens before each text, and a vision part that costs more than the rest: it learns when asked to.
_CHAT: dict[str, HyperValue] = {"training.epochs": 4, "training.batch_size": 4}
_LARGE_RATES: dict[str, float] = {"prefix": 1e-2, "lora": 2e-4, "adapter": 2e-4, "full": 1e-5}
_LARGE_TWO_STAGES: dict[str, HyperValue] = {
    "pt-peft.first_epochs": 4,
    "pt-peft.first_rate": 1e-2,
    "pt-peft.prefix_lr_scale": 20.0,
}


def with_text_defaults(
    composition: Composition, hyper: Mapping[str, HyperValue], kind: Kind = "embedded"
) -> dict[str, HyperValue]:
    """The settings given, over those that suit models of this kind."""
    inner = composition.inner or composition
    large = kind != "embedded"
    rates, two_stages = (_LARGE_RATES, _LARGE_TWO_STAGES) if large else (_RATES, _TWO_STAGES)
    defaults = _COMMON | {"training.learning_rate": rates[inner.name]} | _OF_METHOD.get(inner.name, {})
    if large:
        defaults |= _LARGE
    if kind == "transformers":
        defaults |= _CHAT | {f"{inner.name}.towers": "text"}
    if composition.inner is not None:
        defaults |= two_stages
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


def text_values(
    composition: Composition, hyper: Mapping[str, HyperValue], kind: Kind = "embedded"
) -> dict[str, HyperValue]:
    """Each of them with its value: the one given, else the one that suits models of this kind."""
    values = with_text_defaults(composition, hyper, kind)
    return {entry.key: values.get(entry.key, entry.default) for entry in text_settings(composition)}
