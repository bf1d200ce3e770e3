"""How long would each preset take here, and how much memory? A few photos and a few steps are really gone through
and measured, the rest is counted."""

import gc
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import psutil
import torch

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.methods.build import build_method
from core.methods.catalogue import RECIPE
from core.methods.class_text import class_texts
from core.methods.configs.recipe import RecipeConfig
from core.methods.presets import Preset, resolve_preset
from core.methods.protocol import Batch
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry
from core.training.chunks import CHUNK_ROWS, Chunk, Source, source_of, view_chunks
from core.training.commands import Commands, Emit
from core.training.events import Progress
from core.training.features import FeatureStore, StoredViews
from core.training.job import HyperValue, TrialJob
from core.training.judging import WATCHED_AT_MOST
from core.training.lessons import Lessons
from core.training.memory import free_cached_memory, is_out_of_memory
from core.training.optimizers import make_optimizer
from core.training.run import Run
from core.training.sampling import few_shot, held_back
from core.training.seen import Encoder, Seen, judged_at_once
from core.training.setup import runs_in_bfloat16, views_of
from core.training.views import ViewRecipe

_PHOTOS = 6
_VIEWS = 4
_STEPS = 3
_FITTED_AT_MOST = 256
_LOOK_EVERY_S = 0.005
_LOG = logging.getLogger(__name__)


def run_trial(run: Run, emit: Emit, commands: Commands) -> dict[str, Any]:
    """`{preset: {"seconds", "memory_bytes"}}` for the trial job in a run's folder; nothing cached is assumed.

    A preset that cannot be gone through here, for want of memory or with this data, is left out: the others' figures
    are still wanted.

    Raises:
        Problem: `training.no_photos` when no photo could be opened, or as the backbone raises.
    """
    job, revision = run.job, run.revision
    assert isinstance(job, TrialJob), "not a trial job"
    began = time.perf_counter()
    backbone = load_backbone(job.backbone, choose_device(job.device).torch_name)
    load = time.perf_counter() - began
    photos = few_shot(revision, job.shots, 0).photos
    sources = _some(revision, photos)
    counts = _Counts.of(revision, len(photos))
    found: dict[str, Any] = {}
    for done, name in enumerate(job.presets):
        commands.heed(emit)
        emit(Progress(done=done, total=len(job.presets)))
        gc.collect()
        try:
            with tempfile.TemporaryDirectory(prefix="hikidashi-trial-") as folder, Peak() as peak:
                trial = _Trial(_asked(name, job.changed), revision, backbone, counts, sources, Path(folder))
                seconds = load + trial.seconds()
        except (Problem, RuntimeError, MemoryError) as error:
            if not _is_of_the_preset(error):
                raise
            _LOG.warning("%s could not be measured: %s", name, error)
            free_cached_memory()
            continue
        found[name] = {"seconds": seconds, "memory_bytes": peak.bytes + trial.held_bytes()}
    return found


def seconds_of(preset: Preset, revision: DataRevision, backbone: Backbone, folder: Path) -> float:
    """How long a run on all training photos of a revision would take on a backbone that stands; what is kept meanwhile
    lies in `folder`.

    Raises:
        Problem: `training.no_photos` when no photo could be opened, or as the method raises.
    """
    photos = few_shot(revision, None, 0).photos
    with tempfile.TemporaryDirectory(prefix="trial-", dir=folder) as cache:
        counts, sources = _Counts.of(revision, len(photos)), _some(revision, photos)
        return _Trial(preset, revision, backbone, counts, sources, Path(cache)).seconds()


