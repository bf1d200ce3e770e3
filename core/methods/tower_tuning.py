"""Tuning inside the towers: what LoRA, adapters, prefixes, full and partial tuning share (methods.md §10).

Each method hangs something on blocks of its own copies of the towers; the backbone's blocks stay untouched, so
zero-shot beside it stays what it was. Up to the first block that learns, everything is constant: photos come as
far as that block run beforehand, texts are run that far once (performance.md, saving 5).
"""

import copy
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block
from core.backbones.clip import Backbone
from core.backbones.image_tower import ImageTower
from core.backbones.text_tower import Endings, TextTower
from core.methods.class_text import ClassText
from core.methods.classifier import Classifier, CosineClassifier
from core.methods.protocol import (
    IMAGE_FEATURES,
    PIXELS,
    Aligned,
    Batch,
    Method,
    Needs,
    ParameterGroup,
    as_array,
    check_fits,
    matching_logits,
    published_rate,
)
from core.methods.reading import Reading, SentenceReader
from core.methods.several import Descriptions

Tower = ImageTower | TextTower
# Anything whose `blocks` are `Block`s: the towers, and the parts of a text model.
HasBlocks = nn.Module


@dataclass(frozen=True, eq=False)
class Sentences:
    """Whole sentences as block number `start` of a text tower takes them, token embeddings where that is 0.

    `beginning` `(P, W)` are the tokens that all of them begin with; where no block learns, `read` `(F, D)` are their
    features. `written` says whose they are.
    """

    start: int
    beginning: Tensor
    endings: Endings
    written: Descriptions
    read: Tensor | None = None

    @classmethod
    @torch.no_grad()
    def of(
        cls, backbone: Backbone, classes: Sequence[ClassText], template: str, start: int = 0
    ) -> "Sentences":
        """The template around each class. Raises Problem `backbones.no_prompts`, `methods.too_long_description`."""
        written = Descriptions.of(classes)
        tokens = backbone.tokenize([template.replace("{}", entry.words) for entry in written.texts])
        eot = backbone.eot_positions(tokens)
        check_fits(eot, written.texts, backbone.context_length)
        alike = int((tokens == tokens[0]).all(dim=0).int().cumprod(dim=0).sum())
        shared = min(alike, int(eot.min()))
        beginning, endings = backbone.token_embeddings(tokens[0, :shared]), backbone.endings(tokens, shared)
        if start == backbone.text.depth:
            return cls(start, beginning, endings, written, backbone.text.features_after(beginning, endings))
        if start:
            beginning, endings = backbone.text.hidden_after(beginning, endings, start)
        return cls(start, beginning, endings, written)

    def features(self, tower: TextTower) -> Tensor:
        """Features `(C, D)` of their classes in a tower that learns from block `start` on."""
        return self.written.mean(self._features(tower))

    def only(self, kept: Tensor) -> "Sentences":
        """Those of the classes of the given numbers `(K,)`, ascending."""
        written, texts = self.written.only(kept)
        endings = self.endings
        here = torch.isin(endings.text, texts)
        number = torch.searchsorted(texts, endings.text[here])
        few = Endings(endings.embeddings[here], number, endings.place[here], len(texts))
        read = None if self.read is None else self.read[texts]
        return replace(self, endings=few, written=written, read=read)

    def _features(self, tower: TextTower) -> Tensor:
        if self.read is not None:
            return self.read
        if self.start == 0:
            return tower.features_after(self.beginning, self.endings)
        return tower.features_from(self.beginning, self.endings, self.start)


