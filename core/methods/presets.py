"""Presets: a composition with its settings and plain words, one TOML file each; and which one to take."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from core.assets import ASSETS
from core.methods.catalogue import Composition, parse_composition
from core.problems import Language, Problem
from core.project.revision import DataRevision
from core.training.job import HyperValue

LANGUAGES: tuple[Language, ...] = ("ja", "en")
FEW_PHOTOS = 4
FEW_CLASSES = 2
UNBALANCED = 3.0


@dataclass(frozen=True)
class PresetText:
    """What a preset is called, what it does, and when it suits."""

    title: str
    summary: str
    when: str


@dataclass(frozen=True)
class Preset:
    """A named choice. `hyper` has flat keys as in `Composition.settings()`; `order` is that on the screen.

    The few with `card` stand on the page as cards, all others among the details.
    """

    name: str
    composition: str
    hyper: dict[str, HyperValue]
    texts: dict[Language, PresetText]
    order: int
    card: bool = False

    @property
    def parsed(self) -> Composition:
        """The composition, parsed."""
        return parse_composition(self.composition)


@dataclass(frozen=True)
class Recommendation:
    """The preset to take and why: the reason has its words in assets/messages/methods.toml."""

    preset: str
    reason_code: str
    data: dict[str, Any] = field(default_factory=dict)


@cache
def load_presets(folder: Path = ASSETS / "presets") -> tuple[Preset, ...]:
    """All presets, in the order of the screen; read once.

    Raises:
        Problem: `methods.bad_preset` when a file cannot be read, or `Composition.configure`'s.
    """
    return tuple(
        sorted((load_preset(path) for path in folder.glob("*.toml")), key=lambda p: (p.order, p.name))
    )


def load_preset(path: Path) -> Preset:
    """One preset file, checked whole. Raises Problem as `load_presets`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        texts = {language: PresetText(**content[language]) for language in LANGUAGES}
        preset = Preset(
            name=path.stem,
            composition=content["composition"],
            hyper=_flat(content.get("hyper", {})),
            texts=texts,
            order=content["order"],
            card=content.get("card", False),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem("methods.bad_preset", path=path, reason=error) from error
    preset.parsed.configure(preset.hyper)
    return preset


def resolve_preset(name: str) -> Preset:
    """The preset of that name, or a composition (`dept(coop)`) with the settings of its own first preset.

    Raises:
        Problem: `methods.unknown_preset` when it is neither.
    """
    return resolve_among(load_presets(), name)


def resolve_among(presets: Sequence[Preset], name: str) -> Preset:
    """`resolve_preset` for some presets only. Raises Problem as it does."""
    found = next((preset for preset in presets if preset.name == name), None)
    if found is not None:
        return found
    try:
        composition = str(parse_composition(name))
    except Problem as problem:
        known = ", ".join(preset.name for preset in presets)
        raise Problem("methods.unknown_preset", name=name, known=known) from problem
    alike = next((preset for preset in presets if preset.composition == composition), None)
    if alike is not None:
        return alike
    words = PresetText(composition, composition, "")
    return Preset(composition, composition, {}, dict.fromkeys(LANGUAGES, words), order=0)


def recommend(revision: DataRevision) -> Recommendation:
    """The preset that suits the data, with the figures that say so."""
    train = revision.counts("train")
    return recommend_for([train[index] for index in revision.base])


def recommend_for(counts: Sequence[int]) -> Recommendation:
    """The same from the number of training photos of each learned class."""
    if len(counts) < FEW_CLASSES or min(counts) == 0:
        return Recommendation("zero-shot", "methods.why_too_little", {"classes": len(counts)})
    least, most = min(counts), max(counts)
    if least < FEW_PHOTOS:
        return Recommendation("coop", "methods.why_few_photos", {"least": least, "wanted": FEW_PHOTOS})
    if most > UNBALANCED * least:
        return Recommendation("coop-dept", "methods.why_unbalanced", {"least": least, "most": most})
    return Recommendation("coop-dept", "methods.why_ordinary", {"least": least, "classes": len(counts)})


def _flat(tables: dict[str, dict[str, HyperValue]]) -> dict[str, HyperValue]:
    return {f"{part}.{key}": value for part, values in tables.items() for key, value in values.items()}
