"""Advice on a project, made from what an assist job left in its cache; no model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.assist.advice import Advice, Sight, advise
from core.assist.photo_list import Listed
from core.assist.project_words import lines_of, text_features, words_of
from core.assist.words import key_of, scale_of, texts_cache
from core.backbones.store import ModelStore
from core.photos.embeddings import embeddings_stamp, read_embeddings
from core.project.store import CACHE_FOLDER, Project

SURE = "sure_labels"  # doubted labels that a person confirmed: class ids by photo id
Stamp = tuple[str, int, int]


@dataclass(frozen=True, eq=False)
class Made:
    """Advice; what of it can be used again while `stamp` is the same; what the backbone has not read or seen yet."""

    advice: Advice
    sight: Sight
    stamp: Stamp
    unread: tuple[str, ...]
    unseen: tuple[Listed, ...]


def make(project: Project, backbone: str, before: Made | None = None, also: Sequence[str] = ()) -> Made:
    """Advice from the labels as they are now and what the backbone of this name has seen so far; `also` are words wanted
    beside those of the classes.

    Raises:
        Problem: as `ModelStore.entry` raises.
    """
    cache, sha256 = project.folder / CACHE_FOLDER, ModelStore().entry(backbone).sha256
    photos, classes = project.photos(), project.classes()
    stamp = (sha256, embeddings_stamp(cache), hash(tuple((photo.id, photo.sha256) for photo in photos)))
    if before is not None and before.stamp == stamp:
        sight, unseen = before.sight, before.unseen
    else:
        embeddings = read_embeddings(cache, sha256)
        sight = Sight.of_photos(photos, embeddings)
        seen = embeddings.rows if embeddings is not None else {}
        unseen = tuple((photo.sha256, str(photo.path)) for photo in photos if photo.sha256 not in seen)
    texts = words_of(classes)
    known = read_embeddings(texts_cache(cache), sha256)
    read = known.rows if known is not None else {}
    features, scale = text_features(cache, sha256, texts), scale_of(cache, sha256)
    words = None if features is None or scale is None else sight.logits(features, scale)
    labels = {photo.id: photo.class_id for photo in photos}
    advice = advise(sight, labels, [entry.id for entry in classes], words)
    sure = project.setting(SURE, {})
    doubts = {key: hint for key, hint in advice.doubts.items() if sure.get(str(key)) != labels[key]}
    unread = tuple(line for line in (*lines_of(texts), *also) if key_of(line) not in read)
    return Made(replace(advice, doubts=doubts), sight, stamp, unread, unseen)


def confirm(project: Project, labels: dict[int, int]) -> None:
    """A person says that these labels (class ids by photo id) are right: they are not doubted again."""
    project.remember(SURE, project.setting(SURE, {}) | {str(key): value for key, value in labels.items()})
