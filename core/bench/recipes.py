"""Published recipes, over which a whole run is counted, and the targets that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.bench.published import published_for
from core.methods.catalogue import RECIPE, Composition
from core.methods.configs.recipe import RecipeConfig
from core.training.job import HyperValue

SHOTS = 16


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


def schedule(composition: Composition, hyper: Mapping[str, HyperValue], classes: int) -> Schedule:
    """The published run on 16 photos per class, each in as many views as our preset names.

    No photo is seen in more views than there are rounds.
    """
    configs = composition.configure(hyper)
    ours: RecipeConfig = configs[RECIPE]
    found = published_for(composition)
    rounds, wished_batch, steps_per_shot = found or (ours.epochs, ours.batch_size, 0)
    photos = SHOTS * classes
    batch = min(wished_batch, photos)
    per_epoch = photos // batch
    steps = steps_per_shot * SHOTS or rounds * per_epoch
    epochs = max(1, round(steps / per_epoch))
    return Schedule(SHOTS, batch, epochs, steps, photos, min(ours.views, epochs), found is not None)


def _base(composition: Composition) -> str:
    return tuple(composition.parts())[-1]
