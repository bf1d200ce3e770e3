"""What is measured: a backbone, a method on synthetic classes, and photos of noise. All of it from one seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from core.backbones.clip import Backbone, BackboneCard
from core.backbones.load import architecture_config, build_towers, load_backbone
from core.backbones.preprocess import Preprocessing
from core.backbones.store import ModelStore
from core.backbones.tokens import make_tokenizer
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.presets import resolve_preset
from core.methods.protocol import PUBLISHED_LOGIT_SCALE, Method
from core.partsworld.vocabulary import all_compositions

# Compositions differ in defect first: a step that divides neither spreads parts, finishes and defects.
_STRIDE = 37
_STIR = 0.01


@dataclass(frozen=True)
class Subject:
    """`device` is torch's name; `backbone` a stored one's name, or an architecture, which gets random weights."""

    method: str
    backbone: str
    classes: int
    device: str = "cpu"
    seed: int = 0


def stand_up(name: str, device: str, seed: int = 0) -> Backbone:
    """The stored backbone of that name, else one of that architecture with random weights and CLIP's logit scale.

    Raises:
        Problem: as `load_backbone`, or `backbones.unknown_architecture`.
    """
    if any(entry.name == name and entry.state == "ready" for entry in ModelStore().entries()):
        return load_backbone(name, device)
    model_cfg = architecture_config(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build_towers(model_cfg)
    with torch.no_grad():
        model.logit_scale.fill_(math.log(PUBLISHED_LOGIT_SCALE))  # type: ignore[operator]
    preprocessing = Preprocessing(int(model_cfg["vision_cfg"].get("image_size", 224)))
    card = BackboneCard(name, name, "file", "", 0, "", {"ja": "", "en": ""}, preprocessing)
    return Backbone(model.to(device), make_tokenizer(model_cfg["text_cfg"], None, name), card)


def build(subject: Subject, backbone: Backbone) -> Method:
    """The method for synthetic classes, with the settings of its first preset."""
    hyper = resolve_preset(subject.method).hyper
    method = build_method(subject.method, hyper, backbone, class_names(subject.classes), subject.seed)
    _stir(method, subject.seed)
    return method


def class_names(count: int) -> tuple[ClassText, ...]:
    """Different names of a workshop's parts, one to five words each."""
    return tuple(ClassText(name, name) for name in islice(_names(), count))


def noise_photos(backbone: Backbone, count: int, seed: int) -> Tensor:
    """Normalised pixels `(B, 3, H, W)` of noise."""
    generator = torch.Generator().manual_seed(seed)
    size = backbone.image_size
    return torch.randn(count, 3, size, size, generator=generator).to(backbone.device)


@torch.no_grad()
def _stir(method: Method, seed: int) -> None:
    """As if in the midst of learning: parts that start at zero would hide what passes through them."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in method.parameters():
        if parameter.requires_grad:
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.add_(noise.to(parameter.device), alpha=_STIR)


def _names() -> Iterator[str]:
    every = all_compositions()
    seen = set[str]()
    for number in range(len(every)):
        made = every[number * _STRIDE % len(every)]
        words = [made.part]
        # Every third name is a part's alone, or a part's in its finish: names on a shelf are of uneven length.
        if number % 3:
            words.insert(0, made.finish.words)
        if number % 3 == 2 and made.defect != "none":
            words.append(f"with {made.defect}")
        name = " ".join(words)
        if name not in seen:
            seen.add(name)
            yield name
