"""What every method offers to training, evaluation and the package.

A method is built for the classes it will learn. Training asks it for losses; everything after training
asks it for a classifier over *any* list of classes. A wrapper is a method that holds another and uses
nothing but this protocol.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import Array, Classifier
from core.methods.configs.recipe import RecipeConfig
from core.methods.reading import Reading
from core.problems import Problem

MATCHING = "matching"
PUBLISHED_LOGIT_SCALE = 100.0


@dataclass(frozen=True)
class Needs:
    """What a method takes of a photo, as far as the frozen image tower can be run beforehand.

    `image_features`: the whole tower, `(B, D)`; `hidden`: its tokens as block `block` takes them, `(B, T, W)`;
    `pixels`: nothing, normalised pixels `(B, 3, H, W)`. With `teacher` the frozen image features of the same view
    come along in any case.
    """

    kind: Literal["image_features", "hidden", "pixels"] = "image_features"
    block: int = 0
    teacher: bool = False


IMAGE_FEATURES = Needs()
PIXELS = Needs("pixels")


@dataclass(frozen=True)
class Batch:
    """Training photos: `labels` `(B,)` index the learned classes; `inputs` is what the method needs; `teacher`
    are frozen image features `(B, D)` of the same views, where the method asked for them."""

    inputs: Tensor
    labels: Tensor
    teacher: Tensor | None = None


@dataclass(frozen=True)
class Aligned:
    """A batch beside the learned classes: image features `(B, D)`, text features `(C, D)`, or `(B, C, D)`
    where the texts depend on the photo, and their matching scores `(B, C)`."""

    image_features: Tensor
    text_features: Tensor
    logits: Tensor

    def text_of(self, labels: Tensor) -> Tensor:
        """The text feature of each photo's own class `(B,)` → `(B, D)`."""
        if self.text_features.dim() == 2:
            return self.text_features[labels]
        return self.text_features[torch.arange(len(labels), device=labels.device), labels]


@dataclass(frozen=True)
class Term:
    """One part of the loss: a scalar and its weight."""

    name: str
    value: Tensor
    weight: float = 1.0


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that learn at `lr_scale` times the recipe's rate, under plain SGD times `sgd_scale` too.

    `sgd_scale` evens out the slope of the loss, which adaptive optimizers do by themselves.
    """

    parameters: tuple[nn.Parameter, ...]
    lr_scale: float = 1.0
    sgd_scale: float = 1.0


@dataclass(frozen=True)
class TrainingStage:
    """A part of training with a schedule of its own."""

    name: str
    recipe: RecipeConfig


@dataclass(frozen=True)
class StageEnd:
    """How a stage ended, by the validation photos of the learned classes: `base` their accuracy (None where there
    are no such photos), `base_loss` their mean loss, `photos` their number; `zero_shot_base` the untouched
    backbone's accuracy on them."""

    base: float | None
    base_loss: float
    photos: int
    zero_shot_base: float | None


@dataclass(frozen=True)
class Decision:
    """Whether the next stage is gone into, and why: `code` has its words (what, why, do) in
    assets/messages/training.toml, with `data` filled in."""

    code: str
    go_on: bool
    data: dict[str, Any] = field(default_factory=dict)


