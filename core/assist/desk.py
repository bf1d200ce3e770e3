"""Advice on a project, made from what an assist job left in its cache; no model."""

from dataclasses import dataclass

from core.assist.advice import Advice, Sight, advise
from core.assist.photo_list import Listed
from core.assist.project_words import lines_of, text_features, words_of
from core.assist.words import key_of, scale_of, texts_cache
from core.backbones.store import ModelStore
from core.photos.embeddings import embeddings_stamp, read_embeddings
from core.project.store import CACHE_FOLDER, Project

Stamp = tuple[str, int, int]


@dataclass(frozen=True, eq=False)
class Made:
    """Advice; what of it can be used again while `stamp` is the same; what the backbone has not read or seen yet."""

    advice: Advice
    sight: Sight
    stamp: Stamp
    unread: tuple[str, ...]
    unseen: tuple[Listed, ...]


def make(project: Project, backbone: str, before: Made | None = None) -> Made:
    """Advice from the labels as they are now and what the backbone of this name has seen so far.

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
    unread = tuple(line for line in lines_of(texts) if key_of(line) not in read)
    return Made(advice, sight, stamp, unread, unseen)
