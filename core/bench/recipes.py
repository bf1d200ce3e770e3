"""Published recipes, over which a whole run is counted, and the targets that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.methods.catalogue import RECIPE, Composition
from core.methods.configs.recipe import RecipeConfig
from core.training.job import HyperValue

SHOTS = 16


@dataclass(frozen=True)
class Published:
    """A paper's rounds and batch (methods.md names the sources). CLIP-LoRA counts steps instead of rounds."""

    epochs: int
    batch: int
    steps_per_shot: int = 0


@dataclass(frozen=True)
class Schedule:
    """A run of 16 shots, by our preset's recipe where none is published: both versions take the same steps over the same views of the same photos."""

    shots: int
    batch: int
    epochs: int
    steps: int
    photos: int
    views: int
    is_published: bool


PUBLISHED = {
    "coop": Published(200, 32),
    "cocoop": Published(10, 1),
    "kgcoop": Published(100, 128),
    "vpt-shallow": Published(5, 4),
    "vpt-deep": Published(5, 4),
    "maple": Published(5, 4),
    "promptsrc": Published(20, 4),
    "tcp": Published(50, 32),
    "lora": Published(0, 32, steps_per_shot=500),
    "full": Published(10, 4),
    "clip-adapter": Published(200, 32),
    "skip-tuning": Published(20, 4),
    "tip-adapter-f": Published(20, 256),
}
# DePT re-runs every method in ten rounds of batches of four, CoCoOp of one; its control runs alike.
_DECOUPLED = ("dept", "linear-fusion")
_STAGED = "pt-peft"
_DECOUPLED_EPOCHS, _DECOUPLED_BATCH = 10, 4

# Ours against the obvious version: at 100 classes, at 10 classes.
_TARGETS_ON = "ViT-B-32"
_TARGETS = {
    "coop": (12.0, 25.0),
    "kgcoop": (12.0, 25.0),
    "cocoop": (10.0, 8.0),
    "maple": (4.0, 1.5),
    "promptsrc": (4.0, 1.5),
    "vpt-shallow": (1.1, 1.1),
    "vpt-deep": (1.1, 1.1),
}
_MANY, _FEW = 100, 10


def target_ratio(composition: Composition, architecture: str, classes: int) -> float | None:
    """The least ratio wanted, where one is named: wrappers are held to their inner method's."""
    base = _base(composition)
    if base not in _TARGETS or classes not in (_MANY, _FEW) or architecture != _TARGETS_ON:
        return None
    return _TARGETS[base][0 if classes == _MANY else 1]


def published(composition: Composition) -> Published | None:
    """The recipe published for it, where there is one.

    NPT, of whose none was found, trains as its inner method; PT-PEFT, of whose none was found either, begins with a
    stage of its own.
    """
    if composition.name == _STAGED:
        return None
    if composition.name in _DECOUPLED:
        return Published(_DECOUPLED_EPOCHS, 1 if _base(composition) == "cocoop" else _DECOUPLED_BATCH)
    if composition.name in PUBLISHED:
        return PUBLISHED[composition.name]
    if composition.inner is not None:
        return published(composition.inner)
    return None


def schedule(composition: Composition, hyper: Mapping[str, HyperValue], classes: int) -> Schedule:
    """The published run on 16 photos per class, each in as many views as our preset names.

    No photo is seen in more views than there are rounds.
    """
    configs = composition.configure(hyper)
    ours: RecipeConfig = configs[RECIPE]
    found = published(composition)
    recipe = found or Published(ours.epochs, ours.batch_size)
    photos = SHOTS * classes
    batch = min(recipe.batch, photos)
    per_epoch = photos // batch
    steps = recipe.steps_per_shot * SHOTS or recipe.epochs * per_epoch
    epochs = max(1, round(steps / per_epoch))
    return Schedule(SHOTS, batch, epochs, steps, photos, min(ours.views, epochs), found is not None)


def _base(composition: Composition) -> str:
    return tuple(composition.parts())[-1]