class TowerTuning(Method):
    """Both towers with something of the method's own hung on their blocks; photos are matched with sentences.

    Raises:
        Problem: `backbones.no_prompts`, `backbones.no_image_prompts`, `methods.too_long_description`.
    """

    def __init__(self, config: Any, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self.image_tower, self.text_tower = backbone.image.copy(), backbone.text.copy()
        self.attach()
        self.settle()

    @abstractmethod
    def attach(self) -> None:
        """Hang on `image_tower` and `text_tower` what is learned; what is learned requires a gradient."""

    def settle(self) -> None:
        """Find out from which block on the towers learn, and run beforehand what stands before. Call it again
        after hanging anything else on the towers."""
        self.image_tower.to(self.backbone.device)
        self.text_tower.to(self.backbone.device)
        first = _first_learned(self.image_tower)
        if first == 0:
            self._needs = PIXELS
        else:
            self._needs = IMAGE_FEATURES if first == self.image_tower.depth else Needs("hidden", first)
        self._sentences = self._written(self.classes)

    @property
    def needs(self) -> Needs:
        """The photo as far as no block learns."""
        return self._needs

    def align(self, batch: Batch) -> Aligned:
        """The batch beside the classes, both through the tuned towers."""
        image, text = self._photos(batch.inputs), self._sentences.features(self.text_tower)
        return Aligned(image, text, matching_logits(image, text, self.backbone.logit_scale))

    def encode(self, inputs: Tensor) -> Tensor:
        """Through the tuned image tower, without dropout."""
        with judging(self):
            return self._photos(inputs)

    @torch.no_grad()
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes, read by the tuned text tower without dropout."""
        with judging(self):
            text = as_array(self._written(classes).features(self.text_tower))
        return CosineClassifier(tuple(entry.name for entry in classes), text, self.backbone.logit_scale)

    def reading(self) -> Reading | None:
        """The sentence by the tuned text tower."""
        return Reading((self.config.template,), SentenceReader(self.backbone, self.text_tower))

    def parameter_groups(self) -> list[ParameterGroup]:
        """All that is learned, at one rate."""
        return [ParameterGroup(tuple(self._learned().values()), sgd_scale=published_rate(self.backbone))]

    def chosen(self) -> Iterator[tuple[Tower, tuple[int, ...]]]:
        """The towers that the settings name, with the numbers of those of their blocks that they name."""
        for kind, tower in (("image", self.image_tower), ("text", self.text_tower)):
            if self.config.towers in ("both", kind):
                yield tower, self.config.block_numbers(tower.depth)

    def _photos(self, inputs: Tensor) -> Tensor:
        match self._needs.kind:
            case "pixels":
                return self.image_tower.features(inputs)
            case "hidden":
                return self.image_tower.features_from(inputs, self._needs.block)
        return inputs

    def _written(self, classes: Sequence[ClassText]) -> Sentences:
        first = _first_learned(self.text_tower)
        return Sentences.of(self.backbone, classes, self.config.template, first)


@contextmanager
def judging(module: nn.Module) -> Iterator[None]:
    """Without what is for learning only, such as dropout; afterwards as before."""
    was = module.training
    module.eval()
    try:
        yield
    finally:
        module.train(was)


def blocks_of(tower: HasBlocks) -> list[Block]:
    """The blocks of a tower in their order."""
    return list(tower.blocks)  # type: ignore[arg-type]


def own(parent: nn.Module, name: str, only: Sequence[str] = ()) -> None:
    """Make a parameter or a layer of `parent` learnable: a clone, equal to what it was, takes its place.

    A layer gets a twin, since a copied tower shares its layers with the backbone's. With `only`, just the parameters
    of these names are cloned; the others stay shared and frozen.
    """
    found = getattr(parent, name)
    if isinstance(found, nn.Parameter):
        if not only or name in only:
            setattr(parent, name, nn.Parameter(found.detach().clone()))
    elif isinstance(found, nn.Module) and any(True for _ in found.parameters()):
        twin = copy.copy(found)
        twin._parameters = dict(found._parameters)
        setattr(parent, name, twin)
        for inner in found._parameters:
            own(twin, inner, only)


def _first_learned(tower: Tower) -> int:
    learns = (any(p.requires_grad for p in block.parameters()) for block in tower.blocks)
    return next((number for number, learned in enumerate(learns) if learned), tower.depth)
