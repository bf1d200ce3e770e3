"""From photos to a features file: all that a run on them takes, and no more.

Photos are drawn, split and shown as a run of the same seed would, so that learning from the file is learning from
the photos. What ties a row to a photo stays behind: names and paths, hashes, the order.
"""

import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.features.file import (
    About,
    FeatureClass,
    FeaturePreprocessing,
    FeaturesFile,
    open_features,
    save_features,
)
from core.files import sha256_file
from core.project.revision import PARTS, ClassEntry, DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Stage
from core.training.features import FeatureStore
from core.training.job import FeaturesJob
from core.training.photos import check_all_shown, encode, groups_of
from core.training.run import Run
from core.training.sampling import few_shot
from core.training.setup import runs_in_bfloat16
from core.training.views import ViewRecipe


@dataclass(frozen=True)
class Extraction:
    """What to take: the photos that a run of these `shots` and this `seed` would take, those to learn from in so many
    views; `named` leaves the classes their names, else numbers take their place."""

    views: int
    smallest_crop: float
    flip: bool
    shots: int | None = None
    seed: int = 1
    named: bool = True


def extract(
    revision: DataRevision,
    backbone: Backbone,
    wish: Extraction,
    emit: Emit,
    commands: Commands,
    scratch: Path | None = None,
) -> FeaturesFile:
    """Encode the photos; what is computed on the way is deleted again. `scratch` is where it lies meanwhile.

    Raises:
        Problem: `training.no_photos` when there is a class to learn of which no photo could be opened.
        Halt: as asked.
    """
    groups = groups_of(revision, few_shot(revision, wish.shots, wish.seed))
    recipe = ViewRecipe(wish.seed, wish.smallest_crop, wish.flip)
    with tempfile.TemporaryDirectory(prefix="hikidashi-features-", dir=scratch) as folder:
        bfloat16 = runs_in_bfloat16(Path(folder), "auto", backbone)
        store = FeatureStore(backbone, recipe, Path(folder), bfloat16)
        sources, seen = encode(revision, groups, store, wish.views, emit, commands)
    learned = seen[0]
    check_all_shown(revision, learned)
    views = store.views([sources[photo.path] for photo in learned.photos], wish.views)[:, 1:]
    order = _shuffled(sum(len(group.photos) for group in seen))
    photos = [photo for group in seen for photo in group.photos]
    return FeaturesFile(
        about=_about(revision, backbone, wish, "bf16" if bfloat16 else "fp32"),
        plain=np.concatenate([group.features for group in seen])[order],
        # The photos to learn from come first before shuffling.
        views=views[order[order < len(learned.photos)]],
        labels=np.array([photo.label for photo in photos], dtype=np.int32)[order],
        parts=np.array([PARTS.index(photo.part) for photo in photos], dtype=np.uint8)[order],
    )


def run_extraction(job: FeaturesJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """Write the features of the job's photos to its file, and open it again before it is said to be there.

    Raises:
        Problem: as `extract`, the backbone, and writing and reading the file raise.
        Halt: as asked.
    """
    run, out = Run(Path(job.run)), Path(job.out)
    emit(Stage(stage="load", index=1, of=2))
    backbone = load_backbone(job.backbone, choose_device(job.device).torch_name)
    emit(Stage(stage="features", index=2, of=2))
    wish = Extraction(job.views, job.smallest_crop, job.flip, seed=job.seed)
    save_features(out, extract(run.revision, backbone, wish, emit, commands, run.folder))
    written = open_features(out)
    return {"photos": len(written.plain), "sha256": sha256_file(out)}


def _shuffled(rows: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """An order drawn from the system's own randomness: no seed gives it back."""
    order = list(range(rows))
    secrets.SystemRandom().shuffle(order)
    return np.array(order, dtype=np.intp)


def _about(revision: DataRevision, backbone: Backbone, wish: Extraction, precision: str) -> About:
    card = backbone.card
    return About.model_validate(
        {
            "backbone": card.name,
            "backbone_sha256": card.sha256,
            "preprocessing": FeaturePreprocessing(**backbone.preprocessing.as_dict()),
            "precision": precision,
            "shots": wish.shots,
            "seed": wish.seed,
            "views": wish.views,
            "smallest_crop": wish.smallest_crop,
            "flip": wish.flip,
            "named": wish.named,
            "classes": _classes(revision.classes, wish.named),
        }
    )


def _classes(classes: Sequence[ClassEntry], named: bool) -> tuple[FeatureClass, ...]:
    """Built-in probe classes keep their names: those are no secret."""
    return tuple(
        FeatureClass(
            name=entry.name if keep else f"class {number}",
            description=entry.description if keep else f"class {number}",
            role=entry.role,
            source=entry.source,
        )
        for number, entry in enumerate(classes, 1)
        for keep in [named or entry.source == "probe"]
    )
