"""The methods by name: what each can do, where it comes from, and how names are composed.

A composition is a method, or a wrapper around one: `coop`, `dept(coop)`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from core.methods.configs import CoOpConfig, DePTConfig, RecipeConfig, ZeroShotConfig
from core.methods.settings import Config, Setting, settings_of
from core.problems import Problem
from core.training.job import HyperValue

RECIPE = "training"
_PART = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Entry:
    """A method or wrapper: its settings, what it trains and what it can tell apart."""

    config: type[Config]
    trains: str
    source: str
    wrapper: bool = False
    trainable: bool = True
    tasks: tuple[str, ...] = ("classification",)
    classifies: tuple[str, ...] = ("base", "new", "union")


CATALOGUE: dict[str, Entry] = {
    "zero-shot": Entry(ZeroShotConfig, "nothing", "CLIP, arXiv 2103.00020", trainable=False),
    "coop": Entry(CoOpConfig, "context words of the text", "CoOp, arXiv 2109.01134"),
    "dept": Entry(
        DePTConfig,
        "channel scales and a head beside the inner method",
        "DePT, arXiv 2309.07439",
        wrapper=True,
    ),
}


@dataclass(frozen=True)
class Composition:
    """A method's name and, for a wrapper, what it wraps."""

    name: str
    inner: Self | None = None

    def __str__(self) -> str:
        return self.name if self.inner is None else f"{self.name}({self.inner})"

    def parts(self) -> Iterator[str]:
        """Names from the outside in."""
        yield self.name
        if self.inner is not None:
            yield from self.inner.parts()

    @property
    def trainable(self) -> bool:
        """Whether it learns anything."""
        return CATALOGUE[self.name].trainable

    def settings(self) -> tuple[Setting, ...]:
        """All that can be set for it: the recipe first, then each part."""
        configs = ([(RECIPE, RecipeConfig)] if self.trainable else []) + [
            (name, CATALOGUE[name].config) for name in self.parts()
        ]
        return tuple(entry for name, config in configs for entry in settings_of(config, name))

    def configure(self, hyper: Mapping[str, HyperValue]) -> dict[str, Any]:
        """The configuration of each part, and of the recipe under `training`, from flat keys.

        Raises:
            Problem: `methods.unknown_setting` or `methods.bad_setting`.
        """
        known = {entry.key: entry for entry in self.settings()}
        for key in hyper:
            if key not in known:
                raise Problem("methods.unknown_setting", key=key, composition=self, known=", ".join(known))
        values = {key: known[key].check(value) for key, value in hyper.items()}
        classes: dict[str, type[Config]] = {name: CATALOGUE[name].config for name in self.parts()}
        return {
            name: config(
                **{k.removeprefix(f"{name}."): v for k, v in values.items() if k.startswith(f"{name}.")}
            )
            for name, config in (classes | {RECIPE: RecipeConfig}).items()
        }


def parse_composition(text: str) -> Composition:
    """Read `coop` or `dept(coop)`.

    Raises:
        Problem: `methods.unknown_composition` when the text is no composition of known parts: an unknown
            name, a wrapper around nothing or around something untrained, brackets that do not match.
    """
    composition = _parse(text.replace(" ", ""))
    if composition is None:
        raise Problem("methods.unknown_composition", text=text, known=", ".join(map(str, compositions())))
    return composition


def compositions() -> tuple[Composition, ...]:
    """Every composition of at most one wrapper."""
    plain = [Composition(name) for name, entry in CATALOGUE.items() if not entry.wrapper]
    wrappers = [name for name, entry in CATALOGUE.items() if entry.wrapper]
    return (*plain, *(Composition(name, inner) for name in wrappers for inner in plain if inner.trainable))


def _parse(text: str) -> Composition | None:
    match = _PART.match(text)
    entry = CATALOGUE.get(match[0]) if match else None
    if match is None or entry is None:
        return None
    rest = text[match.end() :]
    if not entry.wrapper:
        return Composition(match[0]) if not rest else None
    if not (rest.startswith("(") and rest.endswith(")")):
        return None
    inner = _parse(rest[1:-1])
    if inner is None or not inner.trainable or match[0] in inner.parts():
        return None
    return Composition(match[0], inner)
