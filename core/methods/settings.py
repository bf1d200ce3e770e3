"""Hyper-parameters that describe themselves: words in both languages, range, and who should see them.

A configuration is a frozen dataclass whose fields are made by `setting`; the details drawer of the window
and the check of `--set KEY=VALUE` are both generated from it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from core.problems import Language, Problem
from core.training.job import HyperValue

Level = Literal["simple", "expert"]
_KEY = "hikidashi"


class Config(Protocol):
    """Any configuration dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True)
class Limits:
    """What a value may be: between two numbers, or one of some words."""

    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def allow(self, value: HyperValue) -> bool:
        """Whether the value is within."""
        if self.choices:
            return value in self.choices
        if isinstance(value, str):
            return True
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)

    def __str__(self) -> str:
        if self.choices:
            return " / ".join(self.choices)
        ends = ("" if end is None else f"{end:g}" for end in (self.minimum, self.maximum))
        return "–".join(ends)


@dataclass(frozen=True)
class Setting:
    """One hyper-parameter: `key` as in presets and `--set` (`coop.n_ctx`), its default and its words."""

    key: str
    default: HyperValue
    limits: Limits
    level: Level
    label: Mapping[Language, str]
    help: Mapping[Language, str]

    def check(self, value: HyperValue) -> HyperValue:
        """The value in the type of the default (an integer is a fine float).

        Raises:
            Problem: `methods.bad_setting` for a wrong type or a value outside the limits.
        """
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or not self.limits.allow(value):
            raise Problem("methods.bad_setting", key=self.key, value=value, limits=self.limits)
        return value


def setting(
    default: HyperValue,
    label: tuple[str, str],
    explained: tuple[str, str],
    limits: Limits,
    level: Level = "expert",
) -> Any:
    """A dataclass field with its default, words as (Japanese, English), limits and level."""
    words = [{"ja": pair[0], "en": pair[1]} for pair in (label, explained)]
    about = {"default": default, "label": words[0], "help": words[1], "limits": limits, "level": level}
    return dataclasses.field(default=default, metadata={_KEY: about})


def settings_of(config: type[Config], prefix: str) -> tuple[Setting, ...]:
    """The settings of a configuration class, keys starting with `prefix.`."""
    return tuple(
        Setting(key=f"{prefix}.{field.name}", **field.metadata[_KEY]) for field in dataclasses.fields(config)
    )


def check_config(config: Config, prefix: str) -> None:
    """For `__post_init__`: every value is of its type and within its limits. Raises Problem."""
    for entry in settings_of(type(config), prefix):
        entry.check(getattr(config, entry.key.removeprefix(f"{prefix}.")))
