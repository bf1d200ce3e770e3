"""What may be tried: every preset as it is, and variations of it in the settings that matter most.

The speed of learning and the number of rounds are varied as factors of the preset's own, so that what is found for
one method tells something of others; weights that balance parts of a loss or of a judgement by their own values.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from optuna.trial import Trial

from core.methods.configs.template import TEMPLATE
from core.methods.presets import Preset
from core.methods.settings import Setting
from core.training.job import HyperValue

RATE, ROUNDS = "training.learning_rate", "training.epochs"
PRESET = "preset"

# Light ones, the most different ones early: what is left of a small budget has then seen most kinds.
LIGHT = (
    *("zero-shot", "linear-fusion-coop", "coop", "linear-probe", "coop-dept", "kgcoop", "nearest-mean", "tip-adapter"),
    *("dept-clip-adapter", "npt-dept-coop", "npt-coop", "clip-adapter", "dept-kgcoop", "prograd", "tcp"),
    *("zero-shot-ensemble", "coop-csc", "tip-adapter-f", "linear-fusion-kgcoop", "npt-kgcoop"),
)  # fmt: skip
# Those that run a tower in every step: by what they brought for their time.
HEAVY = (
    *("lora", "dept-adapter", "dept-lora", "adapter", "dept-cocoop", "vpt-deep", "maple", "npt-maple", "cocoop"),
    *("dept-vpt-deep", "promptsrc", "prefix", "pt-peft-lora", "skip-tuning"),
)  # fmt: skip


@dataclass(frozen=True)
class Range:
    """Between which values a setting is varied; `whole` numbers only, evenly in the logarithm with `log`."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def drawn(self, trial: Trial, name: str) -> float | int:
        """A value that the search draws, or was told to take."""
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


FACTORS = {RATE: Range(1 / 8, 8, log=True), ROUNDS: Range(1 / 2, 2, log=True)}
VARIED = {
    "coop.n_ctx": Range(1, 16, log=True, whole=True),
    "kgcoop.n_ctx": Range(1, 16, log=True, whole=True),
    "cocoop.n_ctx": Range(1, 16, log=True, whole=True),
    "kgcoop.weight": Range(0.25, 32, log=True),
    "prograd.strength": Range(0, 1),
    "tcp.weight": Range(0.25, 32, log=True),
    "clip-adapter.ratio": Range(0.05, 0.95),
    "lora.rank": Range(1, 16, log=True, whole=True),
    "lora.dropout": Range(0, 0.5),
    "adapter.width": Range(4, 128, log=True, whole=True),
    "dept.balance": Range(0.05, 0.95),
    "dept.lr_scale": Range(1, 30, log=True),
    "linear-fusion.balance": Range(0.05, 0.95),
    "linear-fusion.lr_scale": Range(1, 30, log=True),
    "npt.collapse": Range(0.01, 3, log=True),
    "npt.isomorphism": Range(0.01, 3, log=True),
}


@dataclass(frozen=True)
class Candidate:
    """A way to train: a preset and all settings, of which `changed` are not the preset's own."""

    preset: str
    composition: str
    hyper: dict[str, HyperValue]
    changed: dict[str, HyperValue] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """Its name in the records."""
        return f"{self.preset} {json.dumps(self.changed, sort_keys=True)}"


def ladder(presets: Mapping[str, Preset]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The light presets and the heavy ones, each in the order in which they are tried; what has no place in the lists
    stands behind the heavy ones."""
    light = tuple(name for name in LIGHT if name in presets)
    heavy = [name for name in HEAVY if name in presets]
    return light, (*heavy, *(name for name in presets if name not in {*light, *heavy}))


def as_it_is(preset: Preset) -> dict[str, str | float | int]:
    """The parameters by which `drawn` gives the preset with its own settings."""
    own = {entry.key: preset.hyper.get(entry.key, entry.default) for entry in preset.parsed.settings()}
    factors = {name: 1.0 for name in FACTORS if name in own}
    values = {key: value for key, value in own.items() if key in VARIED and not isinstance(value, str)}
    return {PRESET: preset.name, **factors, **values}


def drawn(trial: Trial, presets: Mapping[str, Preset], template: str = TEMPLATE) -> Candidate:
    """What the search wants to try now."""
    preset = presets[trial.suggest_categorical(PRESET, list(presets))]
    own = {entry.key: preset.hyper.get(entry.key, entry.default) for entry in preset.parsed.settings()}
    changed: dict[str, HyperValue] = {}
    for entry in preset.parsed.settings():
        if entry.key in FACTORS:
            factor = FACTORS[entry.key].drawn(trial, entry.key)
            changed[entry.key] = _scaled(own[entry.key], factor, entry)
        elif entry.key in VARIED:
            changed[entry.key] = _rounded(VARIED[entry.key].drawn(trial, entry.key))
    changed = {key: value for key, value in changed.items() if value != own[key]}
    hyper = {**preset.hyper, **_sentence(preset, template), **changed}
    return Candidate(preset.name, preset.composition, hyper, changed)


def _sentence(preset: Preset, template: str) -> dict[str, HyperValue]:
    if template == TEMPLATE:
        return {}
    return {entry.key: template for entry in preset.parsed.settings() if entry.key.endswith(".template")}


def _scaled(own: HyperValue, factor: float, entry: Setting) -> HyperValue:
    assert not isinstance(own, str), "a number"
    if factor == 1.0:
        return own
    scaled = own * factor
    most, least = entry.limits.maximum, entry.limits.minimum
    assert most is not None and least is not None, "limited on both sides"
    within = min(max(scaled, least), most)
    return round(within) if isinstance(own, int) else _rounded(within)


def _rounded(value: float) -> float | int:
    """Three digits say all that a setting means."""
    return value if isinstance(value, int) else float(f"{value:.3g}")
