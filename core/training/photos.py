"""The photos of a run as features: what to learn from, what to watch, what to judge at the end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.methods.classifier import Array
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry
from core.training.commands import Commands, Emit
from core.training.epochs import Lessons
from core.training.events import Progress, Warned
from core.training.features import (
    Chunk,
    FeatureStore,
    Source,
    Unreadable,
    plain_chunks,
    source_of,
    view_chunks,
)
from core.training.sampling import held_back
from core.training.setup import Setup
from core.training.views import ViewRecipe

_PROGRESS_EVERY_S = 0.2


@dataclass(frozen=True, eq=False)
class Seen:
    """Photos with their features `(N, D)` as judged, and their classes in the revision."""

    photos: tuple[PhotoEntry, ...]
    features: Array

    @property
    def labels(self) -> list[int]:
        """The revision's class index of each photo."""
        return [photo.label for photo in self.photos]


@dataclass(frozen=True, eq=False)
class RunPhotos:
    """`lessons` to learn from (None when nothing is learned), `learned` the same photos as judged, `val` base
    validation photos, `watched` held-back photos of new classes, `test` all test photos."""

    lessons: Lessons | None
    learned: Seen
    val: Seen
    watched: Seen
    test: Seen


def gather(setup: Setup, emit: Emit, commands: Commands) -> RunPhotos:
    """Open and encode all photos of a run; those that cannot be opened are left out, with a warning.

    Raises:
        Problem: `training.no_photos` when too few are left to learn from.
        Halt: as asked.
    """
    revision, views = setup.revision, setup.recipe.views
    recipe = ViewRecipe.of(setup.recipe, setup.job.seed)
    store = FeatureStore(setup.backbone, recipe, setup.cache, setup.autocast)
    groups = (
        setup.sample.photos,
        revision.of("val", revision.base),
        held_back(revision),
        revision.of("test"),
    )
    sources = _sources(revision, groups, store.unreadable)
    learned = [sources[photo.path] for photo in setup.sample.photos if photo.path in sources]
    chunks = plain_chunks(sources.values())
    if setup.trains:
        chunks += view_chunks(learned, views)
    _compute(store, chunks, emit, commands)
    if store.unreadable:
        _warn(store.unreadable, emit)
    seen = [_seen(group, sources, store) for group in groups]
    lessons = _lessons(setup, seen[0], sources, store) if setup.trains else None
    return RunPhotos(lessons, *seen)


def see(setup_revision: DataRevision, photos: Sequence[PhotoEntry], store: FeatureStore) -> Seen:
    """Encode some photos of any revision as judged; those that cannot be opened are left out."""
    sources = _sources(setup_revision, (photos,), store.unreadable)
    for _ in store.compute(plain_chunks(sources.values())):
        pass
    return _seen(photos, sources, store)


def _compute(store: FeatureStore, chunks: Sequence[Chunk], emit: Emit, commands: Commands) -> None:
    rows, began, due = sum(len(chunk.rows) for chunk in chunks), time.monotonic(), 0.0
    for done in store.compute(chunks):
        commands.heed(emit)
        now = time.monotonic()
        if now >= due or done == rows:
            due = now + _PROGRESS_EVERY_S
            left = (now - began) / done * (rows - done) if now - began > 1.0 else None
            emit(Progress(done=done, total=rows, seconds_left=left))


def _sources(
    revision: DataRevision, groups: Sequence[Sequence[PhotoEntry]], unreadable: list[Unreadable]
) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for photo in (photo for group in groups for photo in group):
        if photo.path not in found:
            try:
                found[photo.path] = source_of(revision, photo)
            except Problem as problem:
                unreadable.append(Unreadable(photo.path, problem))
    return found


def _seen(photos: Sequence[PhotoEntry], sources: dict[str, Source], store: FeatureStore) -> Seen:
    kept = tuple(photo for photo in photos if photo.path in sources and store.has(sources[photo.path]))
    return Seen(kept, store.plain([sources[photo.path] for photo in kept]))


def _lessons(setup: Setup, learned: Seen, sources: dict[str, Source], store: FeatureStore) -> Lessons:
    base = setup.revision.base
    missing = [setup.revision.classes[index].name for index in base if index not in learned.labels]
    if missing:
        raise Problem("training.no_photos", classes="、".join(missing))
    inputs = store.views([sources[photo.path] for photo in learned.photos], setup.recipe.views)
    row = {index: position for position, index in enumerate(base)}
    labels = np.array([row[label] for label in learned.labels])
    device = setup.backbone.device
    return Lessons(torch.from_numpy(inputs).to(device), torch.from_numpy(labels).to(device))


def _warn(unreadable: Sequence[Unreadable], emit: Emit) -> None:
    first = unreadable[0]
    emit(
        Warned(
            code="training.photos_left_out",
            data={
                "count": len({entry.photo for entry in unreadable}),
                "photo": first.photo,
                "cause": first.problem.code,
            },
        )
    )
