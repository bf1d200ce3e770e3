"""The papers' own recipes, to run a protocol as they did: `assets/recipes.toml` (methods.md §2-§11)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from core.assets import ASSETS
from core.methods.catalogue import Composition
from core.methods.presets import Preset
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.job import HyperValue

RecipeName = Literal["own", "paper", "dept"]
RECIPES: tuple[RecipeName, ...] = get_args(RecipeName)
Hyper = dict[str, HyperValue]
# DePT's paper has these; its control, a plain classifier in DePT's place, is trained alike.
DECOUPLED = ("dept", "linear-fusion")
# What can be set at most.
_MOST_ROUNDS, _MOST_VIEWS = 1000, 200


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class When(_Frozen):
    """Settings that hold on one set, in one protocol or at some numbers of shots only."""

    hyper: Hyper
    set: str = ""
    protocol: str = ""
    shots: tuple[int, ...] = ()

    def holds(self, set_name: str, protocol: str, shots: int) -> bool:
        """Whether all that is asked for is so."""
        here = self.set in ("", set_name) and self.protocol in ("", protocol)
        return here and (not self.shots or shots in self.shots)


class Published(_Frozen):
    """A method's recipe. CLIP-LoRA counts steps instead of rounds."""

    hyper: Hyper = Field(default_factory=dict)
    when: tuple[When, ...] = ()
    steps_per_shot: int = 0
    notes: tuple[str, ...] = ()


class Book(_Frozen):
    """A source: what all its methods share, what still differs here, and each method's own."""

    notes: tuple[str, ...]
    common: Hyper
    methods: dict[str, Published]


@cache
def books() -> dict[str, Book]:
    """The sources by name."""
    content = tomllib.loads((ASSETS / "recipes.toml").read_text(encoding="utf-8"))
    return {name: Book.model_validate(book) for name, book in content.items()}


@dataclass(frozen=True)
class Recipe:
    """By which recipe the runs of a protocol are trained: a preset's `own`, its `paper`'s, or `dept`'s re-run."""

    name: RecipeName = "own"
    protocol: str = ""

    def check(self, presets: Iterable[Preset]) -> None:
        """Refuse what was not published. Raises Problem `bench.no_recipe`."""
        for preset in presets:
            self._found(preset)

    def of(self, preset: Preset, set_name: str, revision: DataRevision) -> Preset:
        """The preset as it is trained on a revision of a set. Raises Problem as `check`."""
        found = self._found(preset)
        if found is None:
            return preset
        book, published = found
        counts = revision.counts("train")
        shots = max((counts[label] for label in revision.base), default=0)
        hyper = book.common | published.hyper
        for entry in published.when:
            hyper |= entry.hyper if entry.holds(set_name, self.protocol, shots) else {}
        if published.steps_per_shot:
            photos, batch = sum(counts[label] for label in revision.base), int(hyper["training.batch_size"])
            per_round = max(1, photos // batch)
            rounds = round(published.steps_per_shot * shots / per_round)
            hyper |= {"training.epochs": min(_MOST_ROUNDS, max(1, rounds))}
        hyper |= {"training.views": min(_MOST_VIEWS, int(hyper["training.epochs"]))}
        known = {entry.key for entry in preset.parsed.settings()}
        return replace(
            preset, hyper=preset.hyper | {key: value for key, value in hyper.items() if key in known}
        )

    def notes(self, presets: Iterable[Preset]) -> dict[str, list[str]]:
        """What still differs from the papers, by preset."""
        told = {}
        for preset in presets:
            found = self._found(preset)
            if found is not None:
                told[preset.name] = [*found[0].notes, *found[1].notes]
        return told

    def _found(self, preset: Preset) -> tuple[Book, Published] | None:
        if self.name == "own" or preset.parsed.learns != "by_epochs":
            return None
        *wrappers, base = preset.parsed.parts()
        decoupled = bool(wrappers) and set(wrappers) <= set(DECOUPLED)
        book = books()["dept" if decoupled else self.name]
        published = book.methods.get(preset.name, book.methods.get(base))
        if published is None or (wrappers and not decoupled):
            raise Problem("bench.no_recipe", name=preset.name, recipe=self.name)
        return book, published


OWN = Recipe()


def published_for(composition: Composition) -> tuple[int, int, int] | None:
    """Rounds, batch and steps per shot that were published for it, where there are any (0 rounds: steps count).

    NPT, of whose recipe none was found, trains as its inner method; PT-PEFT, of whose none was found either, begins
    with a stage of its own.
    """
    *wrappers, base = composition.parts()
    if "pt-peft" in wrappers:
        return None
    decoupled = any(name in DECOUPLED for name in wrappers)
    book = books()["dept" if decoupled else "paper"]
    published = book.methods.get(base, Published() if decoupled else None)
    if published is None:
        return None
    hyper = book.common | published.hyper
    return int(hyper.get("training.epochs", 0)), int(hyper["training.batch_size"]), published.steps_per_shot
