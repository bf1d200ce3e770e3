"""How long would each preset take here? A few photos and a few steps are measured, the rest is counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import torch

from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.methods.build import build_method
from core.methods.catalogue import RECIPE
from core.methods.class_text import class_texts
from core.methods.configs.recipe import RecipeConfig
from core.methods.presets import Preset, resolve_preset
from core.methods.protocol import Batch, Method, total
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.events import Progress
from core.training.features import Chunk, FeatureStore, source_of
from core.training.job import TrialJob
from core.training.run import Run
from core.training.sampling import Sample, few_shot, held_back
from core.training.setup import cache_folder
from core.training.views import ViewRecipe

_PHOTOS = 6
_STEPS = 3


@dataclass(frozen=True)
class _Costs:
    """Seconds: standing the backbone up, a photo as judged, a further view of an opened photo."""

    load: float
    plain: float
    view: float


def run_trial(run: Run, emit: Emit, commands: Commands) -> dict[str, Any]:
    """`{preset: {"seconds", "memory_bytes"}}` for the trial job in a run's folder; nothing cached is assumed.

    Raises:
        Problem: `training.no_photos` when no photo could be opened, or as the presets and the backbone raise.
    """
    job, revision = run.job, run.revision
    assert isinstance(job, TrialJob), "not a trial job"
    began = time.perf_counter()
    backbone = load_backbone(job.backbone, choose_device(job.device).torch_name)
    load = time.perf_counter() - began
    store = FeatureStore(backbone, ViewRecipe.of(RecipeConfig(), 0), cache_folder(run.folder))
    sample = few_shot(revision, job.shots, 0)
    costs = _measure_photos(store, revision, sample, load)
    found: dict[str, Any] = {}
    for done, name in enumerate(job.presets):
        commands.heed(emit)
        emit(Progress(done=done, total=len(job.presets)))
        preset = resolve_preset(name)
        method = build_method(
            preset.composition, preset.hyper, backbone, class_texts(revision, revision.base)
        )
        seconds = _estimate(preset, method, revision, len(sample.photos), costs)
        found[name] = {"seconds": seconds, "memory_bytes": psutil.Process().memory_info().rss}
    return found


def _measure_photos(store: FeatureStore, revision: DataRevision, sample: Sample, load: float) -> _Costs:
    photos = sample.photos or revision.photos
    spread = photos[:: max(1, len(photos) // _PHOTOS)][:_PHOTOS]
    sources = [source_of(revision, photo) for photo in spread]
    plain = Chunk(tuple((source, 0) for source in sources))
    _open_and_encode(store, plain)
    per_photo = _seconds(lambda: _open_and_encode(store, plain)) / len(sources)
    views = Chunk(tuple((sources[0], view) for view in range(1, 9)))
    per_view = _seconds(lambda: _open_and_encode(store, views)) / len(views.rows)
    return _Costs(load, per_photo, per_view)


def _open_and_encode(store: FeatureStore, chunk: Chunk) -> None:
    drawn = [picture for picture in store.draw(chunk) if not isinstance(picture, Problem)]
    if not drawn:
        raise Problem("training.no_photos", classes="")
    store.encode(np.stack(drawn))


def _estimate(preset: Preset, method: Method, revision: DataRevision, learned: int, costs: _Costs) -> float:
    judged = (
        learned + len(revision.of("val", revision.base)) + len(held_back(revision)) + len(revision.of("test"))
    )
    seconds = costs.load + judged * costs.plain
    seconds += _seconds(lambda: method.classifier(class_texts(revision)))
    if not preset.parsed.trainable:
        return seconds
    recipe: RecipeConfig = preset.parsed.configure(preset.hyper)[RECIPE]
    size = min(recipe.batch_size, max(learned, 1))
    steps = recipe.epochs * max(1, learned // size)
    watch = _seconds(lambda: method.classifier(class_texts(revision)))
    return (
        seconds
        + learned * (recipe.views - 1) * costs.view
        + steps * _seconds_per_step(method, size)
        + recipe.epochs * watch
    )


def _seconds_per_step(method: Method, size: int) -> float:
    device = method.backbone.device
    inputs = torch.randn(size, method.backbone.embed_dim, device=device)
    batch = Batch(inputs, torch.arange(size, device=device) % len(method.classes))

    def steps() -> None:
        for _ in range(_STEPS):
            total(method.losses(batch)).backward()

    total(method.losses(batch)).backward()
    return _seconds(steps) / _STEPS


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