def _some(revision: DataRevision, photos: Sequence[PhotoEntry]) -> list[Source]:
    """A few of the photos to learn from, evenly spread; of any where there are none."""
    shown = photos or revision.photos
    spread = shown[:: max(1, len(shown) // _PHOTOS)][:_PHOTOS]
    return [source_of(revision, photo) for photo in spread]


def _asked(name: str, changed: Mapping[str, HyperValue]) -> Preset:
    preset = resolve_preset(name)
    return replace(preset, hyper=preset.hyper | dict(changed))


def _is_of_the_preset(error: BaseException) -> bool:
    """Whether the next preset may still be measured."""
    if isinstance(error, Problem):
        return error.code != "training.no_photos"
    return is_out_of_memory(error)


@dataclass(frozen=True)
class _Counts:
    """Photos of the real run: to learn from, to judge in all, to judge after every epoch."""

    learned: int
    judged: int
    watched: tuple[int, int]

    @classmethod
    def of(cls, revision: DataRevision, learned: int) -> Self:
        val, held = len(revision.of("val", revision.base)), len(held_back(revision))
        return cls(learned, learned + val + held + len(revision.of("test")), (val, held))


class _Trial:
    """One preset gone through in small, in a cache folder of its own."""

    def __init__(
        self,
        preset: Preset,
        revision: DataRevision,
        backbone: Backbone,
        counts: _Counts,
        sources: Sequence[Source],
        cache: Path,
    ) -> None:
        self._composition = preset.parsed
        self._recipe: RecipeConfig = preset.parsed.configure(preset.hyper)[RECIPE]
        self._counts = counts
        self._classes = class_texts(revision)
        base = class_texts(revision, revision.base)
        self._method = build_method(preset.composition, preset.hyper, backbone, base)
        self._autocast = runs_in_bfloat16(cache, "auto", backbone)
        self._run_views = views_of(self._method, self._recipe, self._composition.learns)
        self._views = min(_VIEWS, self._run_views)
        recipe = ViewRecipe.of(self._recipe, 0)
        self._store = FeatureStore(backbone, recipe, cache, self._autocast, self._method.needs)
        self._plain_s = _seconds(lambda: self._compute([Chunk(tuple((source, 0) for source in sources))]))
        self._sources = [source for source in sources if self._store.has(source)]
        if not self._sources:
            raise Problem("training.no_photos", classes="")

    def seconds(self) -> float:
        """The whole run, without standing the backbone up."""
        counts = self._counts
        total = counts.judged * self._plain_s / len(self._sources)
        if self._composition.trainable:
            further = view_chunks(self._sources, self._views)
            rows = max(1, sum(len(chunk.rows) for chunk in further))
            total += counts.learned * (self._run_views - 1) * _seconds(lambda: self._compute(further)) / rows
            total += self._seconds_of_learning()
        self._method.eval()
        judging = _seconds(lambda: self._method.classifier(self._classes))
        per_photo = self._seconds_per_judged_photo()
        total += 2 * judging + counts.judged * per_photo
        if self._composition.learns == "by_epochs":
            watched = sum(counts.watched)
            if self._method.needs.kind != "image_features":
                watched = sum(min(count, WATCHED_AT_MOST) for count in counts.watched)
            epochs = sum(stage.recipe.epochs for stage in self._method.stages(self._recipe))
            total += epochs * (judging + watched * per_photo)
        return total

    def held_bytes(self) -> int:
        """What the run holds in memory of its photos, beyond the few of the trial; pixels and tokens lie on disk."""
        views = self._run_views if self._composition.trainable and self._holds_views else 1
        # Once in the store, once as it is learned from.
        return 2 * self._rows(views) * self._method.backbone.embed_dim * np.dtype(np.float32).itemsize

    @property
    def _holds_views(self) -> bool:
        return self._method.needs.kind == "image_features" or self._method.needs.teacher

    def _compute(self, chunks: Sequence[Chunk]) -> None:
        # What is kept on disk depends on how much there will be.
        for _ in self._store.compute(chunks, of_rows=self._rows(self._run_views)):
            pass

    def _rows(self, views: int) -> int:
        """Photos and views of the whole run."""
        return self._counts.judged + self._counts.learned * (views - 1)

    @cached_property
    def _lessons(self) -> Lessons:
        """The trial's photos as a run would take them, one class after the other."""
        device = self._method.backbone.device
        labels = torch.arange(len(self._sources), device=device) % len(self._method.classes)
        features = None
        if self._holds_views:
            features = torch.from_numpy(self._store.views(self._sources, self._views)).to(device)
        teacher = features if self._method.needs.teacher else None
        if self._method.needs.kind == "image_features":
            assert features is not None
            return Lessons(features, labels, teacher)
        return Lessons(StoredViews(self._store, self._sources, self._views), labels, teacher)

    def _seconds_of_learning(self) -> float:
        if self._composition.learns == "at_once":
            return self._seconds_of_fit()
        self._method.start(self._lessons.as_judged())
        total = 0.0
        for number, stage in enumerate(self._method.stages(self._recipe)):
            self._method.begin_stage(number)
            size = min(stage.recipe.batch_size, max(self._counts.learned, 1))
            steps = stage.recipe.epochs * max(1, self._counts.learned // size)
            total += steps * self._seconds_per_step(stage.recipe, size)
        return total

    def _seconds_of_fit(self) -> float:
        inputs, classes = self._lessons.inputs, len(self._method.classes)
        assert isinstance(inputs, torch.Tensor), "what learns at once learns from image features"
        count = max(classes, min(self._counts.learned, _FITTED_AT_MOST))
        photos = torch.arange(count, device=inputs.device)
        tiled = inputs[photos % len(inputs)].repeat(1, -(-self._recipe.views // inputs.shape[1]), 1)
        labels = photos % classes
        taken = _seconds(lambda: self._method.fit(tiled, labels, Batch(tiled[:, 0], labels)))
        return taken * max(1.0, self._counts.learned / count)

    def _seconds_per_step(self, recipe: RecipeConfig, size: int) -> float:
        optimizer = make_optimizer(recipe, self._method.parameter_groups())
        photos = torch.arange(size, device=self._lessons.labels.device) % len(self._lessons.labels)
        self._method.train()

        def steps(count: int) -> None:
            for number in range(count):
                optimizer.zero_grad()
                self._method.begin_batch()
                with torch.autocast(photos.device.type, torch.bfloat16, enabled=self._autocast):
                    terms = self._method.losses(self._lessons.batch(photos, number))
                self._method.backward(terms, 1.0)
                self._method.before_step()
                optimizer.step()
                # As in training, each step's loss is looked at: on a GPU it has then really been done.
                terms[0].value.item()

        steps(1)
        return _seconds(lambda: steps(_STEPS)) / _STEPS

    def _seconds_per_judged_photo(self) -> float:
        encoder = Encoder(self._method, judged_at_once(self._method.needs), self._autocast)
        rows = [row % len(self._sources) for row in range(min(CHUNK_ROWS, max(self._counts.judged, 1)))]
        sources = [self._sources[row] for row in rows]
        kept = None if self._method.needs.kind == "image_features" else StoredViews(self._store, sources, 1)
        seen = Seen((), self._store.plain(sources), kept)
        return _seconds(lambda: encoder(seen)) / len(rows)


class Peak:
    """The most memory that this process held meanwhile, looked up again and again from a thread."""

    def __init__(self) -> None:
        self.bytes = 0
        self._process = psutil.Process()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _look(self) -> None:
        self.bytes = max(self.bytes, self._process.memory_info().rss)

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            self._look()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
