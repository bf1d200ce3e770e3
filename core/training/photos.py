"""The photos of a run as its method takes them: what to learn from, what to watch, what to judge at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.photos.embeddings import keep_embeddings
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry
from core.training.chunks import Chunk, Source, Unreadable, plain_chunks, source_of, view_chunks
from core.training.commands import Commands, Emit
from core.training.events import Warned
from core.training.features import FeatureStore, StoredViews
from core.training.lessons import Lessons
from core.training.pace import Pace
from core.training.sampling import Sample, held_back
from core.training.seen import Seen
from core.training.setup import PROJECT_FILE, Setup
from core.training.views import ViewRecipe


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
    store = _store(setup, emit)
    groups = groups_of(setup.revision, setup.sample)
    sources, seen = encode(setup.revision, groups, store, setup.views if setup.trains else 1, emit, commands)
    lessons = _lessons(setup, seen[0], sources, store) if setup.trains else None
    return RunPhotos(lessons, *seen)


def groups_of(revision: DataRevision, sample: Sample) -> tuple[Sequence[PhotoEntry], ...]:
    """The photos of a run: to learn from, base validation photos, held-back photos of new classes, test photos."""
    return sample.photos, revision.of("val", revision.base), held_back(revision), revision.of("test")


def encode(
    revision: DataRevision,
    groups: Sequence[Sequence[PhotoEntry]],
    store: FeatureStore,
    views: int,
    emit: Emit,
    commands: Commands,
) -> tuple[dict[str, Source], list[Seen]]:
    """Have groups of photos encoded, those of the first one in so many views; those that cannot be opened are left
    out, with a warning. Gives where the photos lie, and each group as seen."""
    sources = _sources(revision, groups, store.unreadable)
    learned = [sources[photo.path] for photo in groups[0] if photo.path in sources]
    chunks = plain_chunks(sources.values()) + view_chunks(learned, views)
    _compute(store, chunks, emit, commands)
    if store.unreadable:
        _warn(store.unreadable, emit)
    return sources, [_seen(group, sources, store) for group in groups]


def leave_embeddings(setup: Setup, photos: RunPhotos) -> None:
    """Leave what the untouched backbone saw in the project's cache: by it photos that resemble each other are kept on
    one side of the next split."""
    if not (setup.cache.parent / PROJECT_FILE).exists():
        return
    groups = (photos.learned, photos.val, photos.watched, photos.test)
    keep_embeddings(
        setup.cache,
        setup.backbone.card.sha256,
        [photo.sha256 for seen in groups for photo in seen.photos],
        np.concatenate([seen.features for seen in groups]),
    )


def see(
    revision: DataRevision,
    photos: Sequence[PhotoEntry],
    store: FeatureStore,
    look: Callable[[int, int], None] = lambda _done, _of: None,
) -> Seen:
    """Encode some photos of any revision as judged; those that cannot be opened are left out.

    `look` is called now and then with how many are done, of how many; what it raises ends the work.
    """
    sources = _sources(revision, (photos,), store.unreadable)
    for done in store.compute(plain_chunks(sources.values())):
        look(done, len(sources))
    return _seen(photos, sources, store)


def _store(setup: Setup, emit: Emit) -> FeatureStore:
    return FeatureStore(
        setup.backbone,
        ViewRecipe.of(setup.recipe, setup.job.seed),
        setup.cache,
        setup.autocast,
        setup.method.needs,
        lambda photos: emit(Warned(code="training.encoding_divided", data={"photos": photos})),
    )


def _compute(store: FeatureStore, chunks: Sequence[Chunk], emit: Emit, commands: Commands) -> None:
    pace = Pace(sum(len(chunk.rows) for chunk in chunks), emit)
    for done in store.compute(chunks):
        commands.heed(emit)
        pace(done)


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
    own = [sources[photo.path] for photo in kept]
    if store.needs.kind == "image_features":
        return Seen(kept, store.plain(own)).in_own_order()
    return Seen(kept, store.plain(own), StoredViews(store, own, 1))


def _lessons(setup: Setup, learned: Seen, sources: dict[str, Source], store: FeatureStore) -> Lessons:
    check_all_shown(setup.revision, learned)
    own, views = [sources[photo.path] for photo in learned.photos], setup.views
    device = setup.backbone.device
    labels = torch.tensor(learned.among(setup.revision.base), device=device)
    in_memory = store.needs.kind == "image_features"
    features = None
    if in_memory or store.needs.teacher:
        features = torch.from_numpy(store.views(own, views)).to(device)
    teacher = features if store.needs.teacher else None
    if in_memory:
        assert features is not None
        return Lessons(features, labels, teacher)
    return Lessons(StoredViews(store, own, views), labels, teacher)


def check_all_shown(revision: DataRevision, learned: Seen) -> None:
    """Refuse to learn a class of which there is no photo. Raises Problem `training.no_photos`."""
    missing = [revision.classes[index].name for index in revision.base if index not in learned.labels]
    if missing:
        raise Problem("training.no_photos", classes="、".join(missing))


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