class Method(nn.Module, ABC):
    """What is learned on a backbone for a list of classes. Only parameters that require a gradient are learned."""

    def __init__(self, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__()
        self.backbone = backbone
        self.classes = tuple(classes)

    # What goes in and what comes out

    @property
    def needs(self) -> Needs:
        """What `Batch.inputs` must hold."""
        return IMAGE_FEATURES

    @property
    def judges_new(self) -> bool:
        """Whether, by its settings, it tells classes apart that it never learned by what it learned; where not,
        such classes are judged by the untouched backbone's texts."""
        return True

    @abstractmethod
    def align(self, batch: Batch) -> Aligned:
        """The batch beside the learned classes, with gradients."""

    @abstractmethod
    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """A classifier over any classes: learned ones, others, or both; by the present parameters."""

    def encode(self, inputs: Tensor) -> Tensor:
        """What `needs` names `(B, …)` → the image features `(B, D)` that the classifier judges; unnormalised."""
        return inputs

    def image_features(self, pixels: Tensor) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → the same."""
        return self.encode(run_beforehand(self.backbone, pixels, self.needs))

    def reading(self) -> Reading | None:
        """How `classifier` reads the words of a class that was not learned; None where that cannot be told apart from
        the photo, or from the program."""
        return None

    # The loss

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The loss of an aligned batch; the plain matching loss is the term named `MATCHING`."""
        return [Term(MATCHING, functional.cross_entropy(aligned.logits, batch.labels))]

    def losses(self, batch: Batch) -> list[Term]:
        """The loss of a batch as named, weighted terms; what is minimised is their weighted sum."""
        return self.terms(self.align(batch), batch)

    def backward(self, terms: Sequence[Term], share: float) -> None:
        """Add `share` of the gradients of a batch's terms; a batch may come in parts whose shares add up to 1."""
        (total(terms) * share).backward()

    def begin_batch(self) -> None:
        """Called before a batch's gradients are gathered; also when that begins anew because memory ran out."""

    def before_step(self) -> None:
        """Called when a batch's gradients are whole, before the optimizer takes them."""

    # The course of training

    def parameter_groups(self) -> list[ParameterGroup]:
        """The learned parameters by learning speed, always in the same order."""
        return [ParameterGroup(tuple(self._learned().values()))]

    def stages(self, recipe: RecipeConfig) -> tuple[TrainingStage, ...]:
        """The parts of training, in their order; most methods have one. Photos come in the views of `recipe`."""
        return (TrainingStage("tune", recipe),)

    def begin_stage(self, number: int) -> None:
        """Called before each stage (from 0), also when training is taken up again in it: what learns may change.

        Then the parameter groups are asked for anew. The learned state has the same names in every stage: the
        state of an earlier one may be kept in the end. Taken up again, the training state is loaded afterwards.
        """

    def next_stage_needed(self, number: int, ended: StageEnd) -> Decision | None:
        """Asked after stage `number`, unless it is the last; None goes on without a word."""
        return None

    def fit(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """For methods that learn at once (`Entry.learns == "at_once"`): all views `(N, K, D)` of the photos to learn
        from, labels `(N,)`, and validation photos as judged, where there are any."""
        raise TypeError(f"{type(self).__name__} learns by epochs")

    def survey(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """Called before `start` where photos come as image features: what `fit` gets, for methods that learn by
        epochs and begin from all views, or choose something on validation photos."""

    def accompany(self, parameters: Mapping[str, nn.Parameter]) -> None:
        """Called when a wrapper is built: these parameters of its own learn beside the method's. A method whose values
        end as an average over epochs averages these too, since they were fitted to its features."""

    def start(self, lessons: Batch) -> None:
        """Called once before training, or before it is taken up again, with the photos as they are judged: all of
        them as image features, else a few of every class, since hidden tokens and pixels of all may not fit."""

    def epoch_ended(self, epoch: int, epochs: int) -> None:
        """Called after each epoch (1-based) of a stage: averaging over epochs hooks in here."""

    # What was learned

    def learned_state(self) -> dict[str, Tensor]:
        """Copies of what was learned, by name, on the CPU: nothing of the backbone."""
        return {name: value.detach().cpu().clone() for name, value in self._learned().items()}

    def load_learned_state(self, state: dict[str, Tensor]) -> None:
        """Take up what was learned.

        Raises:
            Problem: `methods.other_state` when a name or a shape differs.
        """
        learned = self._learned()
        for name in sorted(learned.keys() | state.keys()):
            found = tuple(state[name].shape) if name in state else "-"
            wanted = tuple(learned[name].shape) if name in learned else "-"
            if found != wanted:
                raise Problem("methods.other_state", name=name, found=found, wanted=wanted)
        with torch.no_grad():
            for name, value in learned.items():
                value.copy_(state[name])

    def training_state(self) -> dict[str, Tensor]:
        """What training goes on from: what was learned, and buffers of the method's own."""
        return self.learned_state() | {
            name: value.cpu().clone() for name, value in self._own_buffers().items()
        }

    def load_training_state(self, state: dict[str, Tensor]) -> None:
        """Take up a `training_state`. Raises Problem as `load_learned_state`."""
        buffers = self._own_buffers()
        self.load_learned_state({name: value for name, value in state.items() if name not in buffers})
        for name, value in buffers.items():
            value.copy_(state[name])

    def _own_buffers(self) -> dict[str, Tensor]:
        frozen = {id(value) for value in self.backbone.buffers()}
        return {name: value for name, value in self.named_buffers() if id(value) not in frozen}

    def _learned(self) -> dict[str, nn.Parameter]:
        return {name: value for name, value in self.named_parameters() if value.requires_grad}


class Wrapper(Method):
    """A method made of a method: everything is the inner one's, but for what a subclass adds."""

    def __init__(self, inner: Method) -> None:
        super().__init__(inner.backbone, inner.classes)
        self.inner = inner

    @property
    def needs(self) -> Needs:
        """As the inner method's."""
        return self.inner.needs

    @property
    def judges_new(self) -> bool:
        """As the inner method's."""
        return self.inner.judges_new

    def align(self, batch: Batch) -> Aligned:
        """As the inner method does."""
        return self.inner.align(batch)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """The inner method's."""
        return self.inner.classifier(classes)

    def encode(self, inputs: Tensor) -> Tensor:
        """As the inner method does."""
        return self.inner.encode(inputs)

    def reading(self) -> Reading | None:
        """The inner method's."""
        return self.inner.reading()

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """The inner method's."""
        return self.inner.terms(aligned, batch)

    def backward(self, terms: Sequence[Term], share: float) -> None:
        """As the inner method does."""
        self.inner.backward(terms, share)

    def begin_batch(self) -> None:
        """As the inner method does."""
        self.inner.begin_batch()

    def before_step(self) -> None:
        """As the inner method does."""
        self.inner.before_step()

    def parameter_groups(self) -> list[ParameterGroup]:
        """The inner method's."""
        return self.inner.parameter_groups()

    def stages(self, recipe: RecipeConfig) -> tuple[TrainingStage, ...]:
        """The inner method's."""
        return self.inner.stages(recipe)

    def begin_stage(self, number: int) -> None:
        """As the inner method does."""
        self.inner.begin_stage(number)

    def next_stage_needed(self, number: int, ended: StageEnd) -> Decision | None:
        """As the inner method decides."""
        return self.inner.next_stage_needed(number, ended)

    def survey(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """As the inner method does."""
        self.inner.survey(views, labels, val)

    def accompany(self, parameters: Mapping[str, nn.Parameter]) -> None:
        """Beside the inner method's."""
        self.inner.accompany(parameters)

    def start(self, lessons: Batch) -> None:
        """As the inner method does."""
        self.inner.start(lessons)

    def epoch_ended(self, epoch: int, epochs: int) -> None:
        """As the inner method does."""
        self.inner.epoch_ended(epoch, epochs)

    def _own(self) -> dict[str, nn.Parameter]:
        """What it learns itself, beside the inner method."""
        return {name: value for name, value in self._learned().items() if not name.startswith("inner.")}


def run_beforehand(backbone: Backbone, pixels: Tensor, needs: Needs) -> Tensor:
    """Normalised pixels `(B, 3, H, W)` → what a method needs of them."""
    match needs.kind:
        case "image_features":
            return backbone.image_features(pixels)
        case "hidden":
            return backbone.image.hidden(pixels, needs.block)
    return pixels


def published_rate(backbone: Backbone) -> float:
    """For `sgd_scale` of what learns through the matching loss: its slope goes with the logit scale, for which
    published rates suppose CLIP's 100."""
    return PUBLISHED_LOGIT_SCALE / backbone.logit_scale


def total(terms: Iterable[Term]) -> Tensor:
    """The weighted sum that is minimised."""
    return torch.stack([term.weight * term.value for term in terms]).sum()


def matching_logits(image_features: Tensor, text_features: Tensor, logit_scale: float) -> Tensor:
    """Scaled cosines `(B, D)`, `(C, D)` → `(B, C)`, in float32 whatever the towers ran in.

    Texts that depend on the photo are `(B, C, D)`.
    """
    with torch.autocast(image_features.device.type, enabled=False):
        image = logit_scale * functional.normalize(image_features.float(), dim=-1)
        text = functional.normalize(text_features.float(), dim=-1)
        return image @ text.T if text.dim() == 2 else (text @ image[:, :, None])[:, :, 0]


def as_array(tensor: Tensor) -> Array:
    """A float32 array of a tensor's present values: what learns on does not change it."""
    return tensor.detach().float().cpu().numpy().copy()


def check_fits(eot: Tensor, classes: Sequence[ClassText], context_length: int) -> None:
    """Refuse a text that fills the context: the tokenizer would have cut it without a word.

    Raises:
        Problem: `methods.too_long_description`.
    """
    for entry, position in zip(classes, eot.tolist(), strict=True):
        if position >= context_length - 1:
            raise Problem("methods.too_long_description", name=entry.name, limit=context_length - 2)
