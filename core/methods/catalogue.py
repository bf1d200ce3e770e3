"""The methods by name: what each can do, where it comes from, and how names are composed.

A composition is a method, or a wrapper around one: `coop`, `dept(coop)`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from core.methods.configs.automatic import AutomaticConfig
from core.methods.configs.image_prompts import (
    MaPLeConfig,
    PromptSRCConfig,
    VPTDeepConfig,
    VPTShallowConfig,
)
from core.methods.configs.peft import (
    AdapterConfig,
    BitFitConfig,
    FullConfig,
    LoRAConfig,
    PrefixConfig,
    PTPEFTConfig,
    SkipTuningConfig,
)
from core.methods.configs.prompts import (
    CoCoOpConfig,
    CoOpConfig,
    KgCoOpConfig,
    ProGradConfig,
    TCPConfig,
)
from core.methods.configs.recipe import RecipeConfig
from core.methods.configs.references import (
    CLIPAdapterConfig,
    LinearProbeConfig,
    NearestMeanConfig,
    TipAdapterConfig,
    TipAdapterFConfig,
    ZeroShotConfig,
)
from core.methods.configs.wrappers import DePTConfig, LinearFusionConfig, NPTConfig
from core.methods.settings import Config, Setting, settings_of
from core.problems import Problem
from core.training.job import HyperValue

RECIPE = "training"
AUTOMATIC = "automatic"
Learns = Literal["nothing", "at_once", "by_epochs", "by_search"]
_PART = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Entry:
    """A method or wrapper: its settings, what it trains and what it can tell apart by itself.

    A wrapper `wraps` those methods and wrappers, by name: nothing else stands in it, at any depth. Where
    `classifies` lacks "new", classes that were never learned are judged by the untouched backbone's texts.
    """

    config: type[Config]
    trains: str
    source: str
    learns: Learns = "by_epochs"
    wraps: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ("classification",)
    classifies: tuple[str, ...] = ("base", "new", "union")


# What tunes inside the towers tunes inside a text model as well (core.tasks.tuning).
_TEXTS_TOO = ("classification", "caption", "vqa")

# DePT and its control stand around the same methods, so that each can be compared.
_FUSED = (
    "coop",
    "cocoop",
    "kgcoop",
    "vpt-shallow",
    "vpt-deep",
    "maple",
    "promptsrc",
    "clip-adapter",
    "adapter",
    "lora",
)

CATALOGUE: dict[str, Entry] = {
    "zero-shot": Entry(ZeroShotConfig, "nothing", "CLIP, arXiv 2103.00020", learns="nothing"),
    "linear-probe": Entry(
        LinearProbeConfig,
        "a linear layer on image features",
        "CLIP, arXiv 2103.00020",
        learns="at_once",
        classifies=("base",),
    ),
    "nearest-mean": Entry(
        NearestMeanConfig,
        "the mean image feature of each class",
        "nearest class mean",
        learns="at_once",
        classifies=("base",),
    ),
    "tip-adapter": Entry(
        TipAdapterConfig,
        "a memory of the photos' features",
        "Tip-Adapter, arXiv 2207.09519",
        learns="at_once",
        classifies=("base",),
    ),
    "tip-adapter-f": Entry(
        TipAdapterFConfig,
        "a memory of the photos' features that goes on learning",
        "Tip-Adapter-F, arXiv 2207.09519",
        classifies=("base",),
    ),
    "clip-adapter": Entry(
        CLIPAdapterConfig, "two layers behind the image tower", "CLIP-Adapter, arXiv 2110.04544"
    ),
    "coop": Entry(CoOpConfig, "context words of the text", "CoOp, arXiv 2109.01134"),
    "cocoop": Entry(
        CoCoOpConfig, "context words and a net that changes them by the photo", "CoCoOp, arXiv 2203.05557"
    ),
    "kgcoop": Entry(
        KgCoOpConfig, "context words, held near a sentence written by hand", "KgCoOp, arXiv 2303.13283"
    ),
    "prograd": Entry(
        ProGradConfig,
        "context words, never against the untouched model",
        "ProGrad, arXiv 2205.14865",
    ),
    "tcp": Entry(
        TCPConfig, "context words and a net that makes words of each class's text", "TCP, arXiv 2311.18231"
    ),
    "vpt-shallow": Entry(
        VPTShallowConfig, "prompts before the first block of the image tower", "VPT, arXiv 2203.12119"
    ),
    "vpt-deep": Entry(VPTDeepConfig, "prompts before the blocks of the image tower", "VPT, arXiv 2203.12119"),
    "maple": Entry(
        MaPLeConfig, "text prompts and their projections into the image tower", "MaPLe, arXiv 2210.03117"
    ),
    "promptsrc": Entry(
        PromptSRCConfig, "prompts in both towers, held to the untouched model", "PromptSRC, arXiv 2307.06948"
    ),
    "prefix": Entry(
        PrefixConfig,
        "keys and values before those of each block",
        "prefix tuning, arXiv 2101.00190",
        tasks=_TEXTS_TOO,
    ),
    "lora": Entry(
        LoRAConfig, "low-rank additions to both towers", "CLIP-LoRA, arXiv 2405.18541", tasks=_TEXTS_TOO
    ),
    "adapter": Entry(
        AdapterConfig,
        "bottlenecks in the blocks of both towers",
        "Houlsby et al., arXiv 1902.00751",
        tasks=_TEXTS_TOO,
    ),
    "full": Entry(FullConfig, "all weights of both towers", "full fine-tuning", tasks=_TEXTS_TOO),
    "bitfit": Entry(BitFitConfig, "the biases of both towers", "BitFit, arXiv 2106.10199"),
    "skip-tuning": Entry(SkipTuningConfig, "the upper half of both towers", "Skip Tuning, arXiv 2412.11509"),
    "pt-peft": Entry(
        PTPEFTConfig,
        "a prefix first, then the inner method with it",
        "PT-PEFT, arXiv 2411.00029",
        wraps=("lora", "adapter", "full"),
        tasks=_TEXTS_TOO,
    ),
    "dept": Entry(
        DePTConfig,
        "channel scales and a head beside the inner method",
        "DePT, arXiv 2309.07439",
        wraps=_FUSED,
    ),
    "linear-fusion": Entry(
        LinearFusionConfig,
        "a plain linear classifier beside the inner method",
        "control for DePT",
        wraps=_FUSED,
    ),
    "npt": Entry(
        NPTConfig,
        "as the inner method, towards features that collapse",
        "NPT, arXiv 2306.15955 (reconstructed)",
        wraps=("coop", "cocoop", "kgcoop", "maple", "promptsrc", "dept"),
    ),
}

# Stands where a composition does until the search has chosen one; it is no method, and nothing wraps it.
_SEARCH = Entry(AutomaticConfig, "whatever does best", "a search over the other presets", learns="by_search")


def entry_of(name: str) -> Entry:
    """The entry of a method or wrapper, or of the search."""
    return _SEARCH if name == AUTOMATIC else CATALOGUE[name]


# These change how photos pass through the model, so features that were made of the photos beforehand do not serve.
_NEED_PIXELS = frozenset(
    {
        *("vpt-shallow", "vpt-deep", "maple", "promptsrc"),
        *("prefix", "lora", "adapter", "full", "bitfit", "skip-tuning"),
    }
)


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
    def needs_pixels(self) -> bool:
        """Whether it takes the photos themselves, not their features alone; the innermost part decides."""
        *_, innermost = self.parts()
        return innermost in _NEED_PIXELS

    @property
    def learns(self) -> Learns:
        """How it learns; a wrapper's inner method learns by epochs."""
        return entry_of(self.name).learns

    @property
    def trainable(self) -> bool:
        """Whether it learns anything."""
        return self.learns != "nothing"

    @property
    def judges_new(self) -> bool:
        """Whether it tells classes apart that it never learned, by what it learned."""
        return all("new" in entry_of(name).classifies for name in self.parts())

    def settings(self) -> tuple[Setting, ...]:
        """All that can be set for it: the recipe first, then each part."""
        configs = ([(RECIPE, RecipeConfig)] if self.learns == "by_epochs" else []) + [
            (name, entry_of(name).config) for name in self.parts()
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
        classes: dict[str, type[Config]] = {name: entry_of(name).config for name in self.parts()}
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
    """Every composition: the methods, then each wrapper around each of what it wraps."""
    return tuple(composition for name in CATALOGUE for composition in _compositions_of(name))


def _compositions_of(name: str) -> Iterator[Composition]:
    inner = CATALOGUE[name].wraps
    if not inner:
        yield Composition(name)
    for wrapped in inner:
        composed = (c for c in _compositions_of(wrapped) if set(c.parts()) <= set(inner))
        yield from (Composition(name, composition) for composition in composed)


def _parse(text: str) -> Composition | None:
    if text == AUTOMATIC:
        return Composition(AUTOMATIC)
    match = _PART.match(text)
    entry = CATALOGUE.get(match[0]) if match else None
    if match is None or entry is None:
        return None
    rest = text[match.end() :]
    if not entry.wraps:
        return Composition(match[0]) if not rest else None
    if not (rest.startswith("(") and rest.endswith(")")):
        return None
    inner = _parse(rest[1:-1])
    if inner is None or not set(inner.parts()) <= set(entry.wraps):
        return None
    return Composition(match[0], inner)
